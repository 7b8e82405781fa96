-- name: nudge
-- Tells every listener that a decision set has events up to a seq.
select pg_notify(%(channel)s, %(payload)s);

-- name: listen
-- Hears of new events; the name of the channel is storage.postgres.CHANNEL.
listen countersign_events;

-- name: append
-- Appends events in order, and answers the seq of the last.
with head as (
    update event_heads set seq = seq + cardinality(%(types)s::text[])
    where decision_set_id = %(decision_set)s
    returning seq - cardinality(%(types)s::text[]) as base
),
added as (
    insert into events
        (decision_set_id, seq, type, node, run_id, thread_id, base_checkpoint_id, checkpoint_id, payload)
    select %(decision_set)s, head.base + t.n, t.type, %(node)s, %(run)s, %(thread)s, %(base)s, %(checkpoint)s, t.payload
    from head, unnest(%(types)s::text[], %(payloads)s::jsonb[]) with ordinality as t (type, payload, n)
    returning seq
)
select max(seq) as seq from added;

-- name: read
-- The events of a decision set after a seq, each with the checkpoint of the state after it. What a person said before
-- there was any has the one after the first step, which read it.
select e.decision_set_id as decision_set, e.seq, e.type, e.node, e.run_id, e.at, e.payload,
    coalesce(e.checkpoint_id, k.checkpoint_id) as checkpoint_id
from (
    select * from events
    where decision_set_id = %(decision_set)s and seq > %(after)s
    order by seq limit %(limit)s
) e
left join lateral (
    select checkpoint_id from checkpoints k
    where e.checkpoint_id is null and k.thread_id = e.thread_id and k.checkpoint_ns = ''
        and coalesce(k.parent_checkpoint_id, '') = coalesce(e.base_checkpoint_id, (
            select s.base_checkpoint_id from states s
            where s.decision_set_id = e.decision_set_id and s.thread_id = e.thread_id
            order by s.ord limit 1
        ), '')
    order by checkpoint_id limit 1
) k on true
order by e.seq;

-- name: messages
-- What people said and did in the intake of a decision set after a seq, in order.
select seq, payload from events
where decision_set_id = %(decision_set)s and seq > %(after)s and type = 'message-received'
order by seq;

-- name: head
-- The seq of the last event of a decision set.
select seq from event_heads where decision_set_id = %(decision_set)s;

-- name: heads
-- The seqs of the last events of several decision sets.
select decision_set_id, seq from event_heads where decision_set_id = any(%(decision_sets)s);

-- name: open_head
-- Starts the count of a new decision set.
insert into event_heads (decision_set_id) values (%(decision_set)s);
