"""What happened to a decision set, and what moved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from storage import changes, checkpoints, decision_sets, events
from storage.checkpoints import CheckpointRow
from storage.records.changes import ChangeSummary
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web.deps import UUID, Blank, ConnectionDep, ConsoleDep, CursorQuery, DecisionSetPath, LimitQuery
from web.pagination import Page, number_of, page, size
from web.routes.api.answers import refusals
from web.stream import CursorDep, Seq, stream

router = APIRouter(prefix="/api/decision-sets/{id}", tags=["history"])

AfterQuery = Annotated[Seq | None, Blank, Query(description="A seq: events after it.")]
AgainstQuery = Annotated[
    Annotated[str, Field(pattern=UUID)] | None, Blank, Query(description="A decision set; the parent if absent.")
]


@router.get("/events", responses=refusals(404, 422))
async def list_events(
    id_: DecisionSetPath, conn: ConnectionDep, after: AfterQuery = None, limit: LimitQuery = None
) -> Page[Event]:
    """`next` is the last seq, to be given as `after`; null at the end."""
    limit = size(limit)
    found = await events.read(conn, id_, after=after or 0, limit=limit + 1)
    if not found:
        await decision_sets.read(conn, id_)
    return Page(items=found[:limit], next=str(found[limit - 1].seq) if len(found) > limit else None)


@router.get("/stream", responses={200: {"content": {"text/event-stream": {}}}, **refusals(404)})
async def follow(id_: DecisionSetPath, console: ConsoleDep, after: CursorDep) -> Response:
    return await stream(console, id_, after)


@router.get("/checkpoints", responses=refusals(404, 422))
async def list_checkpoints(
    id_: DecisionSetPath, conn: ConnectionDep, cursor: CursorQuery = None, limit: LimitQuery = None
) -> Page[CheckpointRow]:
    """Oldest first."""
    limit = size(limit)
    found = await checkpoints.history(conn, id_, after=number_of(cursor), limit=limit + 1)
    if not found:
        await decision_sets.read(conn, id_)
    return page(found, limit, lambda row: str(row.ord))


@router.get("/changes", responses=refusals(404, 422))
async def compare(id_: DecisionSetPath, console: ConsoleDep, against: AgainstQuery = None) -> ChangeSummary:
    return await changes.summary(console.pool, id_, DecisionSetId(against) if against else None)
