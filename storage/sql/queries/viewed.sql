-- name: every
-- The files of a decision set a person has looked at, with the hash of what they looked at.
select path, sha256 from viewed_files where user_name = %(user)s and decision_set_id = %(decision_set)s;

-- name: note
-- Notes that a person has looked at a file as it is now.
insert into viewed_files (user_name, decision_set_id, path, sha256)
values (%(user)s, %(decision_set)s, %(path)s, %(sha256)s)
on conflict (user_name, decision_set_id, path) do update set sha256 = excluded.sha256, at = now();

-- name: forget
-- Takes the note back.
delete from viewed_files
where user_name = %(user)s and decision_set_id = %(decision_set)s and path = %(path)s;
