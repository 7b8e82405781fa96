"""The past, read from rows: which checkpoint follows which step, and what the state was then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from storage import decision_sets
from storage.events import Origin
from storage.postgres import Connection, every, one, queries
from storage.records.errors import NotFound
from storage.records.ids import CheckpointId, DecisionSetId, RunId, ThreadId

SQL = queries("ledger")


class CheckpointRow(BaseModel):
    """`checkpoint_id` is the state after `node`; `seq` the last event it wrote; `ord` its place in the history."""

    model_config = ConfigDict(frozen=True)

    checkpoint_id: CheckpointId | None
    parent_id: CheckpointId | None
    node: str
    thread_id: ThreadId
    run_id: RunId
    at: datetime
    seq: int | None
    ord: int


async def history(
    conn: Connection, decision_set: DecisionSetId, *, after: int = 0, limit: int | None = None
) -> list[CheckpointRow]:
    """Oldest first, from behind the place `after` on; all of it without a limit."""
    rows = await every(conn, SQL["history"], {"decision_set": decision_set, "after": after, "limit": limit})
    return [CheckpointRow.model_validate(row) for row in rows]


async def find(conn: Connection, decision_set: DecisionSetId, checkpoint: CheckpointId) -> CheckpointRow:
    """Raises NotFound."""
    for row in await history(conn, decision_set):
        if row.checkpoint_id == checkpoint:
            return row
    raise NotFound(f"Decision set {decision_set} has no checkpoint {checkpoint}.")


async def state_at(conn: Connection, decision_set: DecisionSetId, checkpoint: CheckpointId) -> dict[str, Any]:
    """Each state channel as JSON, as it stood at the checkpoint. Raises NotFound."""
    row = await find(conn, decision_set, checkpoint)
    return await decision_sets.state_of(conn, decision_set, ord=row.ord)


async def origin_of(conn: Connection, decision_set: DecisionSetId, run: RunId) -> Origin:
    """Where an event comes from that no node writes: the checkpoint at which the decision set stands, in its decision
    or else in its intake; none before its first."""
    decision, intake = ThreadId(decision_set), ThreadId(decision_sets.intake_thread(decision_set))
    row = await one(conn, SQL["standing"], {"threads": [decision, intake]})
    if row is None:
        return Origin(decision_set, intake, run)
    return Origin(decision_set, row["thread_id"], run, checkpoint=row["checkpoint_id"])
