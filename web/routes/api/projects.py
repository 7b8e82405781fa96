"""Projects."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from storage import projects
from storage.records.decision_sets import Project
from web import commands
from web.deps import CallerDep, ConnectionDep, ConsoleDep, CursorQuery, KeyDep, LimitQuery
from web.pagination import Page, key_of, page, size
from web.routes.api.answers import done, refusals
from web.routes.api.bodies import NewProject

router = APIRouter(prefix="/api/projects", tags=["projects"])


@router.post("", status_code=201, response_model=Project, responses=refusals(400, 403, 409, 413, 422))
async def create_project(body: NewProject, console: ConsoleDep, caller: CallerDep, key: KeyDep) -> JSONResponse:
    return await done(console, key, lambda work: commands.create_project(work, caller, body.name), status=201)


@router.get("", responses=refusals(422))
async def list_projects(conn: ConnectionDep, cursor: CursorQuery = None, limit: LimitQuery = None) -> Page[Project]:
    limit = size(limit)
    found = await projects.every_project(conn, after=key_of(cursor), limit=limit + 1)
    return page(found, limit, lambda project: project.slug)
