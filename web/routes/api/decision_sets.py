"""Decision sets: asked for, talked to, approved, ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from storage import decision_sets
from storage.records.decision_sets import DecisionSet, DecisionSetSummary, Status
from web import commands
from web.deps import (
    GATE,
    TEXT,
    Blank,
    CallerDep,
    ConnectionDep,
    ConsoleDep,
    CursorQuery,
    DecisionSetPath,
    KeyDep,
    LimitQuery,
)
from web.pagination import IDS, Page, key_of, page, size
from web.routes.api.answers import done, refusals
from web.routes.api.bodies import Fork, GateAnswer, Hypothesis, Message, NewDecisionSet, Nothing, Values
from web.routes.api.refusals import CommandRoute, by_operator, of_known, of_open_gate, refused_first
from web.what_if import Recomputed

router = APIRouter(prefix="/api/decision-sets", tags=["decision sets"], route_class=CommandRoute)

GatePath = Annotated[str, Path(pattern=GATE)]
StatusQuery = Annotated[Status | None, Blank, Query()]
SlugQuery = Annotated[
    Annotated[str, Field(max_length=200, pattern=TEXT)] | None, Blank, Query(description="A project's slug.")
]
TextQuery = Annotated[
    Annotated[str, Field(max_length=200, pattern=TEXT)] | None,
    Blank,
    Query(description="Words that all stand in number (`#12`), title, project or author."),
]
REFUSED = refusals(400, 403, 404, 409, 413, 422)


@router.post("", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def create(body: NewDecisionSet, console: ConsoleDep, caller: CallerDep, key: KeyDep) -> JSONResponse:
    return await done(
        console,
        key,
        lambda work: commands.create_decision_set(
            work, caller, project=body.project, message=body.message, parent_id=body.parent_id
        ),
    )


@router.get("", responses=refusals(422))
async def list_decision_sets(
    conn: ConnectionDep,
    project: SlugQuery = None,
    status: StatusQuery = None,
    q: TextQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = None,
) -> Page[DecisionSetSummary]:
    limit = size(limit)
    statuses = [status] if status else None
    found = await decision_sets.summaries(
        conn, text=q or "", project=project, statuses=statuses, before=key_of(cursor, IDS), limit=limit + 1
    )
    return page(found, limit, lambda item: item.id)


@router.get("/{id}", responses=refusals(404))
async def read(id_: DecisionSetPath, conn: ConnectionDep) -> DecisionSet:
    return await decision_sets.read(conn, id_)


@router.post("/{id}/messages", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def send_message(
    id_: DecisionSetPath, body: Message, console: ConsoleDep, caller: CallerDep, key: KeyDep
) -> JSONResponse:
    return await done(
        console,
        key,
        lambda work: commands.send_message(
            work,
            caller,
            id_,
            text=body.text,
            question_id=body.question_id,
            choice=body.choice,
            replaces=body.replaces,
        ),
    )


@router.patch("/{id}/constraints", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def edit_constraints(
    id_: DecisionSetPath, edits: Annotated[Values, Body()], console: ConsoleDep, caller: CallerDep, key: KeyDep
) -> JSONResponse:
    return await done(console, key, lambda work: commands.edit_constraints(work, caller, id_, edits))


@router.post("/{id}/start", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def start(
    id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, key: KeyDep, body: Nothing | None = None
) -> JSONResponse:
    return await done(console, key, lambda work: commands.start(work, caller, id_))


@router.post("/{id}/gates/{gate_id}", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(of_open_gate)
async def answer_gate(
    id_: DecisionSetPath, gate_id: GatePath, body: GateAnswer, console: ConsoleDep, caller: CallerDep, key: KeyDep
) -> JSONResponse:
    return await done(
        console,
        key,
        lambda work: commands.answer_gate(
            work,
            caller,
            id_,
            gate_id,
            action=body.action,
            capsule=body.capsule,
            comment=body.comment,
            overrides=[item.record for item in body.overrides],
        ),
    )


@router.post("/{id}/what-if", responses=REFUSED)
@refused_first(of_known)
async def what_if(id_: DecisionSetPath, body: Hypothesis, console: ConsoleDep) -> Recomputed:
    """Cost, policy and plan under other constraints; nothing is stored."""
    return await console.what_if.recompute(console.pool, id_, body.constraints)


@router.post("/{id}/cancel", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def cancel(
    id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, key: KeyDep, body: Nothing | None = None
) -> JSONResponse:
    return await done(console, key, lambda work: commands.cancel(work, caller, id_))


@router.post("/{id}/retry", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def retry(
    id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, key: KeyDep, body: Nothing | None = None
) -> JSONResponse:
    return await done(console, key, lambda work: commands.retry(work, caller, id_))


@router.post("/{id}/fork", status_code=202, response_model=DecisionSet, responses=REFUSED)
@refused_first(by_operator)
async def fork(id_: DecisionSetPath, body: Fork, console: ConsoleDep, caller: CallerDep, key: KeyDep) -> JSONResponse:
    return await done(
        console,
        key,
        lambda work: commands.fork(work, caller, id_, checkpoint_id=body.checkpoint_id, constraints=body.constraints),
    )
