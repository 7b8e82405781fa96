-- name: listen
-- Hears of a model's words; the name of the channel is storage.deltas.CHANNEL.
listen countersign_deltas;

-- name: add
-- Keeps some words of a reply that is being written.
insert into assistant_deltas (decision_set_id, run_id, reply, text)
values (%(decision_set)s, %(run)s, %(reply)s, %(text)s)
returning id;

-- name: read
-- The words of a decision set after an id, in order; none of a run that is over, whose message never came.
select id, decision_set_id as decision_set, run_id as run, reply, text, at from assistant_deltas
where decision_set_id = %(decision_set)s and id > %(after)s
    and not exists (select from runs where runs.id = assistant_deltas.run_id and runs.outcome is not null)
order by id limit %(limit)s;

-- name: clear
-- Drops a decision set's words: the message is there.
delete from assistant_deltas where decision_set_id = %(decision_set)s;

-- name: sweep
-- Drops words whose message never came.
delete from assistant_deltas where at < clock_timestamp() - %(age)s;
