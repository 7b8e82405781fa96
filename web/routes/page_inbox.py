"""The inbox, and the small answer behind the badge beside its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import decision_sets, projects, workers
from storage.postgres import Connection
from storage.records.decision_sets import DecisionSetSummary
from web.commands.once import Caller
from web.deps import CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_loading import caps_of
from web.views.inbox import Filters, Inbox, groups, matches, needs_you
from web.views.lists import Pulse, pulse

router = APIRouter(include_in_schema=False)

LISTED = 200
"""Decision sets that a list looks through."""
OPEN = ("intake", "planning", "awaiting_approval", "building")
ENDED = ("failed", "completed", "rejected", "cancelled")
RECENT = 20
"""Ended decision sets in an inbox without filters."""


@router.get("/")
async def inbox(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    q: Annotated[str, Query(max_length=200)] = "",
    project: Annotated[str, Query(max_length=63)] = "",
    status: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    known = await projects.every_project(conn)
    filters = Filters(q.strip(), project, status if status in (*OPEN, *ENDED) else "", known, [*OPEN, *ENDED])
    view = await _view(conn, caller, filters)
    return console.templates.page(request, "pages/inbox.html", view)


async def _view(conn: Connection, caller: Caller, filters: Filters) -> Inbox:
    caps = caps_of(caller)
    found = [item for item in await _summaries(conn, filters) if matches(item, filters.q)]
    asked = {"q": filters.q, "project": filters.project, "status": filters.status}
    query = urlencode({name: value for name, value in asked.items() if value})
    twin = urlencode({name: value for name, value in asked.items() if value and name != "q"})
    return Inbox(
        needs=_needs(caller, found),
        groups=groups(found, may_write=caps.write, may_decide=caps.decide),
        filters=filters,
        twin="/api/decision-sets" + (f"?{twin}" if twin else ""),
        poll="/" + (f"?{query}" if query else ""),
        may_write=caps.write,
    )


def _needs(caller: Caller, found: Iterable[DecisionSetSummary]) -> int:
    caps = caps_of(caller)
    return sum(needs_you(item, may_write=caps.write, may_decide=caps.decide) for item in found)


async def _summaries(conn: Connection, filters: Filters) -> list[DecisionSetSummary]:
    """What is open in full, of what has ended only the latest unless filters ask for it."""
    project = filters.project or None
    if filters.status:
        return await decision_sets.summaries(conn, project=project, statuses=[filters.status], limit=LISTED)
    running = await decision_sets.summaries(conn, project=project, statuses=OPEN, limit=LISTED)
    limit = LISTED if filters.any else RECENT
    return running + await decision_sets.summaries(conn, project=project, statuses=ENDED, limit=limit)


@router.get("/pulse")
async def beat(request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep) -> Response:
    waiting = await decision_sets.summaries(conn, statuses=("awaiting_approval", "intake"), limit=100)
    view: Pulse = pulse(_needs(caller, waiting), await workers.last_heartbeat(conn))
    return console.templates.page(request, "pages/pulse.html", view)
