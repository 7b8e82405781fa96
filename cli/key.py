"""`countersign key`: create, list, revoke."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import typer

from cli.database import database
from infra.errors import OperatorError
from infra.settings import load_settings


def create_key(name: str, role: str, data_dir: Path | None) -> None:
    from storage import access

    if role not in access.ROLES:
        raise OperatorError(f"No key was made: role must be one of {', '.join(access.ROLES)}.")
    with database(load_settings(os.environ, data_dir=data_dir), "key create") as settings:
        try:
            key = access.create_key(settings.dsn, name, role)
        except ValueError as refused:
            raise OperatorError(f"No key was made: {refused}.") from refused
    typer.echo(key)


def list_keys(data_dir: Path | None) -> None:
    from storage import access

    with database(load_settings(os.environ, data_dir=data_dir), "key list") as settings:
        found = access.keys(settings.dsn)
    rows = [("NAME", "ROLE", "CREATED", "LAST USED", "REVOKED")]
    rows += [(key.name, key.role, _day(key.created_at), _day(key.last_used_at), _day(key.revoked_at)) for key in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def revoke_key(name: str, data_dir: Path | None) -> None:
    from storage import access

    with database(load_settings(os.environ, data_dir=data_dir), "key revoke") as settings:
        revoked = access.revoke_key(settings.dsn, name)
    if not revoked:
        raise OperatorError(f"No key was revoked: none in use is named {name!r}. `countersign key list` names them.")
    typer.echo(f"Revoked: {name}")


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else "-"
