"""The composition root of the web process: everything is opened here, and passed down."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing

import structlog
import uvicorn
from fastapi import FastAPI

from infra.logging import configure_logging
from infra.metrics import WebMetrics
from infra.settings import Settings
from providers.compute import ComputePool
from providers.inputs import VersionedInputs
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage import access
from storage.artifacts import open_store
from storage.postgres import make_pool
from web import errors, openapi
from web.auth import Authentication
from web.body_limit import BodyLimit
from web.console import Console
from web.head import HeadAsGet
from web.hub import Hub
from web.readiness import Readiness
from web.request_context import RequestContext
from web.routes import api, git, operations, pages, sign_in
from web.security import SecurityHeaders
from web.sessions import Sessions
from web.static import CachedFiles
from web.templating import STATIC, build_templates
from web.what_if import LIMIT_SECONDS, WAIT_SECONDS, WhatIf

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 3
"""How long open requests may take once the process is asked to stop."""
WARM_UP_SECONDS = 2.0
"""How long whatever else starts has the machine for itself."""
SHORTEST_KEY = 22
"""Characters: 128 bits in base64, which nobody guesses over a network. Keys that we make have 256 bits."""


def create_app(settings: Settings) -> FastAPI:
    metrics = WebMetrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_console(settings, metrics) as console:
            app.state.console = console
            yield

    app = FastAPI(
        title="Countersign",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    errors.install(app)
    app.mount("/static", CachedFiles(directory=STATIC), name="static")
    for part in (operations, sign_in, api, git, pages):
        app.include_router(part.router)
    openapi.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(HeadAsGet)
    app.add_middleware(Authentication)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders, base_url=settings.base_url)
    app.add_middleware(RequestContext, metrics=metrics)
    return app


@asynccontextmanager
async def open_console(settings: Settings, metrics: WebMetrics) -> AsyncIterator[Console]:
    """Everything that must be closed again is opened here."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(make_pool(settings.dsn, minimum=2, maximum=10, pooled=settings.pooled))
        async with pool.connection() as conn:
            secret = await access.session_secret(conn)
        bootstrap_key = settings.bootstrap_key.get_secret_value() if settings.bootstrap_key else None
        if bootstrap_key and len(bootstrap_key) < SHORTEST_KEY:
            log.warning("COUNTERSIGN_BOOTSTRAP_KEY is short enough to be guessed", characters=len(bootstrap_key))
        compute = stack.enter_context(closing(ComputePool(limit=LIMIT_SECONDS, wait=WAIT_SECONDS)))
        yield Console(
            pool=pool,
            hub=await stack.enter_async_context(Hub(pool, settings.direct_dsn).running()),
            readiness=Readiness(pool),
            metrics=metrics,
            templates=build_templates(),
            sessions=Sessions(secret),
            artifacts=open_store(settings.artifacts_url),
            quarantine=open_store(settings.quarantine_url),
            what_if=WhatIf(compute, VersionedInputs(PriceBook.load(), PolicyBundle.load())),
            bootstrap_key=bootstrap_key,
            models=settings.models,
            base_url=settings.base_url,
        )


def make_server(settings: Settings, *, warm: bool = False) -> ConsoleServer:
    return ConsoleServer(
        uvicorn.Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            timeout_keep_alive=75,
        ),
        warm=warm,
    )


class ConsoleServer(uvicorn.Server):
    """Ends its streams when it is told to stop: they have no end of their own that it could wait for. `warm` has the
    process that plans started soon, before somebody waits for it."""

    def __init__(self, config: uvicorn.Config, *, warm: bool) -> None:
        super().__init__(config)
        self._warm = warm
        self._warming: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        app = self.config.app
        if self._warm and isinstance(app, FastAPI):
            self._warming = asyncio.create_task(_warm_up(app.state.console.what_if))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if self._warming:
            self._warming.cancel()
        if isinstance(app, FastAPI):
            app.state.console.hub.close()
        await super().shutdown(sockets)


async def _warm_up(what_if: WhatIf) -> None:
    await asyncio.sleep(WARM_UP_SECONDS)
    await what_if.warm_up()


def serve(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT."""
    configure_logging(settings.log_level, process="web")
    make_server(settings, warm=True).run()
