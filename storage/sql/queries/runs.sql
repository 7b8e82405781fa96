-- name: open
-- Opens a run, unless one is open already, and answers the open one.
with made as (
    insert into runs (id, decision_set_id, kind, request_id)
    values (%(id)s, %(decision_set)s, %(kind)s, %(request)s)
    on conflict (decision_set_id) where outcome is null do nothing
    returning id
)
select id from made
union all
select id from runs where decision_set_id = %(decision_set)s and outcome is null
limit 1;

-- name: take
-- Gives a worker a new lease of a decision set, whereupon whoever held the last one can write no more, and answers the
-- open run, now this worker's.
with leased as (
    update decision_sets set lease = lease + 1 where id = %(decision_set)s returning id, lease
)
update runs r set worker = %(worker)s, started_at = coalesce(started_at, now()), heartbeat_at = now(),
    attempts = attempts + 1
from leased
where r.decision_set_id = leased.id and r.outcome is null
returning r.*, leased.lease;

-- name: current
-- The newest run of a decision set.
select * from runs where decision_set_id = %(decision_set)s order by requested_at desc, id desc limit 1;

-- name: every
-- The runs of a decision set, oldest first.
select * from runs where decision_set_id = %(decision_set)s order by requested_at, id;

-- name: model_spend
-- What the cards of a decision set say that models have cost so far; unknown where tokens were used without a price.
select case when bool_or((payload ->> 'tokens')::bigint > 0 and payload ->> 'cost_usd' is null) then null
    else coalesce(sum((payload ->> 'cost_usd')::numeric), 0) end as usd
from events where decision_set_id = %(decision_set)s and type = 'reason-card';

-- name: finish
-- Ends a run once; answers nothing when it had ended.
update runs set outcome = %(outcome)s, finished_at = now() where id = %(id)s and outcome is null returning id;

-- name: beat
-- Says that the runs of this worker are still being worked on.
update runs set heartbeat_at = now() where worker = %(worker)s and outcome is null;

-- name: abandon_stream
-- Notes that the last viewer left the open run before its end.
update runs set stream_abandoned = true where decision_set_id = %(decision_set)s and outcome is null;

-- name: watched
-- Notes that somebody watches the open runs of these decision sets after all.
update runs set stream_abandoned = false
where decision_set_id = any(%(decision_sets)s) and outcome is null and stream_abandoned;

-- name: orphans
-- Open runs that no job will advance any more.
select r.* from runs r
where r.outcome is null and not exists (
    select 1 from procrastinate_jobs j
    where j.task_name = 'advance' and j.lock = r.decision_set_id and j.status in ('todo', 'doing')
)
and r.requested_at < now() - interval '2 seconds'
order by r.requested_at limit 100;
