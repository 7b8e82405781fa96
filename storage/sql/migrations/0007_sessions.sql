-- Who is signed in. Signing out deletes the row, and whoever holds a copy of the cookie is a stranger again.
create table sessions (
    token_sha256 bytea primary key,
    user_id text references users on delete cascade,
    -- Of the API key that was typed; not a reference, since the bootstrap key has no row.
    key_sha256 bytea,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    check (num_nonnulls(user_id, key_sha256) = 1)
);
create index sessions_by_end on sessions (expires_at);
