-- name: insert
-- A new project, unless its slug is taken.
insert into projects (id, slug, name, created_by) values (%(id)s, %(slug)s, %(name)s, %(by)s)
on conflict (slug) do nothing
returning id, slug, name;

-- name: every
-- Projects by slug, after a cursor.
select id, slug, name from projects where %(after)s::text is null or slug > %(after)s order by slug limit %(limit)s;

-- name: by_slug
-- One project.
select id, slug, name from projects where slug = %(slug)s;
