"""The ledger: one row per node execution, written with everything the node did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncCursor
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.events import Origin, as_json
from storage.postgres import Connection, UnitOfWork, every, one, queries
from storage.records.errors import Fenced
from storage.records.events import TYPE_OF, Payload
from storage.records.ids import DecisionSetId, RunId, Sha256, TaskId, ThreadId

SQL = queries("ledger")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one node execution leaves behind. `body` is its state update as JSON, `patch` the columns of the decision
    set that move with it."""

    task: TaskId
    origin: Origin
    lease: int
    input_sha: Sha256
    output_sha: Sha256
    body: Mapping[str, Any]
    started_at: datetime
    cards: Sequence[Payload] = ()
    patch: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    model: str = ""
    tokens: int = 0


class LedgerRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    task_id: TaskId
    node: str
    run_id: RunId
    thread_id: ThreadId
    input_sha: Sha256
    output_sha: Sha256
    provider: str
    model: str
    tokens: int
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry on its way to the database. What is sent after it travels with it."""

    decision_set: DecisionSetId
    answer: AsyncCursor[DictRow]

    async def settled(self, work: UnitOfWork) -> int:
        """Answers the last seq. Raises Fenced when the lease has moved on."""
        row = await self.answer.fetchone()
        if row is None:
            raise Fenced(self.decision_set)
        work.nudge(self.decision_set, row["last"])
        return row["last"]


async def record_node(work: UnitOfWork, entry: Entry) -> int:
    """Writes the entry and answers the last seq. Raises Fenced when the lease has moved on."""
    return await (await send_node(work, entry)).settled(work)


async def send_node(work: UnitOfWork, entry: Entry) -> Sent:
    answer = await work.conn.execute(
        SQL["record_node"],
        {
            "decision_set": entry.origin.decision_set,
            "lease": entry.lease,
            "patch": Jsonb(dict(entry.patch)),
            "types": [TYPE_OF[type(card)] for card in entry.cards],
            "payloads": [as_json(card) for card in entry.cards],
            "node": entry.origin.node,
            "run": entry.origin.run,
            "thread": entry.origin.thread,
            "base": entry.origin.base,
            "task": entry.task,
            "input_sha": entry.input_sha,
            "output_sha": entry.output_sha,
            "provider": entry.provider,
            "model": entry.model,
            "tokens": entry.tokens,
            "started_at": entry.started_at,
            "body": Jsonb(dict(entry.body)),
        },
    )
    return Sent(entry.origin.decision_set, answer)


async def result_of(conn: Connection, task: TaskId) -> dict[str, Any] | None:
    """The state update a finished task wrote, as JSON; None when it has not finished."""
    row = await one(conn, SQL["result"], {"task": task})
    return row["body"] if row else None


async def entries(conn: Connection, decision_set: str) -> list[LedgerRow]:
    return [LedgerRow.model_validate(row) for row in await every(conn, SQL["entries"], {"decision_set": decision_set})]
