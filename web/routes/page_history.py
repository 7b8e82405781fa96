"""The timeline, and a decision set as it stood at a checkpoint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from storage import checkpoints, decision_sets, events, ledger, runs
from storage.postgres import Connection, UnitOfWork
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import DecisionSet
from storage.records.errors import DomainError
from storage.records.ids import CheckpointId, DecisionSetId
from web import commands
from web.commands.once import Caller
from web.deps import CallerDep, ConnectionDep, ConsoleDep, DecisionSetPath
from web.filters import as_json
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.views.fork import Asked, asked
from web.views.past import Past, past
from web.views.steps import at_step, steps
from web.views.timeline import Clock, View, timeline

router = APIRouter(include_in_schema=False)
PART = 500
"""Events in one part of a timeline."""
SHOWN = 50
"""Cards shown of the past, the last before the checkpoint."""
Step = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Checkpoint = Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,64}$")]


@router.get("/decision-sets/{id}/timeline")
async def show(
    request: Request,
    id_: DecisionSetPath,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    view: View = "compact",
    time: Clock = "rel",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    step: Step = None,
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
        after=after,
        step=step,
        caps=caps_of(caller),
    )
    return console.templates.page(request, "pages/timeline.html", shown)


@router.get("/decision-sets/{id}/at")
async def at_step_of(id_: DecisionSetPath, conn: ConnectionDep, step: Step = None) -> Response:
    """To the checkpoint of that number, as the slider asks for it."""
    await decision_sets.read(conn, id_)
    base = f"/decision-sets/{id_}"
    here = at_step(steps(base, await checkpoints.history(conn, id_)), step)
    return RedirectResponse(here.link if here else f"{base}/timeline", 303)


@router.get("/decision-sets/{id}/at/{checkpoint}")
async def at(
    request: Request,
    id_: DecisionSetPath,
    checkpoint: Checkpoint,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
) -> Response:
    view = await _past(conn, caller, id_, checkpoint, Asked())
    return console.templates.page(request, "pages/past.html", view)


async def _past(conn: Connection, caller: Caller, id_: DecisionSetId, checkpoint: str, fork: Asked) -> Past:
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
    caller.needs("operator")
    checkpoint = form.text("checkpoint_id")
    async with console.pool.connection() as conn:
        state = await checkpoints.state_at(conn, id_, CheckpointId(checkpoint))
    known = ConstraintSchema.model_validate(state.get("constraints") or {})
    wanted = asked(known, {name: form.texts(f"value-{name}") for name in form.texts("field")})

    async def command(work: UnitOfWork) -> DecisionSet:
        return await commands.fork(work, caller, id_, checkpoint_id=checkpoint, constraints=dict(wanted.changes))

    status = 422
    if not wanted.errors:
        try:
            made = await perform(console, form, command)
        except DomainError as error:
            wanted.errors[error.field if error.field in wanted.typed else ""] = error.detail
            status = error.status
        else:
            return go_to(request, f"/decision-sets/{made['id']}")
    async with console.pool.connection() as conn:
        view = await _past(conn, caller, id_, checkpoint, wanted)
    return console.templates.page(request, "pages/past.html", view, status=status)
