"""Connections, named queries and the unit of work. Functions below take a connection and never commit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from storage.records.errors import OutsideUnitOfWork
from storage.records.ids import DecisionSetId

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

AWAY = (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout)
"""What is raised when the database does not answer, or has ended the session."""

CHANNEL = "countersign_events"
"""The notification channel. The payload is `decision_set_id:seq`, never content."""

_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""libpq's own parameters, in seconds, but the last in milliseconds."""

_QUERIES = Path(__file__).parent / "sql" / "queries"
_FRAGMENTS = Path(__file__).parent / "sql" / "fragments"
_INCLUDE = re.compile(r"^ *-- include: (\w+)$", re.MULTILINE)
_NAMED = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)


@cache
def queries(group: str) -> Mapping[str, bytes]:
    """The named queries of `sql/queries/{group}.sql`, each `-- include:` replaced by its fragment. Raises KeyError
    when one has no describing sentence."""
    text = (_QUERIES / f"{group}.sql").read_text()
    text = _INCLUDE.sub(lambda mark: (_FRAGMENTS / f"{mark[1]}.sql").read_text().rstrip(), text)
    marks = list(_NAMED.finditer(text))
    found: dict[str, bytes] = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        if not mark[2].strip("- \n"):
            raise KeyError(f"{group}.sql: query {mark[1]} has no describing sentence")
        found[mark[1]] = text[mark.end() : following.start() if following else len(text)].strip().rstrip(";").encode()
    return found


def bounded(dsn: str) -> str:
    """The address with limits on how long a network that answers no more is waited for; what it says itself stands. A
    pooler passes none of them on, and a socket in a folder knows only the first."""
    return make_conninfo("", **{**_NETWORK, **conninfo_to_dict(dsn)})


async def _bound(conn: Connection) -> None:
    await conn.execute(queries("connections")["bound"], prepare=False)


def make_pool(dsn: str, *, minimum: int = 1, maximum: int = 8, pooled: bool = False) -> Pool:
    """A closed pool; `async with` opens it. `pooled` says that a transaction-level pooler such as RDS Proxy stands
    between, on which a prepared statement would pin the connection and a setting would be the next client's."""
    return AsyncConnectionPool(
        bounded(dsn),
        min_size=minimum,
        max_size=maximum,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": None if pooled else 2, "row_factory": dict_row},
        configure=None if pooled else _bound,
        timeout=30,
    )


async def connect(dsn: str) -> Connection:
    """One connection outside any pool, for listening and for session locks."""
    return await AsyncConnection[DictRow].connect(bounded(dsn), autocommit=True, row_factory=dict_row)


@dataclass
class UnitOfWork:
    """One transaction. Whoever waits for a decision set is told after it is committed, never inside: a notification
    inside a transaction serialises every commit of the database.

    It is a pipeline: a statement is waited for only when a row of its answer is read, and its error may come with a
    later one."""

    conn: Connection
    active: bool = True
    nudges: dict[DecisionSetId, int] = field(default_factory=dict)

    def nudge(self, decision_set: DecisionSetId, seq: int) -> None:
        if not self.active:
            raise OutsideUnitOfWork("an event was logged outside a unit of work")
        self.nudges[decision_set] = max(seq, self.nudges.get(decision_set, 0))


@asynccontextmanager
async def unit_of_work(pool: Pool) -> AsyncIterator[UnitOfWork]:
    async with pool.connection() as conn, conn.pipeline():
        work = UnitOfWork(conn)
        # Not conn.transaction(), which waits for its BEGIN and its COMMIT: these travel with the first statement and
        # with the nudges. On an error the pool rolls back.
        await conn.execute("begin")
        try:
            yield work
        finally:
            work.active = False
        await conn.execute("commit")
        for decision_set, seq in work.nudges.items():
            await conn.execute(queries("events")["nudge"], {"channel": CHANNEL, "payload": f"{decision_set}:{seq}"})


async def one(conn: Connection, query: bytes, parameters: Mapping[str, Any] | None = None) -> DictRow | None:
    return await (await conn.execute(query, parameters)).fetchone()


async def every(conn: Connection, query: bytes, parameters: Mapping[str, Any] | None = None) -> list[DictRow]:
    return await (await conn.execute(query, parameters)).fetchall()
