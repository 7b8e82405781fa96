-- name: beat
-- Says that a worker is alive.
insert into workers (id, host) values (%(id)s, %(host)s)
on conflict (id) do update set heartbeat_at = now();

-- name: leave
-- Takes a worker off the list.
delete from workers where id = %(id)s;

-- name: forget
-- Drops workers that have been silent for a day.
delete from workers where heartbeat_at < now() - interval '1 day';

-- name: last_heartbeat
-- When any worker was last heard of.
select max(heartbeat_at) as at from workers;

-- name: hold
-- Takes the session lock that proves a worker alive; it is free within milliseconds of its death.
select pg_try_advisory_lock(%(group)s, hashtext(%(id)s)) as held;

-- name: holds
-- Whether this session has the session lock.
select exists (
    select 1 from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.pid = pg_backend_pid()
        and l.classid = %(group)s::oid and l.objid = (hashtext(%(id)s)::bigint & 4294967295)::oid and l.objsubid = 2
) as held;

-- name: dead
-- Workers on the list whose session lock nobody holds.
select w.id from workers w where not exists (
    select 1 from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
        and l.classid = %(group)s::oid and l.objid = (hashtext(w.id)::bigint & 4294967295)::oid and l.objsubid = 2
);

-- name: claim
-- Takes a dead worker off the list; of several who try, one gets an answer.
delete from workers where id = %(id)s returning id;

-- name: lost_jobs
-- Jobs that a dead worker was doing, locked.
select j.id, j.lock, j.attempts from procrastinate_jobs j
join runs r on r.decision_set_id = j.lock and r.outcome is null
where j.status = 'doing' and j.task_name = 'advance' and r.worker = %(worker)s
order by j.id
for update of j;

-- name: disown
-- The open runs that a dead worker had are nobody's, until they are taken.
update runs set worker = null where worker = %(worker)s and outcome is null;

-- name: held
-- Locks a job if it is still being done, and was not put back since it was seen: that counts as an attempt.
select id from procrastinate_jobs
where id = %(id)s and status = 'doing' and attempts = %(attempts)s
for update;
