-- name: events
-- Every event, in order.
select seq, type, payload from events where decision_set_id = %(id)s order by seq;

-- name: head
-- How many events there should be.
select seq from event_heads where decision_set_id = %(id)s;

-- name: steps
-- Each node execution with the state it wrote, in order; either may be missing.
select coalesce(a.node, s.node) as node, task_id, coalesce(a.thread_id, s.thread_id) as thread_id, a.input_sha,
    a.output_sha, s.body, s.sha256
from (select * from agent_runs where decision_set_id = %(id)s) a
full join (select * from states where decision_set_id = %(id)s) s using (task_id)
order by s.ord nulls first;

-- name: gates
-- Each gate with the state it was opened on: what every step had written by then, one object per step, in order.
select g.id, g.capsule, g.answer,
    (select coalesce(jsonb_agg(s.body order by s.ord), '[]') from states s join agent_runs a using (task_id)
        where s.decision_set_id = g.decision_set_id and a.finished_at <= g.opened_at) as steps
from gates g where g.decision_set_id = %(id)s
order by g.opened_at;

-- name: answers
-- What people answered, in the order of their gates.
select answer from gates where decision_set_id = %(id)s and answer is not null order by opened_at;

-- name: stored
-- What the decision set has stored.
select l.sha256, l.name, a.size from decision_set_artifacts l join artifacts a using (sha256)
where l.decision_set_id = %(id)s
order by l.name, l.sha256;

-- name: ref
-- Where the branch stands that the decision set's commit was made for.
select r.sha from git_refs r join decision_sets d on d.project_id = r.project_id and d.branch = r.name
where d.id = %(id)s;
