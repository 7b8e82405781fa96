-- name: in_force
-- The hash that was put in force last, of each kind; null where that is what the release ships.
select distinct on (kind) kind, sha256 from input_uses order by kind, id desc;

-- name: content
-- The files of one version, base64 by name.
select files from versioned_inputs where kind = %(kind)s and sha256 = %(sha256)s;

-- name: keep
-- Keeps a version by its hash; one that is known stays as it is.
insert into versioned_inputs (kind, sha256, name, files, kept_by)
values (%(kind)s, %(sha256)s, %(name)s, %(files)s, %(by)s)
on conflict (kind, sha256) do nothing;

-- name: use
-- Puts a kept version in force, or, with null, what the release ships.
insert into input_uses (kind, sha256, by_name) values (%(kind)s, %(sha256)s, %(by)s) returning at;

-- name: versions
-- Every version of a kind that is kept, newest first, with its last use.
select v.sha256, v.name, v.kept_by, v.kept_at, u.by_name as used_by, u.at as used_at
from versioned_inputs v
left join lateral (
    select by_name, at from input_uses u where u.kind = v.kind and u.sha256 = v.sha256 order by id desc limit 1
) u on true
where v.kind = %(kind)s
order by v.kept_at desc, v.sha256;

-- name: last_use
-- When the version in force was put there, and by whom; nothing where none ever was.
select sha256, by_name, at from input_uses where kind = %(kind)s order by id desc limit 1;
