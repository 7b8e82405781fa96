"""Price books and policy bundles as rows: kept by the hash of their content, and the one of each kind in force."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, every, one, queries
from storage.records.errors import NotFound
from storage.records.ids import Sha256

SQL = queries("inputs")
Kind = Literal["price_book", "policy_bundle"]


class Version(BaseModel):
    """One kept version. `kept_by` first brought it, `used_by` last put it in force; None for one that only a release
    did."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    name: str
    kept_by: str
    kept_at: datetime
    used_by: str | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Use:
    """`sha256` is None where the release's own was put in force."""

    sha256: Sha256 | None
    by: str
    at: datetime


async def in_force(conn: Connection) -> dict[Kind, Sha256]:
    """The hash of each kind that somebody put in force; a kind is absent where the release's own holds."""
    return {row["kind"]: row["sha256"] for row in await every(conn, SQL["in_force"]) if row["sha256"]}


async def last_use(conn: Connection, kind: Kind) -> Use | None:
    row = await one(conn, SQL["last_use"], {"kind": kind})
    return Use(row["sha256"], row["by_name"], row["at"]) if row else None


async def content(conn: Connection, kind: Kind, sha256: Sha256) -> dict[str, bytes]:
    """The files by name. Raises NotFound."""
    row = await one(conn, SQL["content"], {"kind": kind, "sha256": sha256})
    if row is None:
        raise NotFound(f"No {kind.replace('_', ' ')} {sha256} is kept here.")
    return {name: base64.b64decode(data) for name, data in row["files"].items()}


async def keep(conn: Connection, kind: Kind, sha256: Sha256, files: Mapping[str, bytes], *, name: str, by: str) -> None:
    body = {path: base64.b64encode(data).decode() for path, data in files.items()}
    await conn.execute(SQL["keep"], {"kind": kind, "sha256": sha256, "name": name, "files": Jsonb(body), "by": by})


async def use(conn: Connection, kind: Kind, sha256: Sha256 | None, *, by: str) -> datetime:
    """From now on. The version must be kept; without one, the release's own holds."""
    row = await one(conn, SQL["use"], {"kind": kind, "sha256": sha256, "by": by})
    assert row is not None
    return row["at"]


async def versions(conn: Connection, kind: Kind) -> list[Version]:
    return [Version.model_validate(row) for row in await every(conn, SQL["versions"], {"kind": kind})]
