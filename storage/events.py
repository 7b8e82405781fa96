"""The event log: seq 1, 2, 3 … per decision set, without a gap, because the count is a locked row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from storage.postgres import Connection, UnitOfWork, every, one, queries
from storage.records.events import TYPE_OF, Event, MessageReceived, Payload
from storage.records.ids import CheckpointId, DecisionSetId, RunId, ThreadId

SQL = queries("events")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event comes from. A node gives `base`, the checkpoint before it; anyone else `checkpoint`, the one the
    thread stands at."""

    decision_set: DecisionSetId
    thread: ThreadId
    run: RunId | None
    node: str | None = None
    base: CheckpointId | None = None
    checkpoint: CheckpointId | None = None


async def log_event(work: UnitOfWork, origin: Origin, *payloads: Payload) -> int:
    """Appends the payloads in order and answers the last seq. Raises OutsideUnitOfWork after the transaction's end."""
    work.nudge(origin.decision_set, 0)
    row = await one(
        work.conn,
        SQL["append"],
        {
            "decision_set": origin.decision_set,
            "node": origin.node,
            "run": origin.run,
            "thread": origin.thread,
            "base": origin.base,
            "checkpoint": origin.checkpoint,
            "types": [TYPE_OF[type(item)] for item in payloads],
            "payloads": [as_json(item) for item in payloads],
        },
    )
    if row is None or row["seq"] is None:
        raise LookupError(f"decision set {origin.decision_set} has no event head")
    work.nudge(origin.decision_set, row["seq"])
    return row["seq"]


def as_json(payload: Payload) -> Jsonb:
    return Jsonb(payload.model_dump(mode="json"))


async def read(conn: Connection, decision_set: DecisionSetId, *, after: int = 0, limit: int = 500) -> list[Event]:
    """At most `limit` events with a seq greater than `after`, in order."""
    rows = await every(conn, SQL["read"], {"decision_set": decision_set, "after": after, "limit": limit})
    return [Event.model_validate(row) for row in rows]


async def messages(conn: Connection, decision_set: DecisionSetId, *, after: int = 0) -> dict[int, MessageReceived]:
    """Everything a person said or did in the intake after a seq, by seq, in order."""
    rows = await every(conn, SQL["messages"], {"decision_set": decision_set, "after": after})
    return {row["seq"]: MessageReceived.model_validate(row["payload"]) for row in rows}


async def head(conn: Connection, decision_set: DecisionSetId) -> int:
    """The last seq; 0 for an unknown decision set."""
    row = await one(conn, SQL["head"], {"decision_set": decision_set})
    return row["seq"] if row else 0


async def heads(conn: Connection, decision_sets: Sequence[DecisionSetId]) -> dict[DecisionSetId, int]:
    rows = await every(conn, SQL["heads"], {"decision_sets": list(decision_sets)})
    return {row["decision_set_id"]: row["seq"] for row in rows}
