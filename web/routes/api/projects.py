"""Projects."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from storage import projects
from storage.postgres import Connection
from storage.records.decision_sets import Project, ProjectSettings
from web import commands
from web.commands.once import Caller
from web.deps import CallerDep, ConnectionDep, ConsoleDep, CursorQuery, KeyDep, LimitQuery
from web.pagination import SLUGS, Page, key_of, page, size
from web.routes.api.answers import done, refusals
from web.routes.api.bodies import NewProject, SettlingChanges
from web.routes.api.refusals import CommandRoute, by_operator, refused_first

router = APIRouter(prefix="/api/projects", tags=["projects"], route_class=CommandRoute)


@router.post("", status_code=201, response_model=Project, responses=refusals(400, 403, 409, 413, 422))
@refused_first(by_operator)
async def create_project(body: NewProject, console: ConsoleDep, caller: CallerDep, key: KeyDep) -> JSONResponse:
    return await done(console, key, lambda work: commands.create_project(work, caller, body.name), status=201)


@router.get("", responses=refusals(422))
async def list_projects(conn: ConnectionDep, cursor: CursorQuery = None, limit: LimitQuery = None) -> Page[Project]:
    limit = size(limit)
    found = await projects.every_project(conn, after=key_of(cursor, SLUGS), limit=limit + 1)
    return page(found, limit, lambda project: project.slug)


async def by_approver(conn: Connection, caller: Caller, request: Request) -> None:
    """Raises RoleForbids, NotFound."""
    caller.needs("approver")
    await projects.by_slug(conn, request.path_params["slug"])


@router.get("/{slug}", responses=refusals(404))
async def read_project(slug: str, conn: ConnectionDep) -> ProjectSettings:
    """With how the critics' objections are settled."""
    return await projects.settings(conn, slug)


@router.patch("/{slug}", response_model=ProjectSettings, responses=refusals(400, 403, 404, 409, 413, 422))
@refused_first(by_approver)
async def settle(slug: str, body: SettlingChanges, console: ConsoleDep, caller: CallerDep, key: KeyDep) -> JSONResponse:
    """How the critics' objections are settled, from the next reconciliation on."""
    changes = body.model_dump(exclude_unset=True)
    return await done(console, key, lambda work: commands.settle(work, caller, slug, changes), status=200)
