"""Projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import decision_sets, projects
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import Project
from storage.records.errors import DomainError, Invalid
from web import commands
from web.commands.once import Caller
from web.console import Console
from web.deps import UUID, CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.views.inbox import groups
from web.views.lists import ProjectPage, Projects, project_page, project_rows
from web.views.settling import Typed, settling_form

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
    view = await _project(console, conn, caller, slug, before)
    return console.templates.page(request, "pages/project.html", view)


async def _project(
    console: Console, conn: Connection, caller: Caller, slug: str, before: str | None = None, typed: Typed | None = None
) -> ProjectPage:
    """Raises NotFound."""
    found, caps = await projects.by_slug(conn, slug), caps_of(caller)
    listed = await decision_sets.summaries(conn, project=slug, before=before, limit=LISTED + 1)
    settings = await projects.settings(conn, slug)
    return project_page(
        found,
        groups(listed[:LISTED], may_write=caps.write, may_decide=caps.decide),
        settling_form(settings, may_change=caps.decide, key=fresh_key(), typed=typed),
        base_url=console.base_url,
        last=listed[LISTED - 1].id if len(listed) > LISTED else "",
        may_write=caps.write,
    )


@router.post("/projects/{slug}/settling")
async def settle(request: Request, slug: str, console: ConsoleDep, caller: CallerDep, form: FormDep) -> Response:
    given = {name: form.text(name).strip() for name in ("strategy", "threshold", "rounds")}
    changes = {**given, "threshold": given["threshold"].replace(",", ".") or None}
    try:
        await perform(console, form, lambda work: commands.settle(work, caller, slug, changes))
    except Invalid as error:
        typed = Typed(**given, error=error.detail, field=error.field or "")
        async with console.pool.connection() as conn:
            view = await _project(console, conn, caller, slug, typed=typed)
        return console.templates.page(request, "pages/project.html", view, status=error.status)
    return go_to(request, f"/projects/{slug}#settling")
