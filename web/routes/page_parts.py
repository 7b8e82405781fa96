"""The parts of the inbox and of a project's page: everything at a gate, and the others a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

from storage import inbox
from storage.inbox import Counts, PagedPart, Search
from storage.postgres import Connection
from web.commands.once import Caller
from web.deps import UUID
from web.routes.page_loading import caps_of
from web.views.inbox import Group, Rest, groups

FIRST: Mapping[PagedPart, int] = {"questions": 30, "running": 30, "failed": 20, "decided": 20}
"""Decision sets of each part where all parts are shown."""
LISTED = 50
"""Decision sets where one part is."""


@dataclass(frozen=True, slots=True)
class Going:
    """Which part is gone on with, and the id of the last decision set of the page before; all parts without one."""

    part: PagedPart | None = None
    cursor: str | None = None

    def query(self) -> dict[str, str]:
        return {name: value for name, value in (("part", self.part), ("cursor", self.cursor)) if value}


def going(part: PagedPart | Literal[""] = "", cursor: Annotated[str, Query(pattern=f"^$|{UUID}")] = "") -> Going:
    return Going(part, cursor or None) if part else Going()


GoingDep = Annotated[Going, Depends(going)]


async def load_groups(
    conn: Connection, caller: Caller, search: Search, at: Going, *, path: str, query: Mapping[str, str] | None = None
) -> tuple[list[Group], Counts]:
    """`path` and `query` are the address of the page without what `at` says."""
    caps, counts = caps_of(caller), await inbox.counts(conn, search)
    found = [] if at.part else await inbox.awaiting_approval(conn, search)
    rests: dict[PagedPart, Rest] = {}
    for part in (at.part,) if at.part else inbox.PAGED:
        limit = LISTED if at.part else FIRST[part]
        items = await inbox.part(conn, part, search, limit=limit + 1, cursor=at.cursor) if counts.parts[part] else []
        found += items[:limit]
        following = Going(part, items[limit - 1].id).query() if len(items) > limit else {}
        if hidden := max(0, counts.parts[part] - len(items[:limit])):
            address = f"{path}?{urlencode({**(query or {}), **following})}" if following else ""
            rests[part] = Rest(hidden, address, _label(part) if at.cursor else "")
    return groups(found, may_write=caps.write, may_decide=caps.decide, rests=rests), counts


def _label(part: PagedPart) -> str:
    return "Newer" if part == "questions" else "Older"
