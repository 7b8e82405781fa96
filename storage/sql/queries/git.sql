-- name: active_packs
-- The packs a restored repository needs, oldest first.
select name, pack, idx, objects from git_packs
where project_id = %(project)s and retired_at is null
order by created_at, name;

-- name: add_pack
-- Keeps a pack; one that was retired under the same name counts again.
insert into git_packs (project_id, name, pack, idx, objects)
values (%(project)s, %(name)s, %(pack)s, %(idx)s, %(objects)s)
on conflict (project_id, name) do update set retired_at = null;

-- name: ref
-- The commit a branch stands at.
select sha from git_refs where project_id = %(project)s and name = %(name)s;

-- name: create_ref
-- A branch's first commit; no row where another writer was first.
insert into git_refs (project_id, name, sha) values (%(project)s, %(name)s, %(sha)s)
on conflict (project_id, name) do nothing
returning sha;

-- name: move_ref
-- Moves a branch if it still stands where it was read; no row where it moved.
update git_refs set sha = %(sha)s, updated_at = now()
where project_id = %(project)s and name = %(name)s and sha = %(old)s
returning sha;

-- name: nearest_commit
-- The commit of the closest ancestor that has one, the given decision set included.
with recursive line as (
    select parent_id, commit_sha, 0 as distance from decision_sets where id = %(decision_set)s
    union all
    select d.parent_id, d.commit_sha, line.distance + 1
    from decision_sets d join line on d.id = line.parent_id
    where line.commit_sha is null
)
select commit_sha from line where commit_sha is not null order by distance limit 1;

-- name: project_of
-- The project a repository's slug names.
select id from projects where slug = %(slug)s;

-- name: refs
-- Every branch with its commit, by name.
select name, sha from git_refs where project_id = %(project)s order by name collate "C";

-- name: pack_names
-- The packs a clone may ask for; retired ones are served, but no longer offered.
select name from git_packs where project_id = %(project)s and retired_at is null order by created_at, name;

-- name: pack
-- One pack's bytes, retired or not.
select pack as content from git_packs where project_id = %(project)s and name = %(name)s;

-- name: idx
-- One pack index's bytes, retired or not.
select idx as content from git_packs where project_id = %(project)s and name = %(name)s;

-- name: crowded
-- Projects with at least so many packs.
select project_id from git_packs where retired_at is null
group by project_id having count(*) >= %(threshold)s;

-- name: retire
-- Takes packs out of use; the names it answers were in use until now.
update git_packs set retired_at = now()
where project_id = %(project)s and name = any(%(names)s) and retired_at is null
returning name;

-- name: delete_retired
-- Deletes packs that were retired before an instant.
delete from git_packs where retired_at < %(before)s;
