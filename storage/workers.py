"""Which workers live. A row with a heartbeat for people, a session lock for the reaper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from procrastinate import sql as procrastinate_sql

from storage.postgres import Connection, every, one, queries
from storage.records.ids import DecisionSetId

SQL = queries("workers")
GROUP = 0x776F726B
"""The first half of the session lock's number, 'work' in ASCII."""


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that somebody is doing, as it was seen. `attempts` is how often it had been put back."""

    id: int
    decision_set: DecisionSetId
    attempts: int


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


async def claim(conn: Connection, worker: str) -> list[HeldJob] | None:
    """The jobs that a dead worker was doing, for whoever takes it off the list, in a transaction that puts them back;
    None when another has."""
    if await one(conn, SQL["claim"], {"id": worker}) is None:
        return None
    lost = [
        HeldJob(row["id"], DecisionSetId(row["lock"]), row["attempts"])
        for row in await every(conn, SQL["lost_jobs"], {"worker": worker})
    ]
    await conn.execute(SQL["disown"], {"worker": worker})
    return lost


async def put_back(conn: Connection, job: HeldJob) -> bool:
    """Has the job done again, as Procrastinate's own retry does. False when it is no longer the one that was seen."""
    async with conn.transaction():
        if await one(conn, SQL["held"], {"id": job.id, "attempts": job.attempts}) is None:
            return False
        await conn.execute(
            procrastinate_sql.queries["retry_job"],
            {
                "job_id": job.id,
                "retry_at": datetime.now(UTC),
                "new_priority": None,
                "new_queue_name": None,
                "new_lock": None,
            },
        )
    return True
