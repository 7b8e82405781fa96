-- name: register
-- Notes a pack the first time it is in use.
insert into packs (sha256, id, version, provider, body)
values (%(sha256)s, %(id)s, %(version)s, %(provider)s, %(body)s)
on conflict (sha256) do nothing;

-- name: listed
-- Every pack that was ever in use, the newest first.
select sha256, id, version, provider, body, first_used_at from packs order by first_used_at desc, id, sha256;

-- name: unknown
-- The first card of a decision set whose pack was never in use here.
select e.seq, e.payload ->> 'pack' as sha256 from events e
where e.decision_set_id = %(decision_set)s and e.type = 'reason-card'
    and not exists (select 1 from packs p where p.sha256 = e.payload ->> 'pack')
order by e.seq limit 1;

-- name: named
-- How many packs the cards of a decision set name.
select count(distinct payload ->> 'pack') as packs from events
where decision_set_id = %(decision_set)s and type = 'reason-card';
