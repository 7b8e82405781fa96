-- name: set_aside
-- Notes what lies in quarantine and where it came from.
insert into quarantined (id, sha256, size, media_type, decision_set_id, run_id, node, provider, model, pack, error)
values (%(id)s, %(sha256)s, %(size)s, %(media_type)s, %(decision_set)s, %(run)s, %(node)s, %(provider)s, %(model)s,
    %(pack)s, %(error)s);

-- name: listed
-- The newest first, made before another; those that nobody has looked at, or all; of one provider, or any.
select q.*, d.number, d.title, p.slug as project
from quarantined q
left join decision_sets d on d.id = q.decision_set_id
left join projects p on p.id = d.project_id
where (%(handled)s or q.handled_at is null)
    and (%(provider)s::text is null or q.provider = %(provider)s)
    and (%(before)s::text is null or q.id < %(before)s)
order by q.id desc
limit %(limit)s;

-- name: read
-- One of them.
select q.*, d.number, d.title, p.slug as project
from quarantined q
left join decision_sets d on d.id = q.decision_set_id
left join projects p on p.id = d.project_id
where q.id = %(id)s;

-- name: handle
-- Marks one as handled; the first to do so stands.
update quarantined set handled_at = clock_timestamp(), handled_by = %(by)s, note = %(note)s
where id = %(id)s and handled_at is null
returning id;

-- name: count_open
-- How many nobody has looked at.
select count(*) as open from quarantined where handled_at is null;
