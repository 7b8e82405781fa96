"""Settings as they stand, and the packs that models were asked with."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from infra.models import RULEBOOK
from storage import breakers, packs, quarantine, workers
from web.deps import CallerDep, ConnectionDep, ConsoleDep
from web.models import models_in_use
from web.views.pulse import pulse
from web.views.settings import Settings, model_rows, packs_page

router = APIRouter(include_in_schema=False)


@router.get("/settings")
async def settings(request: Request, console: ConsoleDep, conn: ConnectionDep, caller: CallerDep) -> Response:
    seen = pulse(0, await workers.last_heartbeat(conn))
    view = Settings(
        name=caller.name,
        role=caller.role,
        models=model_rows(models_in_use(console.models, await breakers.listed(conn))),
        alone=console.models == (RULEBOOK,),
        packs=len(await packs.listed(conn)),
        quarantined=await quarantine.count_open(conn),
        base_url=console.base_url,
        last_heartbeat=seen.last_heartbeat,
        worker_silent=seen.silent,
    )
    return console.templates.page(request, "pages/settings.html", view)


@router.get("/settings/packs")
async def used_packs(request: Request, console: ConsoleDep, conn: ConnectionDep) -> Response:
    return console.templates.page(request, "pages/packs.html", packs_page(await packs.listed(conn)))
