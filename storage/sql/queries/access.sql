-- name: key
-- The API key with this hash, unless it was revoked; notes its use at most once a minute.
with used as (
    update api_keys set last_used_at = now()
    where key_sha256 = %(sha)s and revoked_at is null
        and (last_used_at is null or last_used_at < now() - interval '1 minute')
)
select name, role from api_keys where key_sha256 = %(sha)s and revoked_at is null;

-- name: insert_key
-- A new API key, stored as its hash; answers nothing when the name is taken.
insert into api_keys (id, name, role, key_sha256) values (%(id)s, %(name)s, %(role)s, %(sha)s)
on conflict (name) do nothing
returning id;

-- name: keys
-- Every API key, oldest first.
select name, role, created_at, last_used_at, revoked_at from api_keys order by created_at, name;

-- name: revoke_key
-- Ends a key that is in use.
update api_keys set revoked_at = now() where name = %(name)s and revoked_at is null returning name;

-- name: begin_session
-- A session of a person or of an API key, stored as the hash of its token; those whose time is over go.
with over as (
    delete from sessions where expires_at <= now()
)
insert into sessions (token_sha256, user_id, key_sha256, expires_at)
values (%(sha)s, %(user)s, %(key)s, now() + make_interval(days => %(days)s));

-- name: session
-- Whom a session stands for today, nobody where the key was revoked; notes the key's use at most once a minute.
with used as (
    update api_keys k set last_used_at = now()
    from sessions s
    where s.token_sha256 = %(sha)s and s.expires_at > now() and k.key_sha256 = s.key_sha256 and k.revoked_at is null
        and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute')
)
select s.key_sha256, s.user_id, coalesce(u.name, 'key:' || k.name) as name, coalesce(u.role, k.role) as role
from sessions s
left join users u on u.id = s.user_id
left join api_keys k on k.key_sha256 = s.key_sha256 and k.revoked_at is null
where s.token_sha256 = %(sha)s and s.expires_at > now();

-- name: end_session
-- Signs out.
delete from sessions where token_sha256 = %(sha)s;

-- name: ensure_user
-- The person who signs in by link, made on first use.
insert into users (id, name, role) values (%(id)s, %(name)s, %(role)s)
on conflict (name) do update set name = excluded.name
returning id;

-- name: insert_link
-- A sign-in link, stored as the hash of its token.
insert into sign_in_links (token_sha256, user_id, expires_at)
values (%(sha)s, %(user)s, now() + make_interval(mins => %(minutes)s));

-- name: redeem_link
-- Uses a sign-in link up, once, and answers whose it is.
update sign_in_links l set used_at = now()
from users u
where l.token_sha256 = %(sha)s and l.used_at is null and l.expires_at > now() and u.id = l.user_id
returning u.id, u.name, u.role;

-- name: sweep_links
-- Drops sign-in links that expired a day ago or earlier, used or not.
delete from sign_in_links where expires_at < now() - interval '1 day';

-- name: secret
-- The shared secret of this name, made once for all machines.
with made as (
    insert into secrets (name, value) values (%(name)s, %(value)s) on conflict do nothing returning value
)
select value from made union all select value from secrets where name = %(name)s limit 1;
