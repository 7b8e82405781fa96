"""The inbox, and the small answer behind the badge beside its name."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import inbox as parts
from storage import projects, workers
from storage.inbox import Search
from storage.postgres import Connection
from storage.records.decision_sets import Status
from web.commands.once import Caller
from web.deps import CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_loading import caps_of
from web.routes.page_parts import Going, GoingDep, load_groups
from web.views.inbox import Filters, Inbox, needs
from web.views.pulse import Pulse, pulse

router = APIRouter(include_in_schema=False)


@router.get("/")
async def inbox(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    at: GoingDep,
    q: Annotated[str, Query(max_length=200)] = "",
    project: Annotated[str, Query(max_length=63)] = "",
    status: Status | Literal[""] = "",
) -> Response:
    view = await _view(conn, caller, Search(q.strip(), project or None, status or None), at)
    return console.templates.page(request, "pages/inbox.html", view)


async def _view(conn: Connection, caller: Caller, search: Search, at: Going) -> Inbox:
    caps = caps_of(caller)
    given = {"q": search.text, "project": search.project or "", "status": search.status or ""}
    asked = {name: value for name, value in given.items() if value}
    groups, counts = await load_groups(conn, caller, search, at, path="/", query=asked)
    return Inbox(
        needs=needs(counts.waiting, may_write=caps.write, may_decide=caps.decide),
        groups=groups,
        filters=Filters(
            **given, part=at.part or "", projects=await projects.every_project(conn), statuses=list(get_args(Status))
        ),
        twin=_address("/api/decision-sets", asked),
        poll=_address("/", {**asked, **at.query()}),
        may_write=caps.write,
    )


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


@router.get("/pulse")
async def beat(request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep) -> Response:
    caps = caps_of(caller)
    waiting = needs(await parts.waiting(conn), may_write=caps.write, may_decide=caps.decide)
    view: Pulse = pulse(waiting, await workers.last_heartbeat(conn))
    return console.templates.page(request, "pages/pulse.html", view)
