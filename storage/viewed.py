"""Which changed files a person has looked at. A file that changes since is no longer among them."""

from __future__ import annotations

from storage.postgres import Connection, every, queries
from storage.records.ids import DecisionSetId

SQL = queries("viewed")


async def files(conn: Connection, user: str, decision_set: DecisionSetId) -> set[tuple[str, str]]:
    """Path and SHA-256 (hex) of what was looked at."""
    rows = await every(conn, SQL["every"], {"user": user, "decision_set": decision_set})
    return {(row["path"], row["sha256"]) for row in rows}


async def note(conn: Connection, user: str, decision_set: DecisionSetId, path: str, sha256: str) -> None:
    await conn.execute(SQL["note"], {"user": user, "decision_set": decision_set, "path": path, "sha256": sha256})


async def forget(conn: Connection, user: str, decision_set: DecisionSetId, path: str) -> None:
    await conn.execute(SQL["forget"], {"user": user, "decision_set": decision_set, "path": path})
