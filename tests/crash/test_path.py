"""The one path, with a worker in a process of its own: whole, and killed at any instant."""

from __future__ import annotations

import asyncio
import json
import random
import time

import pytest

from infra.logging import RUN_IDS
from storage import ledger
from storage.artifacts import open_store
from storage.postgres import every, one
from storage.records.canonical import sha256_of_bytes
from storage.records.ids import DecisionSetId
from tests.crash.house import House, kinds

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


async def test_a_worker_killed_at_any_instant_loses_and_doubles_nothing(house: House) -> None:
    chance = random.Random(20)
    made = await house.create()
    async with house.pool.connection() as conn:
        await one(conn, b"select 1 as x")
    kills, deadline, approved = 0, time.monotonic() + 150, False
    worker = house.start_worker()
    while time.monotonic() < deadline:
        now = await house.read(made.id)
        if now.status == "completed":
            break
        if now.question is not None:
            await house.start(made.id)
        if now.gate is not None and not approved:
            await house.answer(made.id)
            approved = True
        if kills < 6 and chance.random() < 0.3 and "worker ready" in house.logs[-1].read_text():
            worker.kill()
            worker.wait()
            kills += 1
            worker = house.start_worker()
        await _pause(chance)
    assert (await house.read(made.id)).status == "completed"
    assert kills >= 3
    await house.until(made.id, lambda now: now.status == "completed")
    for _ in range(100):
        if kinds(await house.events(made.id))[-1] == "run-complete":
            break
        await _pause(chance)
    await assert_exact(house, made.id)


async def _pause(chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0.02, 0.15))
