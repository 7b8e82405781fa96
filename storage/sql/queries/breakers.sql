-- name: open_row
-- Makes a breaker's row where there is none yet.
insert into breakers (name) values (%(name)s) on conflict (name) do nothing;

-- name: admit
-- Says whether a call may be made now. The first caller after the pause becomes the probe, and so does the first after
-- a probe that never came back; nobody else passes until the probe is settled. `wait` is the seconds of the pause left.
with turn as (
    select name, state,
        (state = 'open' and coalesce(opened_at, '-infinity') + %(pause)s < clock_timestamp())
        or (state = 'half-open' and coalesce(probe_until, '-infinity') < clock_timestamp()) as may_probe,
        case when state = 'open' then extract(epoch from opened_at + %(pause)s - clock_timestamp())::float end as wait
    from breakers where name = %(name)s for no key update
),
probing as (
    update breakers b set state = 'half-open', probe = %(probe)s, probe_until = clock_timestamp() + %(patience)s,
        successes = 0, changed_at = clock_timestamp()
    from turn where b.name = turn.name and turn.may_probe
    returning b.name
)
select turn.state, turn.may_probe, turn.wait from turn left join probing on probing.name = turn.name;

-- name: lock
-- The row as it stands, held until the transaction's end.
select state, failures, successes, probe from breakers where name = %(name)s for no key update;

-- name: settle
-- What a call that ended made of the row.
update breakers set
    state = %(state)s,
    failures = %(failures)s,
    successes = %(successes)s,
    opened_at = case when %(opened)s then clock_timestamp() else opened_at end,
    changed_at = case when state <> %(state)s then clock_timestamp() else changed_at end,
    probe = null,
    probe_until = null,
    last_error = coalesce(%(error)s, last_error),
    last_error_at = case when %(error)s::text is null then last_error_at else clock_timestamp() end
where name = %(name)s;

-- name: listed
-- Every breaker, for people.
select name, state, failures, opened_at, changed_at, last_error, last_error_at from breakers order by name;
