"""The design's rules about what is written: one writer, the row is the truth, states are rows, two threads."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphs.saver import LeanSaver
from graphs.state import MLOpsProjectState, as_json
from storage import checkpoints, decision_sets, ledger
from storage.events import Origin, log_event
from storage.ledger import Entry, record_node
from storage.postgres import CHANNEL, connect, every, make_pool, one, unit_of_work
from storage.records.canonical import sha256_of
from storage.records.errors import Fenced
from storage.records.events import MessageSent
from storage.records.ids import CheckpointId, RunId, Sha256, TaskId, ThreadId
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate

pytestmark = pytest.mark.anyio


async def test_rule_2_and_4_a_stale_lease_writes_nothing_at_all(house: House) -> None:
    made = await house.create()
    origin = Origin(made.id, ThreadId(made.id), None, node="planner", base=CheckpointId("c"))

    def entry(lease: int) -> Entry:
        return Entry(
            task=TaskId(f"task-{lease}"),
            origin=replace(origin, run=RunId("run")),
            lease=lease,
            input_sha=Sha256("i"),
            output_sha=Sha256("o"),
            body={"round": 1},
            started_at=datetime.now(UTC),
            cards=[MessageSent(text="hello")],
            patch={"stage": "critics"},
        )

    async with unit_of_work(house.pool) as work:
        assert await record_node(work, entry(0)) == 2
    with pytest.raises(Fenced):
        async with unit_of_work(house.pool) as work:
            await record_node(work, entry(7))
    async with house.pool.connection() as conn:
        tasks = await every(conn, b"select task_id from agent_runs")
        states = await every(conn, b"select task_id from states")
    assert [row["task_id"] for row in tasks] == [row["task_id"] for row in states] == ["task-0"]
    assert [event.seq for event in await house.events(made.id)] == [1, 2]


async def test_rule_4_a_finished_tasks_writes_are_kept_once(house: House) -> None:
    made = await at_gate(house, advancer(house))
    async with house.pool.connection() as conn:
        kept = await every(conn, b"select channel from checkpoint_writes w join agent_runs a on a.task_id = w.task_id")
        tasks = await ledger.entries(conn, made)
    assert len(tasks) >= 8
    assert [row["channel"] for row in kept if not row["channel"].startswith("__")] == []


async def test_rule_6_a_nudge_comes_after_the_commit_and_never_without_one(house: House) -> None:
    made = await house.create()
    origin = Origin(made.id, ThreadId(made.id), None)
    listener = await connect(house.database_url)
    try:
        await listener.execute(f"listen {CHANNEL}".encode())
        with pytest.raises(ZeroDivisionError):
            await _log_and_fail(house, origin)
        async with unit_of_work(house.pool) as work:
            seq = await log_event(work, origin, MessageSent(text="kept"))
            early = [note async for note in listener.notifies(timeout=0.2, stop_after=1)]
        late = [note async for note in listener.notifies(timeout=5, stop_after=1)]
        assert early == []
        assert [note.payload for note in late] == [f"{made.id}:{seq}"]
    finally:
        await listener.close()


async def test_rule_6_the_notification_is_sent_outside_the_transaction(house: House, tmp_path: Path) -> None:
    """PostgreSQL delivers at commit either way, but inside, every commit of the server would wait for this one. So the
    order is read from the wire."""
    made = await house.create()
    wire = tmp_path / "wire"
    async with make_pool(house.database_url, maximum=1) as alone:
        with wire.open("w") as out:
            async with alone.connection() as conn:
                conn.pgconn.trace(out.fileno())
            async with unit_of_work(alone) as work:
                await log_event(work, Origin(made.id, ThreadId(made.id), None), MessageSent(text="kept"))
            async with alone.connection() as conn:
                conn.pgconn.untrace()
    parsed = re.findall(r'\tF\t\d+\tParse\t "\w*" "(.*?)" \d', wire.read_text(), re.DOTALL)
    assert len(parsed) == 4
    for statement, said in zip(parsed, ("begin", "insert into events", "commit", "pg_notify"), strict=True):
        assert said in statement


async def test_rule_6_who_reads_at_a_nudge_finds_all_up_to_it(house: House) -> None:
    made = await house.create()
    origin, writers, each = Origin(made.id, ThreadId(made.id), None), 8, 5
    last = (await house.events(made.id))[-1].seq + writers * each

    async def write() -> None:
        for _ in range(each):
            async with unit_of_work(house.pool) as work:
                await log_event(work, origin, MessageSent(text="one of many"))

    listener = await connect(house.database_url)
    try:
        await listener.execute(f"listen {CHANNEL}".encode())
        writing, nudged, gaps = asyncio.gather(*(write() for _ in range(writers))), 0, []
        async for note in listener.notifies(timeout=30):
            nudged = int((note.payload or "").rpartition(":")[2])
            seqs = [event.seq for event in await house.events(made.id)]
            if seqs != list(range(1, len(seqs) + 1)) or len(seqs) < nudged:
                gaps.append((nudged, seqs))
            if nudged == last:
                break
        await writing
    finally:
        await listener.close()
    assert gaps == []
    assert nudged == last


async def _log_and_fail(house: House, origin: Origin) -> None:
    async with unit_of_work(house.pool) as work:
        await log_event(work, origin, MessageSent(text=f"rolled back {1 // 0}"))


async def test_rule_7_the_checkpoint_of_an_event_is_the_child_of_the_one_before_it(house: House) -> None:
    made = await at_gate(house, advancer(house))
    async with house.pool.connection() as conn:
        rows = await every(
            conn,
            b"select e.seq, e.base_checkpoint_id as base, k.parent_checkpoint_id as parent, k.checkpoint_id as id"
            b" from events e join checkpoints k on k.thread_id = e.thread_id"
            b" and coalesce(k.parent_checkpoint_id, '') = e.base_checkpoint_id"
            b" where e.decision_set_id = %(id)s and e.base_checkpoint_id is not null",
            {"id": made},
        )
    told = {event.seq: event.checkpoint_id for event in await house.events(made)}
    assert len(rows) > 10
    assert all(told[row["seq"]] == row["id"] and row["parent"] == row["base"] for row in rows)


async def test_rule_8_the_state_in_rows_is_the_state_in_the_checkpoint(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    graph = worker._graphs["decision"].copy({"checkpointer": LeanSaver(house.pool)})
    async with house.pool.connection() as conn:
        steps = [step for step in await checkpoints.history(conn, made) if step.thread_id == made]
        assert [step.node for step in steps][:3] == ["planner", "critic_tech", "critic_cost"]
        for step in steps:
            assert step.checkpoint_id is not None
            kept = await graph.aget_state({"configurable": {"thread_id": made, "checkpoint_id": step.checkpoint_id}})
            from_rows = await checkpoints.state_at(conn, made, step.checkpoint_id)
            decoded: dict[str, Any] = as_json(MLOpsProjectState, kept.values)
            written = {name for name in from_rows if name in decoded and name not in ("constraints",)}
            assert "plan" in written
            assert {name: from_rows[name] for name in written} == {name: decoded[name] for name in written}
        rows = await every(conn, b"select body, sha256 from states where decision_set_id = %(id)s", {"id": made})
    assert all(sha256_of(row["body"]) == row["sha256"] for row in rows)


async def test_rule_9_intake_and_decision_have_threads_of_their_own(house: House) -> None:
    made = await at_gate(house, advancer(house))
    async with house.pool.connection() as conn:
        rows = await every(conn, b"select distinct thread_id from checkpoints")
    assert {row["thread_id"] for row in rows} == {made, decision_sets.intake_thread(made)}


async def test_lock_order_lets_a_command_and_a_node_through_without_deadlock(house: House) -> None:
    made = await house.create()
    origin = Origin(made.id, ThreadId(made.id), None)

    async def write(number: int) -> None:
        async with unit_of_work(house.pool) as work:
            await decision_sets.lock(work.conn, made.id)
            await log_event(work, origin, MessageSent(text=str(number)))
            row = await one(work.conn, b"select version from decision_sets where id = %(id)s", {"id": made.id})
            assert row is not None
            await decision_sets.change(work.conn, made.id, row["version"], {"warnings": number})

    await asyncio.gather(*(write(number) for number in range(12)))
    assert (await house.read(made.id)).version == made.version + 12
