"""What is refused whatever the body says, before the body is judged."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from storage import decision_sets
from storage.postgres import Connection
from storage.records.errors import MalformedJson, NotFound, NotText
from storage.records.ids import DecisionSetId
from web.commands.gates import check_gate
from web.commands.once import Caller
from web.console import console_of
from web.deps import GATE, UUID, caller_of
from web.json_body import JsonRequest, parsed

Check = Callable[[Connection, Caller, Request], Awaitable[None]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_CHECKS: dict[Callable[..., Any], Check] = {}


def refused_first(check: Check) -> Callable[[Endpoint], Endpoint]:
    """Names what a route is to check when its body is at fault; its command checks the same when it is not."""

    def noted(endpoint: Endpoint) -> Endpoint:
        _CHECKS[endpoint] = check
        return endpoint

    return noted


class CommandRoute(APIRoute):
    """FastAPI judges the body before a route's own code runs, and a caller who may not do a thing need not learn how it
    is worded. Asked only after the body was refused: a good one costs nothing, and meets its idempotency key first."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle, check = super().get_route_handler(), _CHECKS.get(self.endpoint)

        async def handle_in_order(request: Request) -> Response:
            request = JsonRequest(request.scope, request.receive)
            try:
                return await handle(request)
            except (RequestValidationError, HTTPException):
                if check is not None:
                    async with console_of(request).pool.connection() as conn:
                        await check(conn, caller_of(request), request)
                raise

        return handle_in_order


async def by_operator(conn: Connection, caller: Caller, request: Request) -> None:
    """Raises RoleForbids, NotFound."""
    caller.needs("operator")
    if "id" in request.path_params:
        await of_known(conn, caller, request)


async def of_known(conn: Connection, caller: Caller, request: Request) -> None:
    """Raises NotFound."""
    await decision_sets.read(conn, DecisionSetId(_named(request, "id", UUID)))


async def of_open_gate(conn: Connection, caller: Caller, request: Request) -> None:
    """Raises what `answer_gate` does, up to CapsuleMoved where the body names one."""
    try:
        body = parsed(await request.body())
    except (ValueError, MalformedJson, NotText):
        body = None
    capsule = body.get("capsule") if isinstance(body, dict) else None
    row = await decision_sets.summary(conn, DecisionSetId(_named(request, "id", UUID)))
    await check_gate(conn, caller, row, _named(request, "gate_id", GATE), capsule)


def _named(request: Request, parameter: str, pattern: str) -> str:
    """A part of the address, which nobody has looked at yet when the body does not even parse. Raises NotFound."""
    value = request.path_params[parameter]
    if not re.search(pattern, value):
        raise NotFound()
    return value
