"""What if, for people: an answer under an address, or in its place on the run page; and a child made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from storage import decision_sets
from storage.postgres import UnitOfWork
from storage.records.decision_sets import DecisionSet
from storage.records.errors import DomainError, NoPlan, NotFound
from storage.records.ids import DecisionSetId
from web import commands
from web.console import Console
from web.deps import CallerDep, ConsoleDep, DecisionSetPath
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.templating import wants_fragment
from web.views.fork import Asked, asked
from web.views.what_if import difference
from web.views.what_if_form import read_changes
from web.views.what_if_page import what_if_page

router = APIRouter(include_in_schema=False)
PAGE = "pages/what_if.html"


@router.get("/decision-sets/{id}/what-if")
async def show(request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep) -> Response:
    params = request.query_params
    found = await _planned(console, id_)
    wanted = asked(found.constraints, read_changes({name: params.getlist(name) for name in params}))
    return await _shown(request, console, caller, found, wanted)


@router.post("/decision-sets/{id}/what-if")
async def branch(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    found = await _planned(console, id_)
    wanted = asked(found.constraints, read_changes(_typed(form.fields)))

    async def command(work: UnitOfWork) -> DecisionSet:
        changes = dict(wanted.changes)
        return await commands.branch(work, caller, id_, changes, message=difference(found, changes))

    if wanted.errors:
        return await _shown(request, console, caller, found, wanted)
    try:
        made = await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        refused = Asked(wanted.changes, wanted.typed, {"": error.detail})
        return await _shown(request, console, caller, found, refused, status=error.status)
    return go_to(request, f"/decision-sets/{made['id']}")


def _typed(fields: Mapping[str, object]) -> dict[str, Sequence[str]]:
    return {name: [value] for name, value in fields.items() if isinstance(value, str)}


async def _planned(console: Console, decision_set: DecisionSetId) -> DecisionSet:
    """Raises NotFound, NoPlan."""
    async with console.pool.connection() as conn:
        found = await decision_sets.read(conn, decision_set)
    if found.plan is None or found.cost is None or found.policy is None:
        raise NoPlan("There is no plan yet that was held against policy.")
    return found


async def _shown(
    request: Request, console: Console, caller: CallerDep, found: DecisionSet, wanted: Asked, status: int = 200
) -> Response:
    """Nothing is computed while nothing differs, or while something typed can't be read."""
    async with console.pool.connection() as conn:
        priced = await console.inputs.regions(conn)
    made = None
    if wanted.changes and not wanted.errors:
        made = await console.what_if.recompute(console.pool, found.id, wanted.changes)
    view = what_if_page(found, wanted, made, priced, may_write=caps_of(caller).write, key=fresh_key())
    block = "answer" if wants_fragment(request) else "main"
    return console.templates.page(
        request, PAGE, view, block=block, status=422 if wanted.errors and status == 200 else status
    )
