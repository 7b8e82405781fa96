"""Whether the database answers, said in time also when it hangs."""

from __future__ import annotations

import asyncio

import psycopg

from storage import workers
from storage.postgres import Pool

READY_SECONDS = 2.0


class Readiness:
    """One question is under way at a time, however often it is asked: a database that hangs takes one connection."""

    def __init__(self, pool: Pool, *, seconds: float = READY_SECONDS) -> None:
        self._pool = pool
        self._seconds = seconds
        self._asking: asyncio.Task[Exception | None] | None = None

    async def check(self) -> None:
        """Raises psycopg.OperationalError. A question that was given up ends by itself: psycopg takes up to ten
        seconds to have a query cancelled."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        asking = self._asking
        await asyncio.wait({asking}, timeout=self._seconds)
        if not asking.done() or asking.cancelled():
            raise psycopg.OperationalError("the database did not answer in time")
        if error := asking.result():
            raise psycopg.OperationalError(str(error) or "the database did not answer in time") from error

    async def _ask(self) -> Exception | None:
        try:
            async with asyncio.timeout(self._seconds), self._pool.connection(self._seconds) as conn:
                await workers.last_heartbeat(conn)
        except (TimeoutError, psycopg.Error) as error:
            return error
        return None
