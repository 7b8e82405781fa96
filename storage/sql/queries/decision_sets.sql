-- name: summary
-- One decision set with its project's slug, its open gate and its last answer.
-- include: summary_rows
where d.id = %(id)s;

-- name: summaries
-- Decision sets, newest first, below a cursor.
-- include: summary_rows
where (%(statuses)s::text[] is null or d.status = any(%(statuses)s))
    and (%(before)s::text is null or d.id < %(before)s)
    and (%(parent)s::text is null or d.parent_id = %(parent)s)
    -- include: fits_search
order by d.id desc
limit %(limit)s;

-- name: state
-- The newest value of each state channel of a decision set, up to a row of its history.
select distinct on (kv.key) kv.key, kv.value
from states s, jsonb_each(s.body) kv
where s.decision_set_id = %(id)s and (%(ord)s::bigint is null or s.ord <= %(ord)s)
order by kv.key, s.ord desc;

-- name: artifacts
-- What a decision set has stored, oldest first.
select l.sha256, l.name, a.media_type, a.size
from decision_set_artifacts l join artifacts a using (sha256)
where l.decision_set_id = %(id)s
order by l.created_at, l.name;

-- name: insert
-- A new decision set with the project's next number, covered as its parent is.
with numbered as (
    update projects set last_number = last_number + 1 where id = %(project)s returning last_number
)
insert into decision_sets
    (id, project_id, number, title, parent_id, status, stage, created_by, constraints, inputs_seq, forked_from, coverage)
select %(id)s, %(project)s, last_number, %(title)s, %(parent)s, 'intake', 'intake', %(by)s, %(constraints)s,
    %(inputs_seq)s, %(forked_from)s,
    coalesce((select parent.coverage from decision_sets parent where parent.id = %(parent)s),
        '{"score": 0, "missing": []}')
from numbered
returning number;

-- name: lock
-- Holds the decision set's row until the transaction ends, and reads it.
select * from decision_sets where id = %(id)s for no key update;

-- name: fence
-- Gives out a new lease; whoever held the last one can write no more.
update decision_sets set lease = lease + 1 where id = %(id)s;

-- name: change
-- Changes the columns named in the patch, if the version is still the one that was read.
update decision_sets d set
    -- include: decision_set_patch
from (select %(patch)s::jsonb as patch) p
where d.id = %(id)s and d.version = %(version)s
returning d.version;
