"""What makes a worker a living one: its lock, on a database session of its own, and whoever notices that it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg

from storage import workers
from storage.postgres import Connection, connect

CHECK_SECONDS = 5.0
"""A session that the server ends is noticed at once; one that is cut without a word, at the next check."""
ANSWER_SECONDS = 10.0


class LockLost(Exception):
    """Other workers take this one for dead, and its jobs for theirs."""


@asynccontextmanager
async def holding(dsn: str, worker: str) -> AsyncIterator[Connection]:
    """The session that holds the worker's lock. Raises psycopg.OperationalError where there is none to be had."""
    session = await connect(dsn)
    try:
        await workers.hold(session, worker)
        yield session
    finally:
        with suppress(psycopg.OperationalError):
            await session.close()


async def until_lock_lost(session: Connection, worker: str) -> None:
    """Raises LockLost, sooner or later. The lock is not taken again under the same name: jobs of that name may have
    been given to others meanwhile."""
    while True:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if not await workers.holds(session, worker):
                    raise LockLost("its session does not hold its lock; a pooler may stand before the direct address")
            async for _ in session.notifies(timeout=CHECK_SECONDS):
                pass
        except (psycopg.OperationalError, TimeoutError) as error:
            reason = " ".join(str(error).split()) or "no answer"
            raise LockLost(f"its session has ended: {reason}") from error
