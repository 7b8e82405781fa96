-- name: claim
-- Takes an idempotency key; waits while another transaction holds it, and answers nothing when it is taken.
insert into commands (principal, path, key, body_sha256) values (%(principal)s, %(path)s, %(key)s, %(body)s)
on conflict do nothing
returning key;

-- name: read
-- What was answered under an idempotency key.
select body_sha256, status, response from commands
where principal = %(principal)s and path = %(path)s and key = %(key)s;

-- name: answer
-- Keeps the first answer for the next time the key is used.
update commands set status = %(status)s, response = %(response)s
where principal = %(principal)s and path = %(path)s and key = %(key)s;

-- name: sweep
-- Drops old idempotency keys with their answers, the oldest first; at most so many at once.
delete from commands where (principal, path, key) in (
    select principal, path, key from commands where at < now() - %(age)s order by at limit %(limit)s
);
