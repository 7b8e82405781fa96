"""Decision sets and their events without a worker, as a worker would write them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import anyio
import httpx
import psycopg

from storage import decision_sets, gates, projects, runs
from storage.events import Origin, log_event
from storage.postgres import Pool, unit_of_work
from storage.records.errors import NotFound
from storage.records.events import MessageSent, Payload, RunComplete
from storage.records.ids import CheckpointId, DecisionSetId, GateId, Sha256, ThreadId, new_id
from storage.records.plans import GATE_ACTIONS
from web import commands
from web.commands import Caller

ANA = Caller("ana", "admin", "request-ana")
SENTENCE = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"
TABLES = ("projects", "decision_sets", "events", "runs", "procrastinate_jobs", "commands")


async def new_decision_set(pool: Pool, *, project: str = "fraud-model", message: str = SENTENCE) -> DecisionSetId:
    async with unit_of_work(pool) as work:
        try:
            await projects.by_slug(work.conn, project)
        except NotFound:
            await commands.create_project(work, ANA, project)
        return (await commands.create_decision_set(work, ANA, project=project, message=message)).id


async def log(pool: Pool, decision_set: DecisionSetId, *payloads: Payload, nudge: bool = True) -> int:
    """Appends events; without a nudge nobody is told."""
    async with unit_of_work(pool) as work:
        run = await runs.current(work.conn, decision_set)
        origin = Origin(decision_set, ThreadId(decision_set), run.id if run else None, node="planner")
        seq = await log_event(work, origin, *payloads)
        if not nudge:
            work.nudges.clear()
        return seq


async def say(pool: Pool, decision_set: DecisionSetId, *texts: str, nudge: bool = True) -> int:
    return await log(pool, decision_set, *(MessageSent(text=text) for text in texts), nudge=nudge)


async def change(pool: Pool, decision_set: DecisionSetId, **patch: object) -> None:
    async with unit_of_work(pool) as work:
        row = await decision_sets.lock(work.conn, decision_set)
        await decision_sets.change(work.conn, decision_set, row.version, patch)


async def end(pool: Pool, decision_set: DecisionSetId, outcome: Literal["completed", "failed", "waiting"]) -> int:
    """Ends the open run. A run that waits leaves the decision set open."""
    if outcome != "waiting":
        await change(pool, decision_set, status=outcome)
    async with unit_of_work(pool) as work:
        run = await runs.current(work.conn, decision_set)
        assert run is not None
        await runs.finish(work.conn, run.id, outcome)
        return await log_event(work, Origin(decision_set, ThreadId(decision_set), run.id), RunComplete(outcome=outcome))


async def open_gate(
    pool: Pool, decision_set: DecisionSetId, *, capsule: str = "c" * 64, expires_in: float = 3600, allowed: str = ""
) -> GateId:
    """`allowed` names the actions, all three if empty."""
    gate = GateId(new_id())
    async with unit_of_work(pool) as work:
        run = await runs.current(work.conn, decision_set)
        assert run is not None
        checkpoint = CheckpointId(new_id())
        origin = Origin(decision_set, ThreadId(decision_set), run.id, node="gate_hitl", checkpoint=checkpoint)
        await gates.open_gate(
            work.conn,
            gate,
            origin,
            capsule=Sha256(capsule),
            allowed=[known for known in GATE_ACTIONS if known in allowed.split() or not allowed],
            expires_at=datetime.now(UTC) + timedelta(seconds=expires_in),
        )
    await change(pool, decision_set, status="awaiting_approval", stage="approval")
    return gate


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and, where it was refused, the problem's code."""
    return answer.status_code, answer.json().get("code", "")


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    """Fails when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        await anyio.sleep(0.03)


async def new_project(api: httpx.AsyncClient, name: str = "Fraud model") -> str:
    """Its slug."""
    answer = await api.post("/api/projects", json={"name": name})
    assert answer.status_code == 201
    return answer.json()["slug"]


def row_counts(dsn: str) -> list[int]:
    """Of the tables that a command writes to, TABLES in order."""
    with psycopg.connect(dsn) as conn:
        return [conn.execute(f"select count(*) from {table}").fetchall()[0][0] for table in TABLES]
