"""What stored bytes are, and whose."""

from __future__ import annotations

from storage.postgres import Connection, one, queries
from storage.records.decision_sets import Artifact
from storage.records.errors import NotFound
from storage.records.ids import DecisionSetId, Sha256

SQL = queries("artifacts")


async def record(
    conn: Connection, decision_set: DecisionSetId, sha256: Sha256, name: str, media_type: str, size: int
) -> None:
    """Written after the bytes are stored, in the transaction of what produced them; `size` in bytes."""
    await conn.execute(
        SQL["record"],
        {"decision_set": decision_set, "sha256": sha256, "name": name, "media_type": media_type, "size": size},
    )


async def described(conn: Connection, sha256: Sha256) -> Artifact:
    """Raises NotFound."""
    row = await one(conn, SQL["described"], {"sha256": sha256})
    if row is None:
        raise NotFound("There is no such artifact.")
    return Artifact.model_validate(row)
