-- Who may do what.
create table users (
    id text primary key,
    name text not null unique,
    role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
    created_at timestamptz not null default now()
);
create table api_keys (
    id text primary key,
    name text not null unique,
    role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
    key_sha256 bytea not null unique,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);
create table sign_in_links (
    token_sha256 bytea primary key,
    user_id text not null references users,
    expires_at timestamptz not null,
    used_at timestamptz
);
-- Keys that every web machine shares, such as the one that signs sessions.
create table secrets (
    name text primary key,
    value bytea not null
);

create table projects (
    id text primary key,
    slug text not null unique,
    name text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    last_number integer not null default 0
);

create table decision_sets (
    id text primary key,
    project_id text not null references projects,
    number integer not null,
    title text not null,
    parent_id text references decision_sets,
    version integer not null default 1,
    lease integer not null default 0,
    status text not null,
    stage text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraints jsonb not null default '{}',
    coverage jsonb not null default '{"score": 0, "missing": []}',
    question jsonb,
    -- The last message-received event, and how far the intake graph has read.
    inputs_seq integer not null default 0,
    inputs_through integer not null default 0,
    start_asked boolean not null default false,
    cancel_asked text,
    commit_sha text,
    branch text,
    cost_likely numeric,
    cost_delta numeric,
    warnings integer not null default 0,
    changes jsonb not null default '{}',
    failure text,
    forked_from text,
    unique (project_id, number)
);
create index decision_sets_by_status on decision_sets (status, created_at);
create index decision_sets_by_parent on decision_sets (parent_id) where parent_id is not null;

-- Narrow, because every event rewrites it.
create table event_heads (
    decision_set_id text primary key references decision_sets,
    seq integer not null default 0
);

create table runs (
    id text primary key,
    decision_set_id text not null references decision_sets,
    kind text not null check (kind in ('start', 'resume', 'fork', 'retry')),
    request_id text,
    requested_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    outcome text check (outcome in ('completed', 'waiting', 'rejected', 'failed', 'cancelled')),
    worker text,
    heartbeat_at timestamptz,
    attempts integer not null default 0,
    stream_abandoned boolean not null default false
);
create unique index runs_open on runs (decision_set_id) where outcome is null;
create index runs_by_decision_set on runs (decision_set_id, requested_at);

create table events (
    decision_set_id text not null references decision_sets,
    seq integer not null,
    type text not null,
    node text,
    run_id text,
    thread_id text not null,
    -- The checkpoint before the node ran; immutable. Empty: the thread's first checkpoint comes after.
    base_checkpoint_id text,
    -- Set for events that a node did not write.
    checkpoint_id text,
    at timestamptz not null default clock_timestamp(),
    payload jsonb not null,
    primary key (decision_set_id, seq)
);

-- The ledger: one row per node execution, keyed by LangGraph's task id.
create table agent_runs (
    task_id text primary key,
    decision_set_id text not null references decision_sets,
    run_id text not null,
    thread_id text not null,
    node text not null,
    input_sha text not null,
    output_sha text not null,
    reused_from text,
    provider text not null default '',
    model text not null default '',
    tokens integer not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp()
);
create index agent_runs_by_decision_set on agent_runs (decision_set_id, finished_at);

-- What a node wrote into the state. The state at a point is the fold of the rows up to it.
create table states (
    ord bigint generated always as identity primary key,
    task_id text not null unique,
    decision_set_id text not null references decision_sets,
    thread_id text not null,
    base_checkpoint_id text,
    node text not null,
    body jsonb not null,
    sha256 text not null
);
create index states_by_decision_set on states (decision_set_id, ord);

create table gates (
    id text primary key,
    decision_set_id text not null references decision_sets,
    run_id text not null,
    thread_id text not null,
    checkpoint_id text not null,
    capsule text not null,
    allowed text[] not null,
    opened_seq integer not null,
    opened_at timestamptz not null default now(),
    expires_at timestamptz not null,
    answer jsonb,
    answered_at timestamptz,
    answer_seq integer
);
create index gates_open on gates (decision_set_id) where answer is null;

-- Commands by Idempotency-Key: a second insert waits for the first transaction and then finds its answer.
create table commands (
    principal text not null,
    path text not null,
    key text not null,
    body_sha256 text not null,
    status integer,
    response jsonb,
    at timestamptz not null default now(),
    primary key (principal, path, key)
);

create table artifacts (
    sha256 text primary key,
    media_type text not null,
    size bigint not null,
    created_at timestamptz not null default now()
);
create table decision_set_artifacts (
    decision_set_id text not null references decision_sets,
    sha256 text not null references artifacts,
    name text not null,
    created_at timestamptz not null default now(),
    primary key (decision_set_id, sha256, name)
);

create table git_packs (
    project_id text not null references projects,
    name text not null,
    pack bytea not null,
    idx bytea not null,
    objects integer not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    primary key (project_id, name)
);
create table git_refs (
    project_id text not null references projects,
    name text not null,
    sha text not null,
    updated_at timestamptz not null default now(),
    primary key (project_id, name)
);

create table workers (
    id text primary key,
    host text not null,
    started_at timestamptz not null default now(),
    heartbeat_at timestamptz not null default now()
);

-- Which changed files a person has looked at, by the hash of what they looked at.
create table viewed_files (
    user_name text not null,
    decision_set_id text not null references decision_sets,
    path text not null,
    sha256 text not null,
    at timestamptz not null default now(),
    primary key (user_name, decision_set_id, path)
);
