"""Each request has an id, one log line and one measurement."""

from __future__ import annotations

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.logging import bind_request
from infra.metrics import WebMetrics
from storage.records.ids import new_id

log = structlog.get_logger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_QUIET = ("/healthz", "/readyz", "/static/")


class RequestContext:
    """Takes `X-Request-ID` over, or makes one, and answers with it. Measures until the response starts, so that a
    stream counts as what its first byte took."""

    def __init__(self, app: ASGIApp, metrics: WebMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
                self._note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        with bind_request(request_id):
            try:
                await self.app(scope, receive, observed)
            except Exception:
                log.exception("request failed", method=scope["method"], path=scope["path"])
                raise

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self.metrics.request(scope["method"], route, status, seconds)
        if not scope["path"].startswith(_QUIET):
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )
