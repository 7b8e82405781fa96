"""Runs: one continuous execution for a decision set. At most one is open at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from storage import checkpoints, decision_sets
from storage.decision_sets import DecisionSetRow
from storage.events import log_event
from storage.postgres import Connection, UnitOfWork, every, one, queries
from storage.records.events import Outcome, Payload, RunComplete, RunFailed, StageChanged
from storage.records.ids import DecisionSetId, RunId, new_id

SQL = queries("runs")
RunKind = Literal["start", "resume", "fork", "retry"]
FAILURE_SHOWN = 500
"""Characters of a failure's cause that lists show."""


class RunRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: RunId
    decision_set_id: DecisionSetId
    kind: RunKind
    request_id: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Outcome | None
    worker: str | None
    heartbeat_at: datetime | None
    attempts: int
    stream_abandoned: bool


async def open_run(conn: Connection, decision_set: DecisionSetId, kind: RunKind, request_id: str | None) -> RunId:
    """The open run, a new one if there was none. Call it under the decision set's lock."""
    row = await one(
        conn, SQL["open"], {"id": new_id(), "decision_set": decision_set, "kind": kind, "request": request_id}
    )
    if row is None:
        raise LookupError(decision_set)
    return row["id"]


async def take(conn: Connection, decision_set: DecisionSetId, worker: str) -> tuple[RunRow, int] | None:
    """The open run, now this worker's, and the new lease; None when there is nothing to run."""
    row = await one(conn, SQL["take"], {"decision_set": decision_set, "worker": worker})
    return (RunRow.model_validate(row), row["lease"]) if row else None


async def finish(conn: Connection, run: RunId, outcome: Outcome) -> bool:
    """False when the run had ended before."""
    return await one(conn, SQL["finish"], {"id": run, "outcome": outcome}) is not None


async def complete(
    work: UnitOfWork,
    decision_set: DecisionSetId,
    run: RunId,
    outcome: Outcome,
    *before: Payload,
    node: str | None = None,
) -> bool:
    """Ends the run, and says so after `before`. False when it had ended, and then nothing is said."""
    if not await finish(work.conn, run, outcome):
        return False
    origin = await checkpoints.origin_of(work.conn, decision_set, run)
    await log_event(work, replace(origin, node=node), *before, RunComplete(outcome=outcome))
    return True


async def fail(
    work: UnitOfWork, row: DecisionSetRow, run: RunId, failed: RunFailed, *cards: Payload, node: str | None = None
) -> bool:
    """Fails the run with its decision set, whose locked row is `row`. False when the run had ended; raises
    StaleVersion."""
    said = (*cards, failed, StageChanged(stage=row.stage, status="failed"))
    if not await complete(work, row.id, run, "failed", *said, node=node):
        return False
    patch = {"status": "failed", "failure": failed.cause[:FAILURE_SHOWN]}
    await decision_sets.change(work.conn, row.id, row.version, patch)
    return True


async def current(conn: Connection, decision_set: DecisionSetId) -> RunRow | None:
    """The newest run."""
    row = await one(conn, SQL["current"], {"decision_set": decision_set})
    return RunRow.model_validate(row) if row else None


async def every_run(conn: Connection, decision_set: DecisionSetId) -> list[RunRow]:
    return [RunRow.model_validate(row) for row in await every(conn, SQL["every"], {"decision_set": decision_set})]


async def orphans(conn: Connection) -> list[RunRow]:
    """Open runs that no job will advance any more, a hundred at most, oldest first."""
    return [RunRow.model_validate(row) for row in await every(conn, SQL["orphans"])]


async def beat(conn: Connection, worker: str) -> None:
    await conn.execute(SQL["beat"], {"worker": worker})


async def abandon_stream(conn: Connection, decision_set: DecisionSetId) -> None:
    await conn.execute(SQL["abandon_stream"], {"decision_set": decision_set})


async def watched(conn: Connection, decision_sets: Sequence[DecisionSetId]) -> None:
    """Takes back what a console noted whose own last viewer left."""
    await conn.execute(SQL["watched"], {"decision_sets": list(decision_sets)})


async def model_spend(conn: Connection, decision_set: DecisionSetId) -> Decimal | None:
    """US dollars that models have cost so far; None where the price of some tokens is unknown."""
    row = await one(conn, SQL["model_spend"], {"decision_set": decision_set})
    return row["usd"] if row else Decimal(0)
