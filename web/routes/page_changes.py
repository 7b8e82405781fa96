"""What moved between two decision sets, and which of it a person has looked at."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import changes, decision_sets, viewed
from storage.postgres import unit_of_work
from storage.records.errors import Invalid
from storage.records.ids import DecisionSetId
from web.deps import UUID, CallerDep, ConsoleDep, DecisionSetPath
from web.routes.page_forms import FormDep
from web.views.changes import ChangesPage, changes_page

router = APIRouter(include_in_schema=False)
Against = Annotated[str, Query(pattern=f"^$|{UUID}")]
OFFERED = 50
"""Decision sets offered as the base."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@router.get("/decision-sets/{id}/changes")
async def show(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, against: Against = ""
) -> Response:
    return console.templates.page(request, "pages/changes.html", await _view(console, caller, id_, against))


async def _view(console: ConsoleDep, caller: CallerDep, id_: DecisionSetId, against: str) -> ChangesPage:
    async with console.pool.connection() as conn:
        found = await decision_sets.read(conn, id_)
        others = await decision_sets.summaries(conn, project=found.project, limit=OFFERED)
        seen = await viewed.files(conn, caller.name, id_)
    summary = await changes.summary(console.pool, id_, DecisionSetId(against) if against else None)
    others = [other for other in others if other.id != id_]
    return changes_page(found, summary, others, against=against, viewed=seen)


@router.post("/decision-sets/{id}/viewed")
async def look(
    request: Request, id_: DecisionSetPath, console: ConsoleDep, caller: CallerDep, form: FormDep
) -> Response:
    path, sha256, against = form.text("path"), form.text("sha256"), form.text("against")
    if not path or not _SHA256.fullmatch(sha256) or (against and not re.fullmatch(UUID, against)):
        raise Invalid("Name the file and the hash of what was looked at.")
    async with unit_of_work(console.pool) as work:
        await decision_sets.read(work.conn, id_)
        if form.text("viewed"):
            await viewed.note(work.conn, caller.name, id_, path, sha256)
        else:
            await viewed.forget(work.conn, caller.name, id_, path)
    if request.headers.get("HX-Request") == "true":
        view = await _view(console, caller, id_, against)
        return console.templates.page(request, "pages/changes.html", view, block="files")
    address = f"/decision-sets/{id_}/changes" + (f"?against={against}" if against else "") + "#git"
    return Response(status_code=303, headers={"Location": address})
