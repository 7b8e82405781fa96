-- Decision sets `d` with their project `p`, their open gate `g` and who answered last.
select d.*, p.slug as project,
    (select parent.number from decision_sets parent where parent.id = d.parent_id) as parent_number,
    g.id as gate_id, g.allowed, g.capsule, g.opened_at, g.expires_at,
    (select a.answer ->> 'by' from gates a where a.decision_set_id = d.id and a.answer is not null
        order by a.answered_at desc limit 1) as answered_by
from decision_sets d
join projects p on p.id = d.project_id
left join gates g on g.decision_set_id = d.id and g.answer is null and d.status = 'awaiting_approval'
