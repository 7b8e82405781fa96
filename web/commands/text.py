"""What a person typed, made safe to keep and to show, or refused in words."""

from __future__ import annotations

import re

from infra.visible import shows
from storage.records.errors import EmptyMessage, MessageTooLong, NotText

LONGEST = 20_000
"""Characters in one message."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BINARY_SHARE = 0.05


def checked_text(text: str, *, field: str = "message", empty_allowed: bool = False) -> str:
    """The text as it will be stored: line ends as \\n, control characters as U+FFFD so that offsets stay; empty
    where nothing shows. Raises EmptyMessage, MessageTooLong, or NotText when more than one character in twenty is a
    control character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        raise MessageTooLong(field=field)
    cleaned, replaced = _CONTROL.subn("\ufffd", text)
    if "\x00" in text or replaced > len(text) * _BINARY_SHARE:
        raise NotText(field=field)
    if shows(text):
        return cleaned
    if not empty_allowed:
        raise EmptyMessage(field=field)
    return ""


def title_of(text: str) -> str:
    """The first line's first 80 characters, cut at a word."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= 80:
        return line
    return line[:79].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"
