"""How a command's answer leaves, and what the others look like in the API's description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from storage.postgres import UnitOfWork
from web.commands.once import CommandKey, once
from web.console import Console


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `errors` names the fields at fault."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: Annotated[list[FieldProblem], Field(default_factory=list)]


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer instead."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "Refused", "content": content} for status in sorted({401, 422, 503, *statuses})}


async def done(
    console: Console,
    key: CommandKey | None,
    perform: Callable[[UnitOfWork], Awaitable[BaseModel]],
    *,
    status: int = 202,
) -> JSONResponse:
    """Performs a command once. A 202 means that it is on disk."""
    answer = await once(console.pool, key, status, perform)
    return JSONResponse(answer.body, answer.status)
