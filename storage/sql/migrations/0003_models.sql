-- Whether a model provider is called at all; every worker reads and moves the same row.
create table breakers (
    name text primary key,
    state text not null default 'closed' check (state in ('closed', 'open', 'half-open')),
    failures integer not null default 0,
    successes integer not null default 0,
    opened_at timestamptz,
    -- The one call that may go through while half open, and until when it is waited for.
    probe text,
    probe_until timestamptz,
    changed_at timestamptz not null default now(),
    last_error text not null default '',
    last_error_at timestamptz
);

-- Every pack of prompts or rules that was ever in use here, by the hash that cards name.
create table packs (
    sha256 text primary key,
    id text not null,
    version text not null,
    provider text not null,
    body jsonb not null,
    first_used_at timestamptz not null default now()
);
insert into packs (sha256, id, version, provider, body)
select distinct on (payload ->> 'pack') payload ->> 'pack', payload ->> 'provider', payload ->> 'model',
    payload ->> 'provider', '{}'::jsonb
from events where type = 'reason-card' and payload ->> 'pack' is not null
order by payload ->> 'pack', seq;

-- What a model answered three times in a row without fitting its schema. The bytes are in the quarantine store.
create table quarantined (
    -- A UUID of version 7: sorted by the time it was made.
    id text primary key,
    sha256 text not null,
    size bigint not null,
    media_type text not null,
    decision_set_id text references decision_sets,
    run_id text,
    node text not null,
    provider text not null,
    model text not null,
    pack text not null,
    error text not null,
    at timestamptz not null default clock_timestamp(),
    handled_at timestamptz,
    handled_by text,
    note text not null default ''
);
create index quarantined_open on quarantined (id) where handled_at is null;

-- A model's words as they come. They are worth nothing once the message is there, so a crash may take them.
create unlogged table assistant_deltas (
    id bigint generated always as identity primary key,
    decision_set_id text not null,
    run_id text not null,
    reply text not null,
    text text not null,
    at timestamptz not null default clock_timestamp()
);
create index assistant_deltas_by_decision_set on assistant_deltas (decision_set_id, id);
