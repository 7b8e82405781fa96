"""The timeline, and a decision set as it stood at a checkpoint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from storage import checkpoints, decision_sets, events, ledger, runs
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import DecisionSet
from storage.records.errors import DomainError, NotFound
from storage.records.ids import CheckpointId, DecisionSetId
from web import commands
from web.commands.once import Caller
from web.deps import CallerDep, ConnectionDep, ConsoleDep, DecisionSetPath
from web.filters import as_json
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.views.fields import parsed
from web.views.past import ForkForm, Past, past
from web.views.timeline import Clock, View, timeline
from web.views.words import FIELDS

router = APIRouter(include_in_schema=False)
PART = 500
"""Events in one part of a timeline."""
SHOWN = 50
"""Cards shown of the past, the last before the checkpoint."""
Checkpoint = Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,64}$")]


@router.get("/decision-sets/{id}/timeline")
async def show(
    request: Request,
    id_: DecisionSetPath,
    console: ConsoleDep,
    conn: ConnectionDep,
    view: View = "compact",
    time: Clock = "rel",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    found = await decision_sets.read(conn, id_)
    part = await events.read(conn, id_, after=after, limit=PART)
    more = f"?view={view}&time={time}&after={part[-1].seq}" if len(part) == PART else ""
    shown = timeline(
        found,
        events=part,
        ledger=await ledger.entries(conn, id_),
        runs=await runs.every_run(conn, id_),
        history=await checkpoints.history(conn, id_),
        view=view,
        clock=time,
        now=datetime.now(UTC),
        raw=as_json([event.model_dump(mode="json") for event in part]) if view == "json" else "",
        more=more,
    )
    return console.templates.page(request, "pages/timeline.html", shown)


@router.get("/decision-sets/{id}/at/{checkpoint}")
async def at(
    request: Request,
    id_: DecisionSetPath,
    checkpoint: Checkpoint,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
) -> Response:
    view = await _past(conn, caller, id_, checkpoint, ForkForm("", "", ""))
    return console.templates.page(request, "pages/past.html", view)


async def _past(conn: Connection, caller: Caller, id_: DecisionSetId, checkpoint: str, fork: ForkForm) -> Past:
    found = await decision_sets.read(conn, id_)
    row = await checkpoints.find(conn, id_, CheckpointId(checkpoint))
    last = row.seq or 0
    return past(
        found,
        row,
        state=await decision_sets.state_of(conn, id_, ord=row.ord),
        history=await checkpoints.history(conn, id_),
        events=await events.read(conn, id_, after=max(0, last - SHOWN), limit=min(last, SHOWN)),
        caps=caps_of(caller),
        key=fresh_key(),
        fork=fork,
    )


@router.post("/decision-sets/{id}/fork")
async def fork(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    checkpoint, field, typed = form.text("checkpoint_id"), form.text("field"), form.text("value")

    async def command(work: UnitOfWork) -> DecisionSet:
        changes: dict[str, Any] = {}
        if field in FIELDS:
            changes[field] = _value(field, typed)
        return await commands.fork(work, caller, id_, checkpoint_id=checkpoint, constraints=changes)

    try:
        made = await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        async with console.pool.connection() as conn:
            view = await _past(conn, caller, id_, checkpoint, ForkForm(field, typed, error.detail))
        return console.templates.page(request, "pages/past.html", view, status=error.status)
    return go_to(request, f"/decision-sets/{made['id']}")


def _value(field: str, typed: str) -> Any:
    """Lists are typed with commas here, also where the intake offers boxes to tick."""
    words = FIELDS[field]
    return parsed(words, typed.split(",") if words.kind == "many" else [typed])
