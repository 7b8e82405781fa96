"""What `countersign prices` and `countersign policy` share: keeping a version by its hash, and putting it in force."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from cli.database import database
from infra.errors import OperatorError
from infra.settings import load_settings
from storage import inputs
from storage.inputs import Kind, Use, Version
from storage.postgres import connect
from storage.records.ids import Sha256


def who(given: str | None) -> str:
    """The name that is given, else the login name on this machine."""
    name = " ".join((given or "").split())
    if given is not None and not name:
        raise OperatorError("--by needs a name.")
    if name:
        return name
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        raise OperatorError("Nobody's name is known here: say --by NAME.") from None


def put_in_force(
    command: str,
    kind: Kind,
    sha256: Sha256 | None,
    *,
    name: str,
    files: Mapping[str, bytes],
    by: str,
    data_dir: Path | None,
) -> str:
    """Without a hash, what the release ships. Answers in words."""
    with database(load_settings(os.environ, data_dir=data_dir), command) as settings:
        asyncio.run(_put(settings.direct_dsn, kind, sha256, name, files, by))
    if sha256 is None:
        return f"In force from now on: the {_words(kind)} that the release ships, by {by}."
    return f"In force from now on: {_words(kind)} {name} {sha256}, by {by}."


async def _put(dsn: str, kind: Kind, sha256: Sha256 | None, name: str, files: Mapping[str, bytes], by: str) -> None:
    async with await connect(dsn) as conn, conn.transaction():
        if sha256 is not None:
            await inputs.keep(conn, kind, sha256, files, name=name, by=by)
        await inputs.use(conn, kind, sha256, by=by)


def listing(command: str, kind: Kind, *, as_json: bool, data_dir: Path | None) -> str:
    """Newest first, as lines or as JSON; `*` marks the one in force."""
    with database(load_settings(os.environ, data_dir=data_dir), command) as settings:
        versions, last = asyncio.run(_read(settings.direct_dsn, kind))
    standing = last.sha256 if last else None
    if as_json:
        rows = [item.model_dump(mode="json") | {"in_force": item.sha256 == standing} for item in versions]
        return json.dumps({"shipped_in_force": standing is None, "versions": rows}, indent=2)
    head = f"{'*' if standing is None else ' '} the {_words(kind)} that the release ships"
    return "\n".join([head, *(_line(item, in_force=item.sha256 == standing) for item in versions)])


async def _read(dsn: str, kind: Kind) -> tuple[list[Version], Use | None]:
    async with await connect(dsn) as conn:
        return await inputs.versions(conn, kind), await inputs.last_use(conn, kind)


def _line(item: Version, *, in_force: bool) -> str:
    kept = f"kept {item.kept_at:%Y-%m-%d %H:%M} by {item.kept_by}"
    used = f", put in force {item.used_at:%Y-%m-%d %H:%M} by {item.used_by}" if item.used_at else ""
    return f"{'*' if in_force else ' '} {item.sha256}  {item.name}  {kept}{used}"


def _words(kind: Kind) -> str:
    return kind.replace("_", " ")
