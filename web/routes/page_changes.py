"""What moved between two decision sets, and which of it a person has looked at."""

from __future__ import annotations

import re
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from storage import changes, decision_sets, viewed
from storage.compute import in_thread
from storage.records.changes import ChangeSummary
from storage.records.decision_sets import DecisionSet, DecisionSetSummary
from storage.records.errors import Invalid
from storage.records.ids import DecisionSetId
from web.commands.viewed import look
from web.deps import UUID, CallerDep, ConsoleDep, DecisionSetPath
from web.routes.page_forms import FormDep, Submitted, perform
from web.views.changed_files import Filter, Layout
from web.views.changes import ViewedFile, changes_page, listed

router = APIRouter(include_in_schema=False)
OFFERED = 50
"""Decision sets offered as the base."""
_ANCHOR = re.compile(r"viewed-\d{1,6}")


def asked_for(
    against: Annotated[str, Query(pattern=f"^$|{UUID}")] = "",
    view: Layout = "unified",
    hide: Annotated[str, Query(pattern="^[01]?$")] = "",
) -> Filter:
    return Filter(against, view, hide == "1")


@router.get("/decision-sets/{id}/changes")
async def show(
    request: Request,
    id_: DecisionSetPath,
    console: ConsoleDep,
    caller: CallerDep,
    chosen: Annotated[Filter, Depends(asked_for)],
) -> Response:
    found, summary, seen = await _read(console, caller, id_, chosen)
    others = await _others(console, found, summary.base)

    def page() -> Response:
        view = changes_page(found, summary, others, chosen=chosen, viewed=seen)
        return console.templates.page(request, "pages/changes.html", view)

    return await in_thread(page)  # patches make megabytes of it, and streams go on meanwhile


async def _read(
    console: ConsoleDep, caller: CallerDep, id_: DecisionSetId, chosen: Filter
) -> tuple[DecisionSet, ChangeSummary, set[tuple[str, str]]]:
    async with console.pool.connection() as conn:
        found = await decision_sets.read(conn, id_)
        seen = await viewed.files(conn, caller.name, id_)
    against = DecisionSetId(chosen.against) if chosen.against else None
    return found, await changes.summary(console.pool, id_, against), seen


async def _others(
    console: ConsoleDep, found: DecisionSet, base: DecisionSetId | None
) -> list[DecisionSet | DecisionSetSummary]:
    """The latest of the project, and the base however old it is."""
    async with console.pool.connection() as conn:
        latest = await decision_sets.summaries(conn, project=found.project, limit=OFFERED)
        others: list[DecisionSet | DecisionSetSummary] = [other for other in latest if other.id != found.id]
        if base is not None and all(other.id != base for other in others):
            others.append(await decision_sets.read(conn, base))
    return others


@router.post("/decision-sets/{id}/viewed")
async def mark(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    path, chosen = form.text("path"), _filter_of(form)
    if chosen.against and not re.fullmatch(UUID, chosen.against):
        raise Invalid("Give the id of a decision set to compare with, or leave it out.", field="against")
    seen_now = bool(form.text("viewed"))
    await perform(console, form, lambda work: look(work, caller, id_, path, form.text("sha256"), seen=seen_now))
    if request.headers.get("HX-Request") != "true":
        anchor = form.text("anchor") if _ANCHOR.fullmatch(form.text("anchor")) else "git"
        address = f"/decision-sets/{id_}/changes{chosen.query()}#{anchor}"
        return Response(status_code=303, headers={"Location": address})
    found, summary, seen = await _read(console, caller, id_, chosen)
    now = listed(found, summary, chosen, seen)
    file = next((file for file in now.files if file.path == path), None)
    if file is None:
        raise Invalid("This file is no longer among the changes. Load the page again.", field="path")
    return console.templates.page(request, "frames/viewed.html", ViewedFile(now, file))


def _filter_of(form: Submitted) -> Filter:
    layout = form.text("view")
    known = cast(Layout, layout) if layout in get_args(Layout) else "unified"
    return Filter(form.text("against"), known, form.text("hide") == "1")
