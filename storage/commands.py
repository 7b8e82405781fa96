"""Idempotency keys: a key and its answer live in the transaction of the command itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from psycopg.types.json import Json

from storage.postgres import Connection, one, queries
from storage.records.errors import IdempotencyKeyReused

SQL = queries("commands")
KEPT = timedelta(days=7)
"""How long a key gives the first answer again. No client goes on trying for so long."""


@dataclass(frozen=True, slots=True)
class CommandKey:
    """`principal` and `path` scope the key; `body` is the SHA-256 of the request's body."""

    principal: str
    path: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


async def claim(conn: Connection, key: CommandKey) -> Answer | None:
    """None when the key is ours; the first answer when it was used before, with the same body. A second caller waits
    here until the first transaction ends. Raises IdempotencyKeyReused."""
    parameters = asdict(key)
    if await one(conn, SQL["claim"], parameters):
        return None
    row = await one(conn, SQL["read"], parameters)
    if row is None or row["status"] is None:
        raise LookupError(f"idempotency key {key.key} has no answer")
    if row["body_sha256"] != key.body:
        raise IdempotencyKeyReused()
    return Answer(row["status"], row["response"])


async def sweep(conn: Connection, age: timedelta = KEPT) -> None:
    """Drops the keys that are older, 10,000 at most: the next turn goes on."""
    await conn.execute(SQL["sweep"], {"age": age, "limit": 10_000})


async def keep(conn: Connection, key: CommandKey, answer: Answer) -> None:
    await conn.execute(SQL["answer"], {**asdict(key), "status": answer.status, "response": Json(answer.body)})
