-- name: bound
-- Bounds what a session may wait for, so that one whose other end hangs or is gone holds no lock for ever. What the
-- address, the role or the database sets already stands.
select set_config(name, value, false)
from (values
    ('lock_timeout', '30s'),
    ('statement_timeout', '60s'),
    ('idle_in_transaction_session_timeout', '60s')
) as bounds (name, value)
where current_setting(name) = '0';
