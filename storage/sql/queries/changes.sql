-- name: side
-- Where one side's commit and constraints are, and what it is compared with by default.
select d.project_id, d.parent_id, d.commit_sha, d.constraints,
    (select g.answer from gates g where g.decision_set_id = d.id and g.answer is not null
        order by g.answered_at desc limit 1) as approval
from decision_sets d where d.id = %(id)s;

-- name: telling_events
-- The newest event of each type, node, step and constraint field.
select * from (
    select distinct on (type, node, base_checkpoint_id, payload ->> 'field')
        seq, type, node, base_checkpoint_id, payload ->> 'field' as field, null::text[] as edited
    from events
    where decision_set_id = %(decision_set)s and type in (
        'constraint-captured', 'reason-card', 'cost-update', 'policy-update', 'gate-answered', 'validator-report',
        'diff-recorded'
    )
    order by type, node, base_checkpoint_id, payload ->> 'field', seq desc
) told
union all
select seq, type, node, base_checkpoint_id, null, array(select jsonb_object_keys(payload -> 'edits'))
from events
where decision_set_id = %(decision_set)s and type = 'message-received'
    and jsonb_typeof(payload -> 'edits') = 'object'
order by seq;

-- name: writing_steps
-- The step that wrote each state channel's newest value.
select distinct on (kv.key) kv.key as channel, s.node, s.base_checkpoint_id
from states s, jsonb_object_keys(s.body) as kv(key)
where s.decision_set_id = %(decision_set)s
order by kv.key, s.ord desc;

-- name: answered
-- The step that took up the last answer which led to another plan.
select max(ord) as ord from states
where decision_set_id = %(id)s and jsonb_typeof(body -> 'compared') = 'object';
