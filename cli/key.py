"""`countersign key`: create, list, revoke."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from cli.database import database
from infra.errors import OperatorError
from infra.settings import load_settings

if TYPE_CHECKING:
    from storage.postgres import Connection


T = TypeVar("T")


def create_key(name: str, role: str, data_dir: Path | None) -> None:
    from storage import access

    try:
        known = access.checked_role(role)  # before a database is opened for nothing
        key = _asked("key create", data_dir, lambda conn: access.create_key(conn, name, known))
    except ValueError as refused:
        raise OperatorError(f"No key was made: {refused}.") from refused
    typer.echo(key)


def list_keys(data_dir: Path | None) -> None:
    from storage import access

    found = _asked("key list", data_dir, access.keys)
    rows = [("NAME", "ROLE", "CREATED", "LAST USED", "REVOKED")]
    rows += [(key.name, key.role, _day(key.created_at), _day(key.last_used_at), _day(key.revoked_at)) for key in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def revoke_key(name: str, data_dir: Path | None) -> None:
    from storage import access

    revoked = _asked("key revoke", data_dir, lambda conn: access.revoke_key(conn, name))
    if not revoked:
        raise OperatorError(f"No key was revoked: none in use is named {name!r}. `countersign key list` names them.")
    typer.echo(f"Revoked: {name}")


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else "-"


def _asked(command: str, data_dir: Path | None, ask: Callable[[Connection], Awaitable[T]]) -> T:
    """What `ask` answers on a connection to the database that the command works on."""
    from storage.postgres import connect

    async def answered(dsn: str) -> T:
        async with await connect(dsn) as conn:
            return await ask(conn)

    with database(load_settings(os.environ, data_dir=data_dir), command) as settings:
        return asyncio.run(answered(settings.dsn))
