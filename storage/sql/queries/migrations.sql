-- name: lock
-- Waits until no other machine migrates.
select pg_advisory_lock(%(number)s);

-- name: unlock
-- Lets the next machine migrate.
select pg_advisory_unlock(%(number)s);

-- name: create_table
-- Keeps the names of the migrations applied.
create table if not exists countersign_migrations (name text primary key, at timestamptz not null default now());

-- name: applied
-- Names the migrations applied so far.
select name from countersign_migrations;

-- name: record
-- Notes that a migration is applied.
insert into countersign_migrations (name) values (%(name)s);
