"""The one path, with a worker in a process of its own: whole, and killed at every turn."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from infra.logging import RUN_IDS
from storage import ledger
from storage.artifacts import open_store
from storage.postgres import Connection, connect, every, one
from storage.records.canonical import sha256_of_bytes
from storage.records.events import EventType
from storage.records.ids import DecisionSetId
from tests.crash.house import House, kinds
from tests.decisions import until

pytestmark = pytest.mark.anyio


async def assert_exact(house: House, decision_set: DecisionSetId) -> None:
    """Events 1…n, each naming its checkpoint; each run ended once; one commit on the project's branch."""
    told = await house.events(decision_set)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    assert [event.seq for event in told if event.checkpoint_id is None] == []
    async with house.pool.connection() as conn:
        runs = await every(conn, b"select id, outcome from runs where decision_set_id = %(id)s", {"id": decision_set})
        refs = await every(conn, b"select name, sha from git_refs")
        entries = await ledger.entries(conn, decision_set)
    completes = [event for event in told if event.type == "run-complete"]
    assert sorted(event.run_id or "" for event in completes) == sorted(run["id"] for run in runs)
    assert all(run["outcome"] for run in runs)
    assert kinds(told).count("diff-recorded") == 1
    assert [ref["sha"] for ref in refs] == [(await house.read(decision_set)).commit]
    assert len({entry.task_id for entry in entries}) == len(entries)


async def test_a_comment_tightens_the_plan_before_any_code_is_written(house: House) -> None:
    house.start_worker()
    made = await house.create()
    at_gate = await house.to_gate(made.id)
    assert at_gate.plan is not None
    assert at_gate.policy is not None
    assert len(at_gate.plan.candidates) >= 3
    assert len(at_gate.policy.results) >= 8
    assert at_gate.gate is not None
    assert "approve" in at_gate.gate.allowed
    values = at_gate.constraints.values
    assert (values.throughput_rps, values.latency_p95_ms, values.monthly_budget_usd) == (300, 80, 4000)

    await house.answer(made.id, "approve", "cap replicas at 6 and keep it under $3,500 a month")
    done = await house.until(
        made.id, lambda now: now.status in ("completed", "awaiting_approval") and now.gate != at_gate.gate
    )
    if done.gate:
        await house.answer(made.id)
        done = await house.until(made.id, lambda now: now.status == "completed")
    values = done.constraints.values
    assert (values.max_replicas, values.monthly_budget_usd) == (6, 3500)
    await assert_exact(house, made.id)

    told = await house.events(made.id)
    answered = next(event for event in told if event.type == "gate-answered")
    captured = {
        event.payload["field"]: event.payload["evidence"]
        for event in told
        if event.type == "constraint-captured" and event.seq > answered.seq
    }
    assert {name: item["message"] for name, item in captured.items()} == {
        "max_replicas": answered.seq,
        "monthly_budget_usd": answered.seq,
    }
    code = next(event for event in told if event.node == "codegen")
    assert code.seq > max(event.seq for event in told if event.type == "constraint-captured")

    [artifact] = done.artifacts
    data = await open_store((house.data_dir / "artifacts").as_uri()).get(artifact.sha256)
    assert sha256_of_bytes(data) == artifact.sha256


async def test_every_log_line_of_a_run_has_the_four_ids(house: House) -> None:
    house.start_worker()
    made = await house.create()
    await house.to_gate(made.id)
    house.stop()
    lines = [json.loads(line) for line in house.log_text().splitlines() if line.startswith("{")]
    said = [line["event"] for line in lines]
    of_runs = lines[said.index("worker ready") + 1 : said.index("worker stopping")]
    assert of_runs[0]["event"] == "run taken"
    assert {line["node_name"] for line in of_runs} >= {"extract_constraints", "planner", "policy_eval", "advance"}
    bare = [line for line in of_runs if not all(line.get(name) for name in RUN_IDS)]
    assert bare == []
    assert {line["thread_id"] for line in of_runs} == {made.id}


STOPPED_AT: dict[str, Sequence[EventType]] = {
    "question": ("constraint-captured", "run-complete"),
    "gate": ("policy-update", "gate-opened"),
    "commit": ("diff-recorded",),
}
"""The events in whose writing a worker is killed, in the order in which they come, and what is there after them."""


async def test_a_worker_killed_while_it_writes_loses_and_doubles_nothing(house: House) -> None:
    made = (await house.create()).id
    async with await connect(house.database_url) as holder:
        await hold_back(holder, [kind for kinds in STOPPED_AT.values() for kind in kinds])
        worker = house.start_worker()
        for there, stopped_at in STOPPED_AT.items():
            for kind in stopped_at:
                await until(lambda held=kind: is_held_back(holder, held), 60)
                assert worker.poll() is None
                worker.kill()
                worker.wait()
                await holder.execute(RELEASE, {"kind": kind})
                worker = house.start_worker()
            await house.until(made, lambda now, name=there: getattr(now, name) is not None)
            if there == "question":
                await house.start(made)
            elif there == "gate":
                await house.answer(made)
        await house.until(made, lambda now: now.status == "completed")
    assert len(house.workers) == 1 + sum(len(kinds) for kinds in STOPPED_AT.values())
    await assert_exact(house, made)


RELEASE = b"select pg_advisory_unlock(1, hashtext(%(kind)s))"


async def hold_back(holder: Connection, events: Sequence[EventType]) -> None:
    """Whoever writes one of these events waits, in the middle of its transaction, until `holder` lets it."""
    await holder.execute(
        b"create function waits() returns trigger language plpgsql as $$ begin"
        b" perform pg_advisory_xact_lock_shared(1, hashtext(new.type)); return new; end $$"
    )
    await holder.execute(b"create trigger held_back before insert on events for each row execute function waits()")
    for kind in events:
        await holder.execute(b"select pg_advisory_lock(1, hashtext(%(kind)s))", {"kind": kind})


async def is_held_back(holder: Connection, kind: EventType) -> bool:
    waiting = await one(
        holder,
        b"select 1 as x from pg_locks where locktype = 'advisory' and classid = 1 and not granted"
        b" and objid = (hashtext(%(kind)s)::bigint & 4294967295)::oid"
        b" and database = (select oid from pg_database where datname = current_database())",
        {"kind": kind},
    )
    return waiting is not None
