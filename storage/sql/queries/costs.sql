-- name: totals
-- What stands in all projects together, in how many, and the largest estimate that may still come to be.
with standing as (
    -- include: standing
),
blocked as (
    -- include: blocked
)
select coalesce(sum(s.cost_likely), 0) as total, count(*) as projects,
    (select max(d.cost_likely) from decision_sets d
        where d.status not in ('rejected', 'cancelled', 'failed')
            and d.id not in (select decision_set_id from blocked)) as largest
from standing s;

-- name: priced
-- Decision sets with a price, newest first, below a cursor; all of them, or what stands.
with standing as (
    -- include: standing
),
blocked as (
    -- include: blocked
)
select d.id, d.number, d.title, p.slug as project, d.status, d.stage, d.cost_likely as likely, d.cost_delta as delta,
    s.id is not null as stands, b.decision_set_id is not null as blocked
from decision_sets d
join projects p on p.id = d.project_id
left join standing s on s.id = d.id
left join blocked b on b.decision_set_id = d.id
where d.cost_likely is not null
    and (%(before)s::text is null or d.id < %(before)s)
    and (not %(stands)s or s.id is not null)
order by d.id desc
limit %(limit)s;
