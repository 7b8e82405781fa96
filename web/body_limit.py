"""Bodies have a limit in size and time, whoever sends them."""

from __future__ import annotations

import asyncio
import hashlib

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storage.records.errors import BodyTooLarge, DomainError
from web.errors import answer, wants_json
from web.security import SAFE

LARGEST_BODY = 256 * 1024
"""Bytes of a request body."""
LARGEST_FORM = 4 * 1024 * 1024
"""Bytes of a form of a page: more than a message may have, so that its page can answer with all that was typed."""
_DRAINED = 16 * 1024 * 1024
"""Bytes read and dropped of a larger body, so that its sender reads the refusal instead of a broken connection."""
PIECE_SECONDS = 30.0
"""How long a sender may be silent within a body."""
BODY_SECONDS = 300.0
"""How long a whole body may take, silent or not."""


class BodyTooSlow(DomainError):
    """The request's body did not arrive in time, and nothing of it was kept. Send it again in one go."""

    code, status = "body-too-slow", 408


class BodyLimit:
    """Reads the body of an unsafe request at once, refuses it beyond the limits, and leaves its SHA-256 in
    `request.state.body_sha256`, where idempotency keys find it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive, _limit(scope))
        except TimeoutError:
            await _refuse(BodyTooSlow(), scope, receive, send)
            return
        scope.setdefault("state", {})["body_sha256"] = hashlib.sha256(body or b"").hexdigest()
        if body is None:
            await _refuse(_refusal(scope), scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


async def _refuse(error: DomainError, scope: Scope, receive: Receive, send: Send) -> None:
    """And has the connection closed: what follows on it is the rest of a body that nobody reads."""
    response = await answer(Request(scope), error)
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _refusal(scope: Scope) -> BodyTooLarge:
    if wants_json(Request(scope)):
        return BodyTooLarge()
    return BodyTooLarge("That is too large to be sent. Go back, where it still stands, and shorten or split it.")


def _limit(scope: Scope) -> int:
    content = dict(scope["headers"]).get(b"content-type", b"")
    of_page = content.startswith(b"application/x-www-form-urlencoded") and not wants_json(Request(scope))
    return LARGEST_FORM if of_page else LARGEST_BODY


async def _read(receive: Receive, limit: int) -> bytes | None:
    """None when the body is larger than the limit, or the client left. Raises TimeoutError."""
    chunks: list[bytes] = []
    size = 0
    while size <= _DRAINED:
        async with asyncio.timeout(PIECE_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            return None
        size += len(message.get("body", b""))
        if size <= limit:
            chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(chunks) if size <= limit else None


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
