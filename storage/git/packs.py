"""The packs in Postgres: read, merged when there are many, deleted a day after nothing needs them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg import Rollback

from storage.compute import Compute, in_thread
from storage.git import repository
from storage.git.repository import Pack
from storage.postgres import Connection, Pool, every, queries
from storage.records.ids import ProjectId

SQL = queries("git")

THRESHOLD = 20
"""Packs in use before they are merged: a clone asks for each index, a commit restores each pack."""

KEEP_RETIRED = timedelta(hours=24)
"""A clone reads refs, the list and the packs apart, and may ask for a pack from a list it read earlier."""


async def packs_of(conn: Connection, project: ProjectId) -> list[Pack]:
    """Oldest first."""
    return [Pack(**row) for row in await every(conn, SQL["active_packs"], {"project": project})]


async def merge_packs(
    pool: Pool, project: ProjectId, *, threshold: int = THRESHOLD, compute: Compute = in_thread
) -> int:
    """Puts the project's packs into one and answers how many went into it: 0 below the threshold, or when another
    worker merged meanwhile. `compute` takes the CPU's share."""
    async with pool.connection() as conn:
        packs = await packs_of(conn, project)
    if len(packs) < threshold:
        return 0
    merged = await compute(repository.merge, packs)
    if merged is None:
        return 0
    names = [pack.name for pack in packs]
    async with pool.connection() as conn, conn.transaction():
        retired = await every(conn, SQL["retire"], {"project": project, "names": names})
        if len(retired) < len(names):
            raise Rollback
        await add_pack(conn, project, merged)
        return len(names)
    return 0


async def add_pack(conn: Connection, project: ProjectId, pack: Pack) -> None:
    await conn.execute(
        SQL["add_pack"],
        {"project": project, "name": pack.name, "pack": pack.pack, "idx": pack.idx, "objects": pack.objects},
    )


async def tidy(
    pool: Pool, *, threshold: int = THRESHOLD, keep: timedelta = KEEP_RETIRED, compute: Compute = in_thread
) -> None:
    """Merges wherever there are many packs, and deletes those that were retired longer than `keep` ago. Any number of
    workers may do so at once."""
    async with pool.connection() as conn:
        await conn.execute(SQL["delete_retired"], {"before": datetime.now(UTC) - keep})
        crowded = await every(conn, SQL["crowded"], {"threshold": threshold})
    for row in crowded:
        await merge_packs(pool, row["project_id"], threshold=threshold, compute=compute)
