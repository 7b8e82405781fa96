-- name: record
-- Links stored bytes to a decision set under a name; a second time changes nothing.
with kept as (
    insert into artifacts (sha256, media_type, size) values (%(sha256)s, %(media_type)s, %(size)s)
    on conflict (sha256) do nothing
)
insert into decision_set_artifacts (decision_set_id, sha256, name)
values (%(decision_set)s, %(sha256)s, %(name)s)
on conflict do nothing;

-- name: described
-- What is known of stored bytes, by their hash; the first name they were given.
select a.sha256, coalesce(l.name, a.sha256) as name, a.media_type, a.size
from artifacts a left join decision_set_artifacts l using (sha256)
where a.sha256 = %(sha256)s
order by l.created_at limit 1;
