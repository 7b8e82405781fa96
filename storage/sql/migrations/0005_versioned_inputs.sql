-- Every price book and policy bundle that was ever in use here, by the hash of its content: what a release ships, and
-- what an operator gave.
create table versioned_inputs (
    kind text not null check (kind in ('price_book', 'policy_bundle')),
    sha256 text not null,
    name text not null,
    -- File contents by name, base64.
    files jsonb not null,
    kept_by text not null,
    kept_at timestamptz not null default clock_timestamp(),
    primary key (kind, sha256)
);

-- Which one was put in force, when and by whom: the last row of a kind holds. Without a hash, what the release ships.
create table input_uses (
    id bigint generated always as identity primary key,
    kind text not null,
    sha256 text,
    by_name text not null,
    at timestamptz not null default clock_timestamp(),
    foreign key (kind, sha256) references versioned_inputs
);
create index input_uses_by_kind on input_uses (kind, id desc);

-- One row for each time that a plan was held against a bundle, written with the event of that seq.
create table policy_decisions (
    id bigint generated always as identity primary key,
    decision_set_id text not null references decision_sets,
    seq integer not null,
    node text not null,
    bundle text not null,
    -- Of the document that the rules saw.
    input_sha256 text not null,
    outcome text not null check (outcome in ('pass', 'warn', 'fail')),
    -- Per rule: id, level, outcome, actual, required.
    results jsonb not null,
    failed text[] not null,
    warned text[] not null,
    at timestamptz not null default clock_timestamp(),
    unique (decision_set_id, seq)
);
create index policy_decisions_by_outcome on policy_decisions (outcome, id desc);
