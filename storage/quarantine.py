"""Model answers that did not fit their schema: the bytes in a store of their own, a row each for triage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, every, one, queries
from storage.records.errors import NotFound
from storage.records.ids import DecisionSetId, RunId, Sha256, new_id

SQL = queries("quarantine")


@dataclass(frozen=True, slots=True)
class Rejected:
    """What is set aside. `size` in bytes; `decision_set` and `run` are None for a call outside of one."""

    sha256: Sha256
    size: int
    media_type: str
    decision_set: DecisionSetId | None
    run: RunId | None
    node: str
    provider: str
    model: str
    pack: Sha256
    error: str


class Quarantined(BaseModel):
    """One row of the triage page. `number`, `title` and `project` (a slug) are the decision set's."""

    model_config = ConfigDict(frozen=True)

    id: str
    sha256: Sha256
    size: int
    media_type: str
    decision_set_id: DecisionSetId | None
    number: int | None
    title: str | None
    project: str | None
    run_id: RunId | None
    node: str
    provider: str
    model: str
    pack: Sha256
    error: str
    at: datetime
    handled_at: datetime | None
    handled_by: str | None
    note: str


async def set_aside(conn: Connection, rejected: Rejected) -> str:
    """Written after the bytes are stored, whatever becomes of the run; answers the row's id."""
    row_id = new_id()
    await conn.execute(
        SQL["set_aside"],
        {
            "id": row_id,
            "sha256": rejected.sha256,
            "size": rejected.size,
            "media_type": rejected.media_type,
            "decision_set": rejected.decision_set,
            "run": rejected.run,
            "node": rejected.node,
            "provider": rejected.provider,
            "model": rejected.model,
            "pack": rejected.pack,
            "error": rejected.error,
        },
    )
    return row_id


async def listed(
    conn: Connection,
    *,
    handled: bool = False,
    provider: str | None = None,
    before: str | None = None,
    limit: int = 101,
) -> list[Quarantined]:
    """The newest first: those nobody has looked at, with `handled` all. `before` is the id of the last one seen."""
    parameters = {"handled": handled, "provider": provider, "before": before, "limit": limit}
    rows = await every(conn, SQL["listed"], parameters)
    return [Quarantined.model_validate(row) for row in rows]


async def read(conn: Connection, row_id: str) -> Quarantined:
    """Raises NotFound."""
    row = await one(conn, SQL["read"], {"id": row_id})
    if row is None:
        raise NotFound("There is nothing in quarantine by that name.")
    return Quarantined.model_validate(row)


async def handle(conn: Connection, row_id: str, *, by: str, note: str = "") -> bool:
    """Marks it as handled. False when somebody was first, or there is none."""
    return await one(conn, SQL["handle"], {"id": row_id, "by": by, "note": note}) is not None


async def count_open(conn: Connection) -> int:
    row = await one(conn, SQL["count_open"])
    return row["open"] if row else 0
