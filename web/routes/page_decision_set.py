"""The page of one decision set, its stream, and what is done to it as a whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage.compute import in_thread
from storage.postgres import UnitOfWork
from storage.records.decision_sets import DecisionSet
from storage.records.errors import DomainError
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web import commands
from web.commands.once import Caller
from web.console import Console
from web.deps import CallerDep, ConnectionDep, ConsoleDep, DecisionSetPath
from web.routes.page_forms import FormDep, Submitted, go_to, perform
from web.routes.page_loading import earlier, latest, load
from web.stream import CursorDep, Frame, stream
from web.views.decision_set import Refused, card_context, decision_set_page, edit_of, worker_note
from web.views.frames import LEAVES, card_only, frame
from web.views.gate import GateForm, filled
from web.words import Words

router = APIRouter(include_in_schema=False)
Seq = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
PAGE = "pages/decision_set.html"


@router.get("/decision-sets/{id}")
async def show(
    request: Request,
    id_: DecisionSetPath,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    before: Seq = None,
    card: Seq = None,
    edit: Seq = None,
    show: Annotated[str, Query(max_length=20)] = "all",
    way: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """`way` is a way out of the plan at the gate, to be put into the comment."""
    window, head = await earlier(conn, id_, before=before, card=card or edit)
    loaded = await load(console, conn, id_, caller, window)
    form = edit_of(loaded, edit) if edit else None
    refused = Refused(gate=filled(loaded.found, way, GateForm())) if way and loaded.found.gate else None

    def page() -> Response:
        view = decision_set_page(loaded, head_seq=head, show=show, opened=card, edit=form, refused=refused)
        return console.templates.page(request, PAGE, view, block="earlier" if before else "main")

    return await in_thread(page)


@router.get("/decision-sets/{id}/stream")
async def follow(id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, after: CursorDep) -> Response:
    async def render(event: Event) -> Frame:
        return Frame("card", await rendered(console, id_, caller, event))

    def speak(words: Words) -> Frame:
        return Frame("card", console.templates.env.get_template("frames/words.html").render(view=words))

    return await stream(console, id_, after, render, speak)


async def rendered(console: Console, decision_set: DecisionSetId, caller: Caller, event: Event) -> str:
    """One event as the HTML that htmx puts in its places."""
    async with console.pool.connection() as conn:
        window, _ = await latest(conn, decision_set) if event.type in LEAVES else ([event], 0)
        loaded = await load(console, conn, decision_set, caller, window)
    view = frame(event, loaded) if event.type in LEAVES else card_only(event, card_context(loaded))
    return console.templates.env.get_template("frames/event.html").render(view=view)


@router.get("/decision-sets/{id}/worker")
async def worker(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep
) -> Response:
    view = worker_note(await load(console, conn, id_, caller, []))
    return console.templates.page(request, "pages/worker.html", view)


@router.post("/decision-sets/{id}/cancel")
async def cancel(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    return await _whole(request, console, caller, id_, form, "cancel")


@router.post("/decision-sets/{id}/retry")
async def retry(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    return await _whole(request, console, caller, id_, form, "retry")


@router.post("/decision-sets/{id}/start")
async def start(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    return await _whole(request, console, caller, id_, form, "start")


_COMMANDS = {"cancel": commands.cancel, "retry": commands.retry, "start": commands.start}


async def _whole(
    request: Request, console: Console, caller: Caller, decision_set: DecisionSetId, form: Submitted, name: str
) -> Response:
    """A command without fields: back to the page, or the page with the words of the refusal."""

    async def command(work: UnitOfWork) -> DecisionSet:
        return await _COMMANDS[name](work, caller, decision_set)

    try:
        await perform(console, form, command)
    except DomainError as error:
        if error.status == 404:
            raise
        return await refused_page(request, console, caller, decision_set, error, Refused(notice=error.detail))
    return go_to(request, f"/decision-sets/{decision_set}")


async def refused_page(
    request: Request,
    console: Console,
    caller: Caller,
    decision_set: DecisionSetId,
    error: DomainError,
    refused: Refused,
    around: int | None = None,
) -> Response:
    """The whole page again, with what was typed and why it could not be done, around one of its cards."""
    async with console.pool.connection() as conn:
        window, head = await earlier(conn, decision_set, before=None, card=around)
        loaded = await load(console, conn, decision_set, caller, window)
    view = decision_set_page(loaded, head_seq=head, refused=refused)
    return console.templates.page(request, PAGE, view, status=error.status)
