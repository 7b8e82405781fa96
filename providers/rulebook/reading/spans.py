"""Finds where a statement begins: the words in front of an amount belong to its evidence."""

from __future__ import annotations

import re

from providers.rulebook.reading.patterns import BOUND, LEAD
from providers.rulebook.reading.text import Text

_BOUNDS = re.compile(rf"(?:(?:\b|(?<=\s))(?:{BOUND})\s*(?:of )?|[€$£~]\s?)+$")


def last(pattern: re.Pattern[str], words: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(words):
        found = match
    return found


def stated_from(text: Text, noun: re.Pattern[str] | None, start: int) -> int:
    """The start of the evidence of an amount at `start`: at its noun when only small words lie between, else at its
    bound ("at most", "under"), else at the amount itself."""
    sentence = text.sentence(start)
    before = text.working[sentence.start : start]
    if noun is not None and (match := last(noun, before[-80:])) is not None:
        offset = max(0, len(before) - 80)
        if LEAD.fullmatch(before, offset + match.end()) is not None:
            return sentence.start + offset + match.start()
    bound = _BOUNDS.search(before)
    if bound is None:
        return start
    words = bound.group()
    return sentence.start + bound.start() + len(words) - len(words.lstrip(" :=,"))
