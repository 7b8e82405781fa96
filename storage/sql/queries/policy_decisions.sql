-- name: log
-- One evaluation, under the lease, with the seq that its event is about to get. Lock order: decision set, then head.
with fence as (
    select id from decision_sets where id = %(decision_set)s and lease = %(lease)s for no key update
),
head as (
    select h.seq from event_heads h join fence on fence.id = h.decision_set_id for no key update of h
)
insert into policy_decisions (decision_set_id, seq, node, bundle, input_sha256, outcome, results, failed, warned)
select %(decision_set)s, head.seq + %(offset)s, %(node)s, %(bundle)s, %(input_sha256)s, %(outcome)s, %(results)s,
    %(failed)s, %(warned)s
from head;

-- name: recent
-- Evaluations, newest first, below a cursor, with what the approval overrode that followed; or that an amendment kept.
select p.id, p.decision_set_id, p.seq, p.node, p.bundle, p.input_sha256, p.outcome, p.failed, p.warned, p.results, p.at,
    d.number, d.title, s.slug as project, coalesce(o.overrides, '[]') as overrides, o.overridden_by
from policy_decisions p
join decision_sets d on d.id = p.decision_set_id
join projects s on s.id = d.project_id
left join lateral (
    select g.answer -> 'overrides' as overrides, g.answer ->> 'by' as overridden_by
    from gates g
    where g.decision_set_id = p.decision_set_id and g.answer ->> 'action' = 'approve'
        and g.answer -> 'overrides' <> '[]'
        and case
            when g.answer_seq > p.seq then not exists (
                select 1 from policy_decisions later
                where later.decision_set_id = p.decision_set_id and later.seq > p.seq and later.seq < g.answer_seq
            )
            else p.node = 'process_approval_feedback' and not exists (
                select 1 from gates later
                where later.decision_set_id = p.decision_set_id and later.opened_seq > g.answer_seq
            )
        end
    order by g.answer_seq desc limit 1
) o on true
where (%(before)s::bigint is null or p.id < %(before)s)
    and (%(outcome)s::text is null or p.outcome = %(outcome)s)
    and (%(rule)s::text is null or %(rule)s = any(p.failed || p.warned))
    and (%(project)s::text is null or s.slug = %(project)s)
    and (%(bundle)s::text is null or p.bundle = %(bundle)s)
order by p.id desc
limit %(limit)s;

-- name: totals
-- How many evaluations there were, and how many of them denied.
select count(*) as evaluations, count(*) filter (where outcome = 'fail') as denied from policy_decisions;

-- name: failures
-- How often each rule was not met, over every evaluation.
select rule, count(*) filter (where denied) as failed, count(*) filter (where not denied) as warned
from policy_decisions, lateral (
    select unnest(failed) as rule, true as denied union all select unnest(warned), false
) unmet
group by rule;

-- name: gated
-- What stood at the last gate of each decision set: when it opened, and the newest value of each channel up to there.
select d.id, d.number, d.title, s.slug as project, g.opened_at,
    (select coalesce(jsonb_object_agg(channel.key, channel.value), '{}') from (
        select distinct on (kv.key) kv.key, kv.value
        from states t join agent_runs a using (task_id), jsonb_each(t.body) kv
        where t.decision_set_id = d.id and a.finished_at <= g.opened_at
            and kv.key in ('constraints', 'plan', 'cost_estimate', 'policy_results')
        order by kv.key, t.ord desc
    ) channel) as state
from decision_sets d
join projects s on s.id = d.project_id
join lateral (
    select opened_at from gates where decision_set_id = d.id order by opened_at desc limit 1
) g on true
where %(after)s::text is null or d.id > %(after)s
order by d.id
limit %(limit)s;
