-- Of each project the latest completed decision set that has a price.
    select latest.id, latest.project_id, latest.cost_likely
    from projects owner
    cross join lateral (
        select c.id, c.project_id, c.cost_likely from decision_sets c
        where c.project_id = owner.id and c.status = 'completed' and c.cost_likely is not null
        order by c.number desc limit 1
    ) latest
