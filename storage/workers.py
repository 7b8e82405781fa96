"""Which workers live. A row with a heartbeat for people, a session lock for the reaper."""

from __future__ import annotations

from datetime import datetime

from storage.postgres import Connection, every, one, queries
from storage.records.ids import DecisionSetId

SQL = queries("workers")
GROUP = 0x776F726B
"""The first half of the session lock's number, 'work' in ASCII."""


async def beat(conn: Connection, worker: str, host: str) -> None:
    await conn.execute(SQL["beat"], {"id": worker, "host": host})


async def leave(conn: Connection, worker: str) -> None:
    await conn.execute(SQL["leave"], {"id": worker})


async def forget(conn: Connection) -> None:
    await conn.execute(SQL["forget"])


async def last_heartbeat(conn: Connection) -> datetime | None:
    """When any worker was last heard of; None when none ever was."""
    row = await one(conn, SQL["last_heartbeat"])
    return row["at"] if row else None


async def hold(conn: Connection, worker: str) -> bool:
    """Takes the worker's session lock on a direct connection that must stay open as long as the worker lives."""
    row = await one(conn, SQL["hold"], {"group": GROUP, "id": worker})
    return bool(row and row["held"])


async def holds(conn: Connection, worker: str) -> bool:
    """Whether this very session has the worker's lock."""
    row = await one(conn, SQL["holds"], {"group": GROUP, "id": worker})
    return bool(row and row["held"])


async def dead(conn: Connection) -> list[str]:
    return [row["id"] for row in await every(conn, SQL["dead"], {"group": GROUP})]


async def lost_jobs(conn: Connection, dead_workers: list[str]) -> list[tuple[int, DecisionSetId]]:
    """The Procrastinate jobs that dead workers were doing, by id, and for which decision set."""
    return [(row["id"], row["lock"]) for row in await every(conn, SQL["lost_jobs"], {"dead": dead_workers})]
