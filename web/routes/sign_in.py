"""Signing in, with a one-time link or an API key, and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from storage import access
from web.auth import note_refused
from web.console import Console
from web.deps import ConnectionDep, ConsoleDep
from web.head import asks_for_head
from web.sessions import COOKIE, SECONDS

router = APIRouter(include_in_schema=False)

USED_LINK = (
    "This sign-in link was used already, or it has expired. `countersign up` prints a new one each time it starts; "
    "an API key signs you in as well."
)
Next = Annotated[str, Query(alias="next", max_length=2000)]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The view of `pages/sign_in.html`. `notice` is about a link, `error` about the key that was typed."""

    next: str
    notice: str = ""
    error: str = ""


@router.get("/sign-in")
async def sign_in(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    token: Annotated[str, Query(max_length=200)] = "",
    next_: Next = "",
) -> Response:
    if not token or is_prefetch(request):
        return console.templates.page(request, "pages/sign_in.html", SignIn(local(next_)))
    async with conn.transaction():  # a link whose session could not begin is not used up
        person = await access.redeem_link(conn, token)
        begun = await access.begin_session(conn, user=person.user) if person is not None else None
    if begun is not None:
        return signed_in(console, begun, local(next_))
    if getattr(request.state, "caller", None):  # the link was opened a second time in the browser it signed in
        return RedirectResponse(local(next_), 303)
    note_refused(request, console, "link")
    return console.templates.page(request, "pages/sign_in.html", SignIn(local(next_), USED_LINK), status=401)


@router.post("/sign-in")
async def sign_in_with_key(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    key: Annotated[str, Form(max_length=500)] = "",
    next_: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    key = key.strip()
    if await access.principal_for_key(conn, key, console.bootstrap_key):
        return signed_in(console, await access.begin_session(conn, key=key), local(next_))
    if key:
        note_refused(request, console, "key")
    error = "No such key, or it was revoked." if key else "Paste an API key."
    return console.templates.page(request, "pages/sign_in.html", SignIn(local(next_), error=error), status=422)


@router.post("/sign-out")
async def sign_out(request: Request, console: ConsoleDep, conn: ConnectionDep) -> Response:
    """The row goes with the cookie: a copy of it opens nothing any more."""
    token = console.sessions.read(request.cookies.get(COOKIE, ""))
    if token is not None:
        await access.end_session(conn, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


def signed_in(console: Console, token: str, to: str) -> Response:
    response = RedirectResponse(to, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        console.sessions.sign(token),
        max_age=SECONDS,
        httponly=True,
        samesite="lax",
        secure=console.secure_cookies,
    )
    return response


def local(address: str) -> str:
    """The address if it is a path of this console, else the inbox: no other site is gone to after signing in."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def is_prefetch(request: Request) -> bool:
    """A browser or a preview that only looks ahead must not use up a link that works once."""
    if asks_for_head(request.scope):
        return True
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or "preview" in purpose
