-- name: record_node
-- Everything a node wrote, in one statement: fence, projection, events, ledger row, state row. Answers nothing when
-- the lease has moved on.
with moved as (
    update decision_sets d set
    -- include: decision_set_patch
    from (select %(patch)s::jsonb as patch) p
    where d.id = %(decision_set)s and d.lease = %(lease)s
    returning d.id
),
head as (
    update event_heads set seq = seq + cardinality(%(types)s::text[])
    from moved where decision_set_id = moved.id
    returning seq as last, seq - cardinality(%(types)s::text[]) as base
),
logged as (
    insert into events (decision_set_id, seq, type, node, run_id, thread_id, base_checkpoint_id, payload)
    select %(decision_set)s, head.base + t.n, t.type, %(node)s, %(run)s, %(thread)s, %(base)s, t.payload
    from head, unnest(%(types)s::text[], %(payloads)s::jsonb[]) with ordinality as t (type, payload, n)
),
entered as (
    insert into agent_runs
        (task_id, decision_set_id, run_id, thread_id, node, input_sha, output_sha, provider, model, tokens, started_at)
    select %(task)s, %(decision_set)s, %(run)s, %(thread)s, %(node)s, %(input_sha)s, %(output_sha)s, %(provider)s,
        %(model)s, %(tokens)s, %(started_at)s
    from head
),
kept as (
    insert into states (task_id, decision_set_id, thread_id, base_checkpoint_id, node, body, sha256)
    select %(task)s, %(decision_set)s, %(thread)s, %(base)s, %(node)s, %(body)s, %(output_sha)s
    from head
)
select last from head;

-- name: result
-- What a task wrote, if it finished.
select body from states where task_id = %(task)s;

-- name: entries
-- The ledger of a decision set in order of finishing.
select task_id, node, run_id, thread_id, input_sha, output_sha, provider, model, tokens, started_at, finished_at
from agent_runs where decision_set_id = %(decision_set)s order by finished_at, task_id;

-- name: history
-- The recorded steps of a decision set after a place in its history, each with the checkpoint of the state after it and
-- the last seq that belongs to it.
select s.ord, s.node, s.thread_id, s.base_checkpoint_id as parent_id, k.checkpoint_id, a.finished_at as at, a.run_id,
    (select max(e.seq) from events e
        where e.decision_set_id = s.decision_set_id and e.thread_id = s.thread_id
            and coalesce(e.base_checkpoint_id, '') = coalesce(s.base_checkpoint_id, '')) as seq
from states s
join agent_runs a using (task_id)
left join lateral (
    select checkpoint_id from checkpoints k
    where k.thread_id = s.thread_id and k.checkpoint_ns = ''
        and coalesce(k.parent_checkpoint_id, '') = coalesce(s.base_checkpoint_id, '')
    order by checkpoint_id limit 1
) k on true
where s.decision_set_id = %(decision_set)s and s.ord > %(after)s
order by s.ord limit %(limit)s;

-- name: standing
-- The newest checkpoint of the first of these threads that has one.
select thread_id, checkpoint_id from checkpoints where thread_id = any(%(threads)s::text[]) and checkpoint_ns = ''
order by array_position(%(threads)s::text[], thread_id), checkpoint_id desc limit 1;
