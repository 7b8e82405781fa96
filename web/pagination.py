"""Lists end: a page of items, and an opaque cursor to the next one."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel

from storage.records.errors import Invalid
from web.deps import UUID

T = TypeVar("T")
IDS = re.compile(UUID)
NUMBERS = re.compile(r"[1-9][0-9]{0,17}")
SLUGS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LIMIT = 100
"""Items in one answer, unless asked otherwise."""
MOST = 500
"""Items in one answer, however many are asked for; `next` leads to the rest."""


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None


def size(limit: int | None) -> int:
    return min(limit or LIMIT, MOST)


def page(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """`found` holds one item more than `limit` when there is a next page; `key` is where that one starts."""
    items = list(found[:limit])
    return Page(items=items, next=cursor(key(items[-1])) if len(found) > limit else None)


def cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str | None, shape: re.Pattern[str]) -> str | None:
    """The key in a cursor. Raises Invalid for anything that is not one of ours: `shape` is what the keys of the list
    look like."""
    if not cursor:
        return None
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _not_ours() from error
    if not shape.fullmatch(key):
        raise _not_ours()
    return key


def number_of(cursor: str | None) -> int:
    """The same for a list that is kept by number; 0 without a cursor."""
    return int(key_of(cursor, NUMBERS) or 0)


def _not_ours() -> Invalid:
    return Invalid("Use the `next` of the page before as it is.", field="cursor")
