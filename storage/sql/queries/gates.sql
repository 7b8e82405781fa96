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
select * from gates where id = %(id)s and decision_set_id = %(decision_set)s;

-- name: answer
-- Answers a gate that nobody has answered.
update gates set answer = %(answer)s, answered_at = now(), answer_seq = %(seq)s
where id = %(id)s and answer is null
returning id;

-- name: standing_approval
-- The latest approval of the same capsule that has not expired.
select answer, answer_seq from gates
where decision_set_id = %(decision_set)s and capsule = %(capsule)s and answer ->> 'action' = 'approve'
    and expires_at > now()
order by answered_at desc limit 1;
