"""A model's words as they come: batches in an UNLOGGED table, until the message that they become is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
import structlog
from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, Pool, every, one, queries
from storage.records.ids import DecisionSetId, RunId, new_id

log = structlog.get_logger(__name__)
SQL = queries("deltas")

CHANNEL = "countersign_deltas"
"""The notification channel. The payload is `decision_set_id:id`, never the words."""
BATCH_SECONDS = 0.1
OLD = timedelta(minutes=10)
"""Words this old belong to a call whose worker died."""


class Delta(BaseModel):
    """Some words. Those of one `reply` belong together in the order of their ids; a new `reply` takes the place of the
    one before, whose call was cut and made again."""

    model_config = ConfigDict(frozen=True)

    id: int
    decision_set: DecisionSetId
    run: RunId
    reply: str
    text: str
    at: datetime


@dataclass
class DeltaWriter:
    """Called with each piece of text; `restart` says that what came so far is void. Neither waits: rows are written by
    `writing` every 100 ms. A lost batch is a gap in a preview, so a failing database stops nothing."""

    pool: Pool
    decision_set: DecisionSetId
    run: RunId
    _reply: str = field(default_factory=new_id)
    _pending: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> None:
        self._pending.append(text)

    def restart(self) -> None:
        self._pending.clear()
        self._reply = new_id()

    async def flush(self) -> None:
        text, reply = "".join(self._pending), self._reply
        self._pending.clear()
        if not text:
            return
        try:
            async with self.pool.connection() as conn:
                added = await add(conn, self.decision_set, self.run, reply, text)
                await conn.execute(
                    queries("events")["nudge"], {"channel": CHANNEL, "payload": f"{self.decision_set}:{added}"}
                )
        except psycopg.OperationalError as error:
            log.warning("words not shown", error=str(error))


@asynccontextmanager
async def writing(pool: Pool, decision_set: DecisionSetId, run: RunId) -> AsyncIterator[DeltaWriter]:
    """Writes what the writer is given in batches, and the rest at the end of the block."""
    writer = DeltaWriter(pool, decision_set, run)
    over = asyncio.Event()

    async def keep_flushing() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), BATCH_SECONDS)
            await writer.flush()

    flushing = asyncio.create_task(keep_flushing())
    try:
        yield writer
    finally:
        over.set()
        await flushing
        await writer.flush()


async def add(conn: Connection, decision_set: DecisionSetId, run: RunId, reply: str, text: str) -> int:
    """Answers the id, which grows."""
    row = await one(conn, SQL["add"], {"decision_set": decision_set, "run": run, "reply": reply, "text": text})
    if row is None:
        raise LookupError("an insert answered no row")
    return row["id"]


async def listen(conn: Connection) -> None:
    """On a connection outside any pool: hears of new words on CHANNEL."""
    await conn.execute(SQL["listen"])


async def read(conn: Connection, decision_set: DecisionSetId, *, after: int = 0, limit: int = 500) -> list[Delta]:
    """What came after an id. None are left once the message they became is an event."""
    rows = await every(conn, SQL["read"], {"decision_set": decision_set, "after": after, "limit": limit})
    return [Delta.model_validate(row) for row in rows]


async def clear(conn: Connection, decision_set: DecisionSetId) -> None:
    """In the transaction that logs the message."""
    await conn.execute(SQL["clear"], {"decision_set": decision_set})


async def sweep(conn: Connection, age: timedelta = OLD) -> None:
    await conn.execute(SQL["sweep"], {"age": age})
