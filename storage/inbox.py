"""The inbox: decision sets in parts, by what each waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from storage.decision_sets import summary_of
from storage.postgres import Connection, every, one, queries
from storage.records.decision_sets import DecisionSetSummary, Status

SQL = queries("inbox")

PagedPart = Literal["questions", "running", "failed", "decided"]
PAGED: tuple[PagedPart, ...] = get_args(PagedPart)
STATUSES: Mapping[PagedPart, tuple[Status, ...]] = {
    "questions": ("intake",),
    "running": ("intake", "planning", "building"),
    "failed": ("failed",),
    "decided": ("completed", "rejected", "cancelled"),
}
"""`questions` are those in intake that wait for an answer; what awaits approval is a part that has no pages."""


@dataclass(frozen=True, slots=True)
class Search:
    """What narrows an inbox; None and an empty text narrow nothing. Each word of `text` must stand in number, title,
    project or author."""

    text: str = ""
    project: str | None = None
    status: Status | None = None

    def parameters(self) -> dict[str, Any]:
        return {"words": self.text.split(), "project": self.project}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many decision sets wait at a gate, and how many for an answer."""

    gates: int
    questions: int


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: Waiting
    parts: Mapping[PagedPart, int]


async def waiting(conn: Connection) -> Waiting:
    row = await one(conn, SQL["waiting"])
    assert row is not None
    return Waiting(**row)


async def counts(conn: Connection, search: Search) -> Counts:
    row = await one(conn, SQL["counts"], {**search.parameters(), "status": search.status})
    assert row is not None
    return Counts(Waiting(row["gates"], row["questions"]), {name: row[name] for name in PAGED})


async def awaiting_approval(conn: Connection, search: Search) -> list[DecisionSetSummary]:
    """All of them, the longest wait first."""
    if search.status not in (None, "awaiting_approval"):
        return []
    return [summary_of(row) for row in await every(conn, SQL["approval"], search.parameters())]


async def part(
    conn: Connection, name: PagedPart, search: Search, *, limit: int, cursor: str | None = None
) -> list[DecisionSetSummary]:
    """Questions oldest first, the others newest first. `cursor` is the id of the last one of the page before."""
    statuses = [status for status in STATUSES[name] if search.status in (None, status)]
    if not statuses:
        return []
    given = {**search.parameters(), "statuses": statuses, "cursor": cursor, "limit": limit}
    return [summary_of(row) for row in await every(conn, SQL["questions" if name == "questions" else "others"], given)]
