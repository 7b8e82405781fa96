-- Idempotency keys are dropped by their age.
create index commands_by_age on commands (at);
