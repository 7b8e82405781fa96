"""What a machine asks about this process."""

from __future__ import annotations

from fastapi import APIRouter, Response

from infra.metrics import exposition
from web.deps import ConsoleDep

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(console: ConsoleDep) -> dict[str, str]:
    await console.readiness.check()
    return {"status": "ready"}


@router.get("/metrics")
async def metrics(console: ConsoleDep) -> Response:
    body, content_type = exposition(console.metrics.registry)
    return Response(body, media_type=content_type)
