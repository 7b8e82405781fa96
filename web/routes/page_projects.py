"""Projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import projects
from storage.inbox import Search
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import Project
from storage.records.errors import DomainError, Invalid
from web import commands
from web.commands.once import Caller
from web.console import Console
from web.deps import SLUG, CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.routes.page_parts import Going, GoingDep, load_groups
from web.views.projects import ProjectPage, Projects, project_page
from web.views.settling import Typed, settling_form

router = APIRouter(include_in_schema=False)
LISTED = 100

SlugQuery = Annotated[str, Query(max_length=63, pattern=SLUG)]


@router.get("/projects")
async def every_project(
    request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep, after: SlugQuery = ""
) -> Response:
    return console.templates.page(request, "pages/projects.html", await _projects(conn, caller, after=after))


async def _projects(conn: Connection, caller: Caller, *, after: str = "", name: str = "", error: str = "") -> Projects:
    found = await projects.totals(conn, after=after or None, limit=LISTED + 1)
    rows = found[:LISTED]
    following = f"/projects?after={rows[-1].slug}" if len(found) > LISTED else ""
    return Projects(rows, following, caps_of(caller).write, fresh_key(), name, error)


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
    request: Request, slug: str, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep, at: GoingDep
) -> Response:
    return console.templates.page(request, "pages/project.html", await _project(console, conn, caller, slug, at))


async def _project(
    console: Console, conn: Connection, caller: Caller, slug: str, at: Going, typed: Typed | None = None
) -> ProjectPage:
    """Raises NotFound."""
    found, caps = await projects.by_slug(conn, slug), caps_of(caller)
    groups, _ = await load_groups(conn, caller, Search(project=slug), at, path=f"/projects/{slug}")
    settings = await projects.settings(conn, slug)
    return project_page(
        found,
        groups,
        settling_form(settings, may_change=caps.decide, key=fresh_key(), typed=typed),
        base_url=console.base_url,
        part=at.part or "",
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
            view = await _project(console, conn, caller, slug, Going(), typed)
        return console.templates.page(request, "pages/project.html", view, status=error.status)
    return go_to(request, f"/projects/{slug}#settling")
