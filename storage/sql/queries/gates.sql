-- name: open
-- Opens a gate once; answers nothing when it stands already.
insert into gates (id, decision_set_id, run_id, thread_id, checkpoint_id, capsule, allowed, opened_seq, expires_at)
values (%(id)s, %(decision_set)s, %(run)s, %(thread)s, %(checkpoint)s, %(capsule)s, %(allowed)s, 0, %(expires_at)s)
on conflict (id) do nothing
returning id;

-- name: note_seq
-- Notes the event that announced a gate.
update gates set opened_seq = %(seq)s where id = %(id)s;

-- name: read
-- One gate of a decision set.
select *, expires_at <= now() as is_expired from gates where id = %(id)s and decision_set_id = %(decision_set)s;

-- name: answer
-- Answers a gate that nobody has answered.
update gates set answer = %(answer)s, answered_at = now(), answer_seq = %(seq)s
where id = %(id)s and answer is null
returning id;

-- name: expired
-- Decision sets at a gate whose time is over.
select g.decision_set_id from gates g
join decision_sets d on d.id = g.decision_set_id and d.status = 'awaiting_approval'
where g.answer is null and g.expires_at <= now()
order by g.expires_at limit 100;

-- name: unanswered
-- The newest gate of a decision set, if nobody has answered it.
select *, expires_at <= now() as is_expired from (
    select * from gates where decision_set_id = %(decision_set)s order by opened_at desc limit 1
) newest
where answer is null;

-- name: reopen
-- Opens an unanswered gate again, for as long as it was open before.
update gates set opened_at = now(), expires_at = now() + (expires_at - opened_at)
where id = %(id)s and answer is null
returning *, expires_at <= now() as is_expired;

-- name: standing_approval
-- The last answer of a decision set, if it approves the same capsule, has not expired, and code was begun on it: one
-- that opened the gate again was given on condition of another plan.
select answer, expires_at from (
    select answer, answer_seq, expires_at, capsule from gates
    where decision_set_id = %(decision_set)s and answer is not null
    order by answer_seq desc limit 1
) last
where capsule = %(capsule)s and answer ->> 'action' = 'approve' and expires_at > now()
    and exists (
        select 1 from events
        where decision_set_id = %(decision_set)s and seq > answer_seq
            and type = 'stage-changed' and payload ->> 'stage' = 'codegen'
    );
