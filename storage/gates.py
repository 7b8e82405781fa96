"""Gates: where a run waits for a person. A row and nothing else: no job, no connection, no worker slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.events import Origin
from storage.postgres import Connection, every, one, queries
from storage.records.errors import GateAlreadyAnswered, NotFound
from storage.records.ids import CheckpointId, DecisionSetId, GateId, Sha256
from storage.records.plans import Approval, GateAction

SQL = queries("gates")

REVISIONS = 3
"""How often a person may ask for changes before the plan must be approved or rejected."""


class GateRow(BaseModel):
    """`checkpoint_id` is the state it was opened on, `opened_seq` the event that announced it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: GateId
    checkpoint_id: CheckpointId
    capsule: Sha256
    allowed: list[GateAction]
    opened_seq: int
    opened_at: datetime
    expires_at: datetime
    is_expired: bool
    answer: Approval | None


async def open_gate(
    conn: Connection,
    gate: GateId,
    origin: Origin,
    *,
    capsule: Sha256,
    allowed: Sequence[GateAction],
    expires_at: datetime,
) -> bool:
    """False when the gate stands already. `origin.checkpoint` is the state it was opened on."""
    row = await one(
        conn,
        SQL["open"],
        {
            "id": gate,
            "decision_set": origin.decision_set,
            "run": origin.run,
            "thread": origin.thread,
            "checkpoint": origin.checkpoint,
            "capsule": capsule,
            "allowed": list(allowed),
            "expires_at": expires_at,
        },
    )
    return row is not None


async def note_seq(conn: Connection, gate: GateId, seq: int) -> None:
    await conn.execute(SQL["note_seq"], {"id": gate, "seq": seq})


async def read(conn: Connection, decision_set: DecisionSetId, gate: GateId) -> GateRow:
    """Raises NotFound."""
    row = await one(conn, SQL["read"], {"id": gate, "decision_set": decision_set})
    if row is None:
        raise NotFound("There is no such gate.")
    return GateRow.model_validate(row)


async def answer(conn: Connection, approval: Approval) -> None:
    """Raises GateAlreadyAnswered."""
    row = await one(
        conn,
        SQL["answer"],
        {"id": approval.gate, "answer": Jsonb(approval.model_dump(mode="json")), "seq": approval.comment_event},
    )
    if row is None:
        raise GateAlreadyAnswered()


async def answer_of(conn: Connection, decision_set: DecisionSetId, gate: GateId) -> Approval | None:
    """The answer; None while the gate waits or before it exists."""
    row = await one(conn, SQL["read"], {"id": gate, "decision_set": decision_set})
    return Approval.model_validate(row["answer"]) if row and row["answer"] else None


async def expired(conn: Connection) -> list[DecisionSetId]:
    """The decision sets that wait at a gate which nobody can answer any more, a hundred at most."""
    return [row["decision_set_id"] for row in await every(conn, SQL["expired"])]


async def unanswered(conn: Connection, decision_set: DecisionSetId) -> GateRow | None:
    """The gate that nobody has answered."""
    row = await one(conn, SQL["unanswered"], {"decision_set": decision_set})
    return GateRow.model_validate(row) if row else None


async def reopen(conn: Connection, gate: GateId) -> GateRow:
    """Opens an unanswered gate anew for as long as it was open before. Raises GateAlreadyAnswered."""
    row = await one(conn, SQL["reopen"], {"id": gate})
    if row is None:
        raise GateAlreadyAnswered()
    return GateRow.model_validate(row)


@dataclass(frozen=True, slots=True)
class StandingApproval:
    """An approval that a run went on with, and until when it holds."""

    approval: Approval
    expires_at: datetime


async def standing_approval(conn: Connection, decision_set: DecisionSetId, capsule: Sha256) -> StandingApproval | None:
    """The last word on a decision set, where it approved exactly this and the run went on."""
    row = await one(conn, SQL["standing_approval"], {"decision_set": decision_set, "capsule": capsule})
    return StandingApproval(Approval.model_validate(row["answer"]), row["expires_at"]) if row else None
