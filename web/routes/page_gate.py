"""Answering a gate."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from storage.postgres import UnitOfWork
from storage.records.decision_sets import DecisionSet
from storage.records.errors import ActionNotAllowed, DomainError, NotFound
from storage.records.ids import DecisionSetId
from storage.records.plans import PolicyOverride
from web import commands
from web.console import Console
from web.deps import CallerDep, ConsoleDep, DecisionSetPath
from web.routes.page_decision_set import refused_page
from web.routes.page_forms import FormDep, Submitted, as_of, go_to, perform
from web.routes.page_loading import latest, load
from web.views.decision_set import Refused
from web.views.frames import decided
from web.views.gate import GateForm, filled

router = APIRouter(include_in_schema=False)
OVERRIDE = "override-"


@router.post("/decision-sets/{id}/gates/{gate_id}")
async def answer(
    request: Request, id_: DecisionSetPath, gate_id: str, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    if form.text("way") and request.headers.get("HX-Request") == "true":
        return await _with_way(request, console, caller, id_, form)

    async def command(work: UnitOfWork) -> DecisionSet:
        return await commands.answer_gate(
            work,
            caller,
            id_,
            gate_id,
            action=", ".join(form.texts("action")),  # two are none that a gate allows
            capsule=form.text("capsule"),
            comment=form.text("comment"),
            overrides=_overrides(form),
        )

    try:
        await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        return await _refused(request, console, caller, id_, form, error)
    if request.headers.get("HX-Request") != "true":
        return go_to(request, f"/decision-sets/{id_}#approval")
    return await _panel(request, console, caller, id_, None)


def _overrides(form: Submitted) -> list[PolicyOverride]:
    """The reasons of an approval; another action leaves what was typed aside."""
    if form.text("action") != "approve":
        return []
    return [PolicyOverride(policy=policy, reason=reason) for policy, reason in _reasons(form).items()]


def _reasons(form: Submitted) -> dict[str, str]:
    """By policy, whatever the action."""
    return {
        name.removeprefix(OVERRIDE): form.text(name).strip()
        for name in form.fields
        if name.startswith(OVERRIDE) and form.text(name).strip()
    }


async def _panel(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, kept: GateForm | None, status: int = 200
) -> Response:
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    view = decided(loaded, kept)
    return console.templates.page(request, "frames/decided.html", view, status=status, headers=as_of(loaded))


async def _with_way(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, form: Submitted
) -> Response:
    """The panel with a way out put into the comment; nothing is answered yet."""
    async with console.pool.connection() as conn:
        loaded = await load(console, conn, id_, caller, (await latest(conn, id_))[0])
    typed = GateForm(comment=form.text("comment"), overrides=_reasons(form))
    view = decided(loaded, filled(loaded.found, form.text("way"), typed))
    return console.templates.page(request, "frames/decided.html", view, headers=as_of(loaded))


async def _refused(
    request: Request, console: Console, caller: CallerDep, id_: DecisionSetId, form: Submitted, error: DomainError
) -> Response:
    unchosen = isinstance(error, ActionNotAllowed) and not form.text("action")
    kept = GateForm(
        action=form.text("action"),
        comment=form.text("comment"),
        overrides=_reasons(form),
        error="Choose one of the actions." if unchosen else error.detail,
        field=error.field if error.field in ("action", "comment", "overrides") else "",
    )
    if request.headers.get("HX-Request") == "true":
        return await _panel(request, console, caller, id_, kept, error.status)
    at = f"#gate-{kept.field}" if kept.field else ""
    return await refused_page(request, console, caller, id_, error, Refused(gate=kept, notice=kept.error, notice_at=at))
