"""What a route asks for by signature."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator, Field

from storage.postgres import Connection
from storage.records.errors import Unauthenticated
from storage.records.ids import DecisionSetId
from web.commands.once import Caller, CommandKey
from web.console import Console, console_of

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
TEXT = r"^[^\x00]*$"
SLUG = r"^[a-z0-9-]*$"
KEY = r"^[!-~]+$"
GATE = r"^[A-Za-z0-9_.:-]{1,128}$"

ConsoleDep = Annotated[Console, Depends(console_of)]
DecisionSetPath = Annotated[DecisionSetId, Path(alias="id", pattern=UUID, description="A decision set's id.")]


def _given(value: object) -> object:
    """`?status=` says nothing about the status."""
    return None if value == "" else value


Blank = BeforeValidator(_given)
CursorQuery = Annotated[
    Annotated[str, Field(max_length=200)] | None, Blank, Query(description="`next` of the page before.")
]
LimitQuery = Annotated[
    Annotated[int, Field(ge=1)] | None, Blank, Query(description="Items in one answer, 500 at most.")
]


def caller_of(request: Request) -> Caller:
    """Raises Unauthenticated; the middleware has refused such a request before it comes here."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise Unauthenticated()
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]


async def connection(console: ConsoleDep) -> AsyncIterator[Connection]:
    async with console.pool.connection() as conn:
        yield conn


# Given back before the response is sent: a slow client must not hold a connection.
ConnectionDep = Annotated[Connection, Depends(connection, scope="function")]


def form_key(request: Request, caller: Caller, key: str | None) -> CommandKey | None:
    """The idempotency key of a form, which travels in a field of its own."""
    if not key:
        return None
    return CommandKey(principal=caller.name, path=request.url.path, key=key, body=request.state.body_sha256)


def command_key(
    request: Request,
    caller: CallerDep,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=KEY,
            description="The same key and body give the first answer again.",
        ),
    ] = None,
) -> CommandKey | None:
    return form_key(request, caller, key)


KeyDep = Annotated[CommandKey | None, Depends(command_key)]
