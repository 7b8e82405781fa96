-- name: waiting
-- How many decision sets wait at a gate, and how many for an answer in their intake.
select
    count(*) filter (where status = 'awaiting_approval' and exists (
        select from gates g where g.decision_set_id = d.id and g.answer is null
    )) as gates,
    count(*) filter (where status = 'intake' and question is not null) as questions
from decision_sets d
where status in ('awaiting_approval', 'intake');

-- name: counts
-- How many decision sets stand at an open gate, and how many each paged part of an inbox holds.
select
    count(*) filter (where d.status = 'awaiting_approval' and exists (
        select from gates g where g.decision_set_id = d.id and g.answer is null
    )) as gates,
    count(*) filter (where d.status = 'intake' and d.question is not null) as questions,
    count(*) filter (
        where d.status in ('planning', 'building') or (d.status = 'intake' and d.question is null)
    ) as running,
    count(*) filter (where d.status = 'failed') as failed,
    count(*) filter (where d.status in ('completed', 'rejected', 'cancelled')) as decided
from decision_sets d
join projects p on p.id = d.project_id
where (%(status)s::text is null or d.status = %(status)s)
    -- include: fits_search
;

-- name: approval
-- Every decision set that awaits approval, the longest wait first.
-- include: summary_rows
where d.status = 'awaiting_approval'
    -- include: fits_search
order by coalesce(g.opened_at, d.updated_at), d.id;

-- name: questions
-- Decision sets whose intake waits for an answer, the oldest first, above a cursor.
-- include: summary_rows
where d.status = 'intake' and d.question is not null
    and (%(cursor)s::text is null or d.id > %(cursor)s)
    -- include: fits_search
order by d.id
limit %(limit)s;

-- name: others
-- Decision sets that wait for nobody, newest first, below a cursor.
-- include: summary_rows
where d.status = any(%(statuses)s) and (d.status <> 'intake' or d.question is null)
    and (%(cursor)s::text is null or d.id < %(cursor)s)
    -- include: fits_search
order by d.id desc
limit %(limit)s;
