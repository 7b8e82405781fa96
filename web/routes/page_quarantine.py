"""Triage of model answers that did not fit their schema."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from infra.models import Vendor
from storage import quarantine
from storage.postgres import UnitOfWork
from storage.quarantine import Quarantined
from storage.records.errors import ArtifactDamaged, DomainError, NotFound
from storage.records.ids import Sha256
from web.commands.once import Caller
from web.commands.quarantine import handle_quarantined
from web.console import Console
from web.deps import SLUG, UUID, CallerDep, ConnectionDep, ConsoleDep
from web.routes.page_forms import FormDep, fresh_key, go_to, perform
from web.routes.page_loading import caps_of
from web.views.quarantine import Payload, QuarantinedPage, QuarantineFilter, payload_of, quarantine_list, row

router = APIRouter(include_in_schema=False)
LISTED = 50
QuarantinedPath = Annotated[str, Path(alias="id", pattern=UUID)]


@router.get("/settings/quarantine")
async def show(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    state: Literal["", "open", "all"] = "open",
    provider: Annotated[str, Query(max_length=40, pattern=SLUG)] = "",
    before: Annotated[str, Query(pattern=f"^$|{UUID}")] = "",
) -> Response:
    chosen = QuarantineFilter(state or "open", provider)
    found = await quarantine.listed(
        conn, handled=chosen.state == "all", provider=provider or None, before=before or None, limit=LISTED + 1
    )
    view = quarantine_list(found, chosen, get_args(Vendor), LISTED)
    return console.templates.page(request, "pages/quarantine.html", view)


@router.get("/settings/quarantine/{id}")
async def one(request: Request, id_: QuarantinedPath, console: ConsoleDep, caller: CallerDep) -> Response:
    return console.templates.page(request, "pages/quarantined.html", await _view(console, caller, id_))


@router.post("/settings/quarantine/{id}")
async def handle(
    request: Request, id_: QuarantinedPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    comment = form.text("comment")

    async def command(work: UnitOfWork) -> Quarantined:
        return await handle_quarantined(work, caller, id_, comment)

    try:
        await perform(console, form, command)
    except NotFound:
        raise
    except DomainError as error:
        view = await _view(console, caller, id_, typed=comment, error=error.detail)
        return console.templates.page(request, "pages/quarantined.html", view, status=error.status)
    return go_to(request, f"/settings/quarantine/{id_}")


async def _view(console: Console, caller: Caller, id_: str, *, typed: str = "", error: str = "") -> QuarantinedPage:
    async with console.pool.connection() as conn:
        found = await quarantine.read(conn, id_)
    payload = await _payload(console, found.sha256)
    return QuarantinedPage(row(found), payload, caps_of(caller).write, fresh_key(), typed, error)


async def _payload(console: Console, sha256: Sha256) -> Payload:
    try:
        return payload_of(await console.quarantine.get(sha256))
    except (NotFound, ArtifactDamaged) as error:
        return Payload("", False, error.detail)
