"""What may stand in a model's words that people are shown."""

from __future__ import annotations

import re
import unicodedata

_MARKUP = re.compile(r"https?:|www\.|[<>\[\]`*#|]")


def plain(text: str) -> str:
    """The text itself. Raises ValueError for markup, links, and characters that cannot be seen."""
    if found := _MARKUP.search(text):
        raise ValueError(f"plain text only, without {found.group()!r}")
    if hidden := next((item for item in text if _hidden(item)), None):
        raise ValueError(f"plain text only, without U+{ord(hidden):04X}")
    return text


def line(text: str) -> str:
    """Plain, on one line. Raises ValueError as `plain` does, and for blanks alone."""
    words = " ".join(plain(text).split())
    if not words:
        raise ValueError("say it in words")
    return words


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and not character.isspace()
