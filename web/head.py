"""HEAD is answered as GET would be, without the body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATE = "asks_for_head"


def asks_for_head(scope: Scope) -> bool:
    """Whether the request that a route sees as GET was sent as HEAD."""
    return scope.get("state", {}).get(_STATE, False)


class HeadAsGet:
    """Stands right before the routes, which know GET alone. Everything outside of it, the server too, sees HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            scope["method"] = "HEAD"
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        # Changed in place: what measures and logs the request reads from this scope which route it took.
        scope.setdefault("state", {})[_STATE] = True
        scope["method"] = "GET"
        try:
            await self.app(scope, receive, send_without_body)
        finally:
            scope["method"] = "HEAD"
