"""Who asks: an API key as bearer or password, or a session cookie. Nothing behind this is reached without."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

import psycopg
import structlog
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import access
from storage.access import Principal
from storage.records.errors import CrossSite, DomainError, Invalid, NotFound, Unauthenticated
from web.commands.once import Caller
from web.console import Console, console_of
from web.errors import answer
from web.security import SAFE, same_origin
from web.sessions import COOKIE

log = structlog.get_logger(__name__)

PUBLIC = frozenset({"/healthz", "/readyz", "/sign-in", "/favicon.ico"})


class GitCredentialsNeeded(Unauthenticated):
    """Give an API key as the password, with any user name."""

    headers = {"WWW-Authenticate": 'Basic realm="Countersign", charset="UTF-8"'}  # noqa: RUF012 (never changed)


class Authentication:
    """Leaves the caller in `request.state.caller`, or refuses. On public addresses a caller is noted, not needed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            await self._admit(request)
        except (DomainError, psycopg.OperationalError) as refused:
            response = await answer(request, refused)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        console, path = console_of(request), request.url.path
        if path in ("/healthz", "/readyz"):
            return
        if request.method not in SAFE and "Authorization" not in request.headers:
            _refuse_cross_site(request, console)
        principal = await _principal(request, console)
        if principal is not None:
            _refuse_nul(request)
            request.state.caller = Caller(principal.name, principal.role, request.state.request_id)
        elif path.startswith("/git/"):
            raise GitCredentialsNeeded()
        elif path not in PUBLIC:
            raise Unauthenticated()


def _refuse_cross_site(request: Request, console: Console) -> None:
    """Raises CrossSite. A request with no cookie has no session to misuse, but signing somebody in is misuse too."""
    if (COOKIE in request.cookies or request.url.path == "/sign-in") and not same_origin(request, console.base_url):
        raise CrossSite()


def _refuse_nul(request: Request) -> None:
    """No row holds one. Raises NotFound, Invalid."""
    if "\x00" in request.url.path:
        raise NotFound()
    for name, value in request.query_params.multi_items():
        if "\x00" in name + value:
            raise Invalid("The address holds a NUL character: take it out.", field=name.replace("\x00", ""))


async def _principal(request: Request, console: Console) -> Principal | None:
    """A header decides alone when it is there: a wrong key is not made good by a cookie."""
    authorization = request.headers.get("Authorization")
    cookie = request.cookies.get(COOKIE)
    if authorization is not None:
        return await _bearer(request, console, _key(authorization))
    token = console.sessions.read(cookie) if cookie else None
    if token is None or request.url.path.startswith("/git/"):
        return None
    async with console.pool.connection() as conn:
        return await access.session(conn, token, console.bootstrap_key)


async def _bearer(request: Request, console: Console, key: str | None) -> Principal | None:
    found = None
    if key:
        async with console.pool.connection() as conn:
            found = await access.principal_for_key(conn, key, console.bootstrap_key)
    if found is None:
        note_refused(request, console, "key")
    return found


def note_refused(request: Request, console: Console, kind: Literal["key", "link"]) -> None:
    """For whoever watches. What was tried is not noted: it may be a good key with a typing error."""
    console.metrics.refused_credential(kind)
    log.warning("credential refused", kind=kind, client=request.client.host if request.client else None)


def _key(authorization: str) -> str | None:
    """The key of `Bearer KEY`, or the password of `Basic`, as git sends it."""
    scheme, _, value = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                return base64.b64decode(value, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return None
        case _:
            return None
