"""Forms of the pages: read, performed once, answered with a fragment or with a redirect."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.exceptions import HTTPException

from storage.postgres import UnitOfWork
from storage.records.errors import NotText
from web.commands.once import CommandKey, once
from web.console import Console
from web.deps import CallerDep, form_key
from web.errors import NotAForm
from web.views.decision_set import Loaded

MOST_FIELDS = 1000
_TOO_MANY = f"A form has at most {MOST_FIELDS} fields."
_KEY = re.compile(r"[!-~]{1,100}")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What a database keeps no text with: NUL, and what stands for a byte that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """`fields` can be shown again; `unreadable` is about the first that held more than text, where any did."""

    fields: ImmutableMultiDict[str, str]
    unreadable: NotText | None
    key: CommandKey | None

    def text(self, name: str) -> str:
        """The field's last value; empty when it is missing."""
        return self.fields.get(name, "")

    def texts(self, name: str) -> list[str]:
        return self.fields.getlist(name)


async def submitted(request: Request, caller: CallerDep) -> Submitted:
    """Raises NotAForm. The body is part of the key: the same form sent twice is one request, an edited one another."""
    given = await _fields(request)
    unreadable = next((_refusal(name, value) for name, value in given if _holds_more(name, value)), None)
    fields = ImmutableMultiDict([(_readable(name), _readable(value)) for name, value in given])
    key = fields.get("idempotency_key", "")
    key = f"{key}:{request.state.body_sha256[:16]}" if _KEY.fullmatch(key) else None
    return Submitted(fields, unreadable, form_key(request, caller, key))


async def _fields(request: Request) -> list[tuple[str, str | UploadFile]]:
    """In order. A byte that is not UTF-8 becomes half of a surrogate pair, as Python's surrogateescape has it."""
    content = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content == "multipart/form-data":
        return await _parts(request)
    if content not in ("", "application/x-www-form-urlencoded"):
        raise NotAForm("This address takes a form. Programs use those below /api.")
    body = (await request.body()).decode(errors="surrogateescape")
    try:
        return [*parse_qsl(body, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)]
    except ValueError as error:
        raise NotAForm(_TOO_MANY) from error


async def _parts(request: Request) -> list[tuple[str, str | UploadFile]]:
    try:
        async with request.form(max_files=MOST_FIELDS, max_fields=MOST_FIELDS) as given:
            return given.multi_items()
    except HTTPException as error:
        raise NotAForm(_TOO_MANY if error.detail.startswith("Too many") else None) from error


def _holds_more(name: str, value: str | UploadFile) -> bool:
    return not isinstance(value, str) or _NO_TEXT.search(name + value) is not None


def _refusal(name: str, value: str | UploadFile) -> NotText:
    """A file is never read: its bytes have no field that they belong in."""
    detail = None if isinstance(value, str) else "This is a file, and words are expected here. Paste its text."
    return NotText(detail, field=_readable(name))


def _readable(value: str | UploadFile) -> str:
    return _NO_TEXT.sub("\ufffd", value) if isinstance(value, str) else ""


FormDep = Annotated[Submitted, Depends(submitted)]


def fresh_key() -> str:
    """For a form's hidden field."""
    return secrets.token_urlsafe(12)


async def perform(
    console: Console, form: Submitted, command: Callable[[UnitOfWork], Awaitable[BaseModel]]
) -> dict[str, object]:
    """What the command answered, as JSON. Raises DomainError; NotText of the first field that holds more than text."""
    if form.unreadable:
        raise form.unreadable
    return (await once(console.pool, form.key, 202, command)).body


def go_to(request: Request, address: str) -> Response:
    """Another page, by htmx or by the browser itself."""
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def as_of(loaded: Loaded) -> dict[str, str]:
    """Tells the page which event an answer has seen; its stream may be further by then."""
    return {"X-Seq": str(loaded.events[-1].seq if loaded.events else 0)}
