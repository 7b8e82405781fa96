"""Breaker states as rows: what one worker learns of a provider, the others know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, every, one, queries

SQL = queries("breakers")

State = Literal["closed", "open", "half-open"]


class Breaker(BaseModel):
    """`name` is the provider's; `failures` counts those in a row; `opened_at` is when it last opened."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: State
    failures: int
    opened_at: datetime | None
    changed_at: datetime
    last_error: str
    last_error_at: datetime | None


@dataclass(slots=True)
class Standing:
    """The row while a call is settled. `opened` says that this call opened the breaker."""

    state: State
    failures: int
    successes: int
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """How a call may be made now: `closed` for any, `half-open` for the one probe after a pause, None for not at all.
    `wait` is then what is left of the pause in seconds, None while another call probes."""

    entered: State | None
    wait: float | None = None


async def admit(conn: Connection, name: str, *, probe: str, pause: timedelta, patience: timedelta) -> Admission:
    """`probe` names the caller, who is waited for as long as `patience`. One statement: of all processes one probes."""
    parameters = {"name": name, "probe": probe, "pause": pause, "patience": patience}
    row = await one(conn, SQL["admit"], parameters)
    if row is None:
        await conn.execute(SQL["open_row"], {"name": name})
        row = await one(conn, SQL["admit"], parameters)
    if row is None:
        raise LookupError(f"the breaker {name} has no row")
    if row["may_probe"]:
        return Admission("half-open")
    return Admission("closed") if row["state"] == "closed" else Admission(None, row["wait"])


@asynccontextmanager
async def settling(
    conn: Connection, name: str, *, entered: State, probe: str, error: str | None
) -> AsyncIterator[Standing | None]:
    """The row, locked; what the block makes of it is written. None when the breaker has moved on since the call
    `entered` it: what became of the call then says nothing about now. `error` is how it ended, None if well."""
    async with conn.transaction():
        row = await one(conn, SQL["lock"], {"name": name})
        if row is None or row["state"] != entered or (entered == "half-open" and row["probe"] != probe):
            yield None
            return
        standing = Standing(row["state"], row["failures"], row["successes"])
        yield standing
        await conn.execute(
            SQL["settle"],
            {
                "name": name,
                "state": standing.state,
                "failures": standing.failures,
                "successes": standing.successes,
                "opened": standing.opened,
                "error": error,
            },
        )


async def listed(conn: Connection) -> list[Breaker]:
    """Every breaker that was ever used, by name."""
    return [Breaker.model_validate(row) for row in await every(conn, SQL["listed"])]
