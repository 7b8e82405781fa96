-- name: insert
-- A new project, unless its slug is taken.
insert into projects (id, slug, name, created_by) values (%(id)s, %(slug)s, %(name)s, %(by)s)
on conflict (slug) do nothing
returning id, slug, name;

-- name: every
-- Projects by slug, after a cursor.
select id, slug, name from projects where %(after)s::text is null or slug > %(after)s order by slug limit %(limit)s;

-- name: totals
-- Projects by slug, after a cursor, with what waits for a person, what runs, what stands and when one last changed.
with listed as (
    select id, slug, name from projects
    where %(after)s::text is null or slug > %(after)s
    order by slug
    limit %(limit)s
),
standing as (
    -- include: standing
),
held as (
    select d.project_id,
        count(*) filter (where g.id is not null or (d.status = 'intake' and d.question is not null)) as waiting,
        count(*) filter (where d.status in ('planning', 'building')) as running,
        max(d.updated_at) as updated_at
    from decision_sets d
    left join gates g on g.decision_set_id = d.id and g.answer is null and d.status = 'awaiting_approval'
    where d.project_id in (select id from listed)
    group by d.project_id
)
select l.id, l.slug, l.name, coalesce(h.waiting, 0) as waiting, coalesce(h.running, 0) as running, h.updated_at,
    s.cost_likely
from listed l
left join held h on h.project_id = l.id
left join standing s on s.project_id = l.id
order by l.slug;

-- name: by_slug
-- One project.
select id, slug, name from projects where slug = %(slug)s;

-- name: settings
-- One project, with how its objections are settled.
select id, slug, name, strategy, threshold, rounds, settings_by, settings_at from projects where slug = %(slug)s;

-- name: settle
-- How a project's objections are settled from now on.
update projects set strategy = %(strategy)s, threshold = %(threshold)s, rounds = %(rounds)s, settings_by = %(by)s,
    settings_at = now()
where slug = %(slug)s
returning id, slug, name, strategy, threshold, rounds, settings_by, settings_at;

-- name: settling_of
-- How the objections to a decision set's plan are settled.
select p.strategy, p.threshold, p.rounds
from projects p join decision_sets d on d.project_id = p.id where d.id = %(decision_set)s;
