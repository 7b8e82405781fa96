"""Projects, costs, policies, settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import decision_sets, projects, workers
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import Project
from storage.records.errors import DomainError
from web import commands
from web.commands.once import Caller
from web.deps import UUID, CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.views.inbox import groups
from web.views.lists import (
    Policies,
    Projects,
    Settings,
    costs,
    policy_rules,
    price_book_facts,
    project_page,
    project_rows,
    pulse,
)

router = APIRouter(include_in_schema=False)
LISTED = 200


@router.get("/projects")
async def every_project(request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep) -> Response:
    return console.templates.page(request, "pages/projects.html", await _projects(conn, caller))


async def _projects(conn: Connection, caller: Caller, *, name: str = "", error: str = "") -> Projects:
    known = await projects.every_project(conn)
    rows = project_rows(known, await decision_sets.summaries(conn, limit=LISTED))
    return Projects(rows, caps_of(caller).write, fresh_key(), name, error)


@router.post("/projects")
async def create(request: Request, console: ConsoleDep, caller: CallerDep, form: FormDep) -> Response:
    name = form.text("name")

    async def command(work: UnitOfWork) -> Project:
        return await commands.create_project(work, caller, name)

    try:
        made = await perform(console, form, command)
    except DomainError as error:
        async with console.pool.connection() as conn:
            view = await _projects(conn, caller, name=name, error=error.detail)
        return console.templates.page(request, "pages/projects.html", view, status=error.status)
    return go_to(request, f"/projects/{made['slug']}")


@router.get("/projects/{slug}")
async def project(
    request: Request,
    slug: str,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    before: Annotated[str | None, Query(pattern=UUID)] = None,
) -> Response:
    found = await projects.by_slug(conn, slug)
    caps = caps_of(caller)
    listed = await decision_sets.summaries(conn, project=slug, before=before, limit=LISTED + 1)
    view = project_page(
        found,
        groups(listed[:LISTED], may_write=caps.write, may_decide=caps.decide),
        base_url=console.base_url,
        last=listed[LISTED - 1].id if len(listed) > LISTED else "",
        may_write=caps.write,
    )
    return console.templates.page(request, "pages/project.html", view)


@router.get("/costs")
async def every_cost(request: Request, console: ConsoleDep, conn: ConnectionDep) -> Response:
    listed = await decision_sets.summaries(conn, limit=LISTED)
    view = costs(listed, price_book_facts(console.what_if.book))
    return console.templates.page(request, "pages/costs.html", view)


@router.get("/policies")
async def policies(request: Request, console: ConsoleDep) -> Response:
    bundle = console.what_if.bundle
    view = Policies(bundle.name, bundle.sha256, policy_rules(bundle))
    return console.templates.page(request, "pages/policies.html", view)


@router.get("/settings")
async def settings(request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep) -> Response:
    seen = pulse(0, await workers.last_heartbeat(conn))
    view = Settings(caller.name, caller.role, console.model, console.base_url, seen.last_heartbeat, seen.silent)
    return console.templates.page(request, "pages/settings.html", view)
