"""Forms of the pages: read, performed once, answered with a fragment or with a redirect."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from storage.postgres import UnitOfWork
from storage.records.errors import MalformedJson
from web.commands.once import CommandKey, once
from web.console import Console
from web.deps import CallerDep, form_key
from web.views.decision_set import Loaded


@dataclass(frozen=True, slots=True)
class Submitted:
    fields: FormData
    key: CommandKey | None

    def text(self, name: str) -> str:
        """The field's first value; empty when it is missing or a file."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        return [value for value in self.fields.getlist(name) if isinstance(value, str)]


class NotAForm(MalformedJson):
    """The request is not a form."""

    code = "malformed-form"


async def submitted(request: Request, caller: CallerDep) -> Submitted:
    """Raises NotAForm. The body is part of the key: the same form sent twice is one request, an edited one another."""
    content = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content not in ("", "application/x-www-form-urlencoded", "multipart/form-data"):
        raise NotAForm()
    fields = await request.form(max_files=0)
    given = fields.get("idempotency_key")
    key = f"{given}:{request.state.body_sha256[:16]}" if isinstance(given, str) and 0 < len(given) <= 100 else None
    return Submitted(fields, form_key(request, caller, key))


FormDep = Annotated[Submitted, Depends(submitted)]


def fresh_key() -> str:
    """For a form's hidden field."""
    return secrets.token_urlsafe(12)


async def perform(
    console: Console, form: Submitted, command: Callable[[UnitOfWork], Awaitable[BaseModel]]
) -> dict[str, object]:
    """What the command answered, as JSON. Raises DomainError."""
    return (await once(console.pool, form.key, 202, command)).body


def go_to(request: Request, address: str) -> Response:
    """Another page, by htmx or by the browser itself."""
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def as_of(loaded: Loaded) -> dict[str, str]:
    """Tells the page which event an answer has seen; its stream may be further by then."""
    return {"X-Seq": str(loaded.events[-1].seq if loaded.events else 0)}
