"""Answers of models that did not fit their schema, for triage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from storage import quarantine
from storage.postgres import Connection
from storage.quarantine import Quarantined
from web.commands.once import Caller
from web.commands.quarantine import handle_quarantined
from web.deps import SLUG, UUID, Blank, CallerDep, ConnectionDep, ConsoleDep, CursorQuery, KeyDep, LimitQuery
from web.pagination import IDS, Page, key_of, page, size
from web.routes.api.answers import done, refusals
from web.routes.api.bodies import Body
from web.routes.api.refusals import CommandRoute, refused_first

router = APIRouter(prefix="/api/quarantine", tags=["quarantine"], route_class=CommandRoute)

QuarantinedPath = Annotated[str, Path(alias="id", pattern=UUID)]
ProviderQuery = Annotated[
    Annotated[str, Field(max_length=40, pattern=SLUG)] | None, Blank, Query(description="A provider's name.")
]


class Handled(Body):
    """What was wrong, or what was done about it."""

    comment: str


@router.get("", responses=refusals(422))
async def list_quarantined(
    conn: ConnectionDep,
    handled: Annotated[bool | None, Blank, Query(description="With those that were handled.")] = None,
    provider: ProviderQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = None,
) -> Page[Quarantined]:
    """The newest first."""
    limit = size(limit)
    found = await quarantine.listed(
        conn, handled=handled or False, provider=provider, before=key_of(cursor, IDS), limit=limit + 1
    )
    return page(found, limit, lambda item: item.id)


@router.get("/{id}", responses=refusals(404))
async def read(id_: QuarantinedPath, conn: ConnectionDep) -> Quarantined:
    return await quarantine.read(conn, id_)


@router.get(
    "/{id}/payload",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **refusals(404)},
)
async def payload(id_: QuarantinedPath, console: ConsoleDep) -> Response:
    """The bytes as the model sent them, to be saved and not to be opened."""
    async with console.pool.connection() as conn:
        found = await quarantine.read(conn, id_)
    data = await console.quarantine.get(found.sha256)
    headers = {"Content-Disposition": f'attachment; filename="{found.sha256}.bin"'}
    return Response(data, 200, headers, "application/octet-stream")


async def _by_operator(conn: Connection, caller: Caller, request: object) -> None:
    """Raises RoleForbids."""
    caller.needs("operator")


@router.post("/{id}", status_code=202, response_model=Quarantined, responses=refusals(400, 403, 404, 409, 413, 422))
@refused_first(_by_operator)
async def handle(
    id_: QuarantinedPath, body: Handled, console: ConsoleDep, caller: CallerDep, key: KeyDep
) -> JSONResponse:
    """Marks it as handled, once."""
    return await done(console, key, lambda work: handle_quarantined(work, caller, id_, body.comment))
