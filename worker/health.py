"""The worker's health port: what a machine asks, answered by the loop that the graphs run on, so that a stuck one is
silent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
import uvicorn
from prometheus_client import make_asgi_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.errors import OperatorError
from infra.metrics import WorkerMetrics
from storage import access
from storage.postgres import Pool


class KeyNeeded:
    """Lets nobody through without an API key, as the console does."""

    def __init__(self, app: ASGIApp, pool: Pool, bootstrap_key: str | None) -> None:
        self.app, self.pool, self.bootstrap_key = app, pool, bootstrap_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = self.app if await self._known(Request(scope)) else _refusal(401, "unauthenticated")
        except psycopg.OperationalError:
            app = _refusal(503, "database-unavailable")
        await app(scope, receive, send)

    async def _known(self, request: Request) -> bool:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return False
        async with self.pool.connection() as conn:
            return await access.principal_for_key(conn, key.strip(), self.bootstrap_key) is not None


def _refusal(status: int, code: str) -> ASGIApp:
    headers = {"WWW-Authenticate": 'Bearer realm="Countersign"'} if status == 401 else None
    return JSONResponse({"status": status, "code": code}, status, headers, media_type="application/problem+json")


async def healthz(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def health_app(metrics: WorkerMetrics, pool: Pool, bootstrap_key: str | None) -> Starlette:
    shown = KeyNeeded(make_asgi_app(metrics.registry), pool, bootstrap_key)
    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", shown, methods=["GET"])])


class HealthServer(uvicorn.Server):
    """Leaves the signals to the worker, which drains before it stops."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def health_port(app: Starlette, host: str, port: int | None) -> AsyncIterator[None]:
    """Answers while it is entered; does nothing without a port. Raises OperatorError for one that cannot be had."""
    if port is None:
        yield
        return
    with _bound(host, port) as listening:
        config = uvicorn.Config(
            app, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        server = HealthServer(config)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OperatorError(
            f"The worker cannot listen on {host}:{port} ({error.strerror or error}): choose another port with"
            " COUNTERSIGN_WORKER_PORT, or unset it."
        ) from None
