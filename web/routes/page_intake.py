"""A new decision set, and the intake chat."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import decision_sets, projects
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import DecisionSet
from storage.records.errors import DomainError, Invalid, NotFound
from storage.records.ids import DecisionSetId
from storage.records.intake import CHOICES, WORDLESS, Choice
from web import commands
from web.console import Console
from web.deps import UUID, CallerDep, ConnectionDep, ConsoleDep, DecisionSetPath
from web.routes.page_decision_set import refused_page
from web.routes.page_forms import FormDep, Submitted, as_of, fresh_key, go_to, perform
from web.routes.page_loading import earlier, latest, load
from web.views.decision_set import Loaded, Refused, composer_of, edit_of, facts_of
from web.views.fields import parsed
from web.views.frames import sent
from web.views.intake import Composer, assumption_row, fact_row
from web.views.new import NewDecisionSet, new_decision_set
from web.views.words import FIELDS

router = APIRouter(include_in_schema=False)
_CHOICES: dict[str, Choice] = {word: word for word in CHOICES}


@router.get("/decision-sets/new")
async def new(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    caller: CallerDep,
    parent: Annotated[str | None, Query(pattern=UUID)] = None,
    project: Annotated[str, Query(max_length=63)] = "",
    message: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    may_write = caller.role != "viewer"
    view = await _new_view(conn, parent=parent or "", project=project, may_write=may_write, message=message)
    return console.templates.page(request, "pages/new.html", view)


async def _new_view(conn: Connection, *, parent: str, project: str, may_write: bool, **typed: str) -> NewDecisionSet:
    known = await projects.every_project(conn)
    found: DecisionSet | None = None
    if parent:
        found = await decision_sets.read(conn, DecisionSetId(parent))
    return new_decision_set(known, found, project=project, key=fresh_key(), may_write=may_write, **typed)


@router.post("/decision-sets")
async def create(request: Request, console: ConsoleDep, caller: CallerDep, form: FormDep) -> Response:
    name, message, parent = form.text("new_project").strip(), form.text("message"), form.text("parent_id")
    slug = form.text("project")

    async def command(work: UnitOfWork) -> DecisionSet:
        home = (await commands.create_project(work, caller, name)).slug if name and not parent else slug
        if not home:
            raise Invalid("Choose a project, or name a new one.", field="project")
        return await commands.create_decision_set(work, caller, project=home, message=message, parent_id=parent or None)

    try:
        made = await perform(console, form, command)
    except DomainError as error:
        async with console.pool.connection() as conn:
            view = await _new_view(
                conn,
                parent=parent if error.field != "parent_id" else "",
                project=slug,
                may_write=caller.role != "viewer",
                message=message,
                new_project=name,
                error=error.detail,
                field=error.field or "",
            )
        return console.templates.page(request, "pages/new.html", view, status=error.status)
    return go_to(request, f"/decision-sets/{made['id']}")


@router.post("/decision-sets/{id}/messages")
async def send_message(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    if form.text("replaces"):
        return await _edit_message(request, console, caller, id_, form)
    choice = form.text("choice")
    text = _said(form, choice)
    asked = form.text("question_id") or None

    async def command(work: UnitOfWork) -> DecisionSet:
        picked = _CHOICES.get(choice) if asked else None
        return await commands.send_message(work, caller, id_, text=text, question_id=asked, choice=picked)

    try:
        await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        return await _refused_message(request, console, caller, id_, form, error)
    if not _by_htmx(request):
        return go_to(request, f"/decision-sets/{id_}#composer")
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    return _answer(request, console, loaded, composer_of(loaded))


async def _edit_message(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, form: Submitted
) -> Response:
    choice, text = form.text("choice"), form.text("option") or form.text("text")

    async def command(work: UnitOfWork) -> DecisionSet:
        wordless = _CHOICES.get(choice) if choice in WORDLESS else None
        words = "" if wordless else text
        return await commands.send_message(work, caller, id_, text=words, choice=wordless, replaces=_seq(form))

    try:
        await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        return await _refused_message_edit(request, console, caller, id_, form, error)
    return go_to(request, f"/decision-sets/{id_}#composer")


async def _refused_message_edit(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, form: Submitted, error: DomainError
) -> Response:
    """The form again with the words in it, on the message that holds now; else the words alone."""
    seq = int(given) if (given := form.text("replaces")).isdecimal() else 0
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await earlier(conn, id_, before=None, card=seq))[0])
    again = edit_of(loaded, seq, typed=form.text("text"), error=error.detail)
    refused = Refused(edit=again, notice="" if again else error.detail, unsent="" if again else form.text("text"))
    return await refused_page(request, console, caller, id_, error, refused, around=seq)


def _seq(form: Submitted) -> int:
    given = form.text("replaces")
    if not given.isdecimal() or not 0 < int(given) < 2**31:
        raise Invalid(f"{given!r} is no message's number.", field="replaces")
    return int(given)


def _said(form: Submitted, choice: str) -> str:
    """The option that was picked and the words that were typed; both when there are both."""
    if choice in ("skip", "dont_know", "assume"):
        return ""
    text, option = form.text("text"), form.text("option")
    return f"{option}\n{text}" if option and text.strip() else option or text


async def _refused_message(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, form: Submitted, error: DomainError
) -> Response:
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    box = composer_of(loaded, text=form.text("text"), picked=form.text("option"), error=error.detail)
    if _by_htmx(request) and box:
        return _answer(request, console, loaded, box, status=error.status)
    unsent = "" if box else _said(form, form.text("choice"))
    refused = Refused(composer=box, notice="" if box else error.detail, unsent=unsent)
    return await refused_page(request, console, caller, id_, error, refused)


@router.post("/decision-sets/{id}/constraints")
async def edit_constraint(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    name = form.text("field")
    if name not in FIELDS:
        raise Invalid(f"{name!r} is not a constraint.", field="field")
    typed = ", ".join(form.texts("value"))

    async def command(work: UnitOfWork) -> DecisionSet:
        value: Any = None if form.text("forget") else parsed(FIELDS[name], form.texts("value"))
        return await commands.edit_constraints(work, caller, id_, {name: value})

    try:
        await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        return await _refused_edit(request, console, caller, id_, form, name, typed, error)
    if not _by_htmx(request):
        return go_to(request, f"/decision-sets/{id_}#fact-{name}")
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    if form.text("assumed"):
        return _answer_assumption(request, console, loaded, name)
    return _answer_fact(request, console, loaded, name, reading=True)


async def _refused_edit(
    request: Request,
    console: Console,
    caller: CallerDep,
    id_: DecisionSetId,
    form: Submitted,
    name: str,
    typed: str,
    error: DomainError,
) -> Response:
    problem = {name: (typed, error.detail)}
    if not _by_htmx(request):
        return await refused_page(request, console, caller, id_, error, Refused(facts=problem, notice=error.detail))
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    if form.text("assumed"):
        return _answer_assumption(request, console, loaded, name, problem=problem[name], status=error.status)
    return _answer_fact(request, console, loaded, name, problem=problem, status=error.status)


def _answer_assumption(
    request: Request,
    console: Console,
    loaded: Loaded,
    name: str,
    *,
    problem: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    view = assumption_row(loaded.found, facts_of(loaded), name, problem=problem)
    return console.templates.page(request, "frames/assumption.html", view, status=status, headers=as_of(loaded))


def _answer_fact(
    request: Request,
    console: Console,
    loaded: Loaded,
    name: str,
    *,
    problem: dict[str, tuple[str, str]] | None = None,
    reading: bool = False,
    status: int = 200,
) -> Response:
    view = fact_row(facts_of(loaded, problem), name, reading=reading)
    return console.templates.page(request, "frames/fact.html", view, status=status, headers=as_of(loaded))


def _answer(request: Request, console: Console, loaded: Loaded, box: Composer | None, status: int = 200) -> Response:
    view = sent(loaded, box)
    return console.templates.page(request, "frames/sent.html", view, status=status, headers=as_of(loaded))


def _by_htmx(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true"
