"""Packs of prompts and rules that were ever in use: what a card's `pack` names can be read, also after an update."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, every, one, queries
from storage.records.ids import DecisionSetId, Sha256

SQL = queries("packs")


class UsedPack(BaseModel):
    """`body` is what the hash was taken over, empty for packs that were in use before bodies were kept."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    id: str
    version: str
    provider: str
    body: dict[str, Any]
    first_used_at: datetime


async def register(
    conn: Connection, sha256: Sha256, *, pack: str, version: str, provider: str, body: Mapping[str, Any]
) -> None:
    """By each worker as it starts, for every pack that it may use."""
    await conn.execute(
        SQL["register"],
        {"sha256": sha256, "id": pack, "version": version, "provider": provider, "body": Jsonb(dict(body))},
    )


async def listed(conn: Connection) -> list[UsedPack]:
    return [UsedPack.model_validate(row) for row in await every(conn, SQL["listed"])]


async def unknown_in(conn: Connection, decision_set: DecisionSetId) -> tuple[int, Sha256] | None:
    """The first card that names a pack which was never in use here, by seq, and that pack: `verify`, which replays what
    was recorded, refuses it."""
    row = await one(conn, SQL["unknown"], {"decision_set": decision_set})
    return (row["seq"], row["sha256"]) if row else None


async def named_in(conn: Connection, decision_set: DecisionSetId) -> int:
    """How many packs the cards of a decision set name."""
    row = await one(conn, SQL["named"], {"decision_set": decision_set})
    return row["packs"] if row else 0
