-- How a project settles what critics object to. Without a threshold, its strategy's own holds.
alter table projects
    add column strategy text not null default 'weighted_vote'
        check (strategy in ('weighted_vote', 'consensus', 'escalate')),
    add column threshold double precision check (threshold > 0 and threshold <= 1),
    add column rounds integer not null default 2 check (rounds between 1 and 5),
    add column settings_by text,
    add column settings_at timestamptz;
