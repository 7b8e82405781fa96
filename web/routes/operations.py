"""What a machine asks about this process."""

from __future__ import annotations

import asyncio

import psycopg
from fastapi import APIRouter, Response

from infra.metrics import exposition
from storage import workers
from web.deps import ConsoleDep
from web.errors import DatabaseUnavailable

READY_SECONDS = 2.0

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(console: ConsoleDep) -> dict[str, str]:
    try:
        async with asyncio.timeout(READY_SECONDS), console.pool.connection(READY_SECONDS) as conn:
            await workers.last_heartbeat(conn)
    except (TimeoutError, psycopg.Error) as error:
        raise DatabaseUnavailable() from error
    return {"status": "ready"}


@router.get("/metrics")
async def metrics(console: ConsoleDep) -> Response:
    body, content_type = exposition(console.metrics.registry)
    return Response(body, media_type=content_type)
