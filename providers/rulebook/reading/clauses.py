"""The words around a place in a text: its sentence, its clause, and what of the clause is about it."""

from __future__ import annotations

import re

from providers.rulebook.reading.text import Span, Text

_NEXT = re.compile(r"\b(?:and(?! (?:an?|the) )|und(?! (?:eine?|die|der|das) )|then|dann)\b")
"""Joins a second statement; with an article behind it, only a second noun of the same one."""
_CONTRAST = re.compile(r"\b(?:but|however|though|today|for now|currently|aber|jedoch)\b")
_CONDITION = re.compile(r"\b(?:if|suppose|imagine|what if|falls|unless)\b")
_MODAL = re.compile(r"\b(?:would|could|might|may|should|würden?|könnten?)\b|'d\b")
_IF = re.compile(r"\b(?:if|in case|falls|wenn)\b")


def clause(text: Text, start: int, end: int) -> str:
    return text.slice(text.clause(start, end))


def outside(text: Text, start: int) -> str:
    """The clause in front of the brackets that `start` is the first clause of; nothing where there are none."""
    inside = text.clause(start, start + 1)
    if text.working[max(0, inside.start - 1) : inside.start] != "(":
        return ""
    return clause(text, inside.start - 1, inside.start)


def segment(text: Text, start: int, end: int) -> str:
    """The clause without what an "and" joins to it that is about another amount: "we pay $9k and want $6k"."""
    span = text.clause(start, end)
    before = _NEXT.split(text.working[span.start : start])
    first = len(before) - 1
    while first > 0 and not any(letter.isdigit() for letter in before[first - 1]):
        first -= 1
    return " and ".join(before[first:]) + _NEXT.split(text.working[start : span.end], maxsplit=1)[0]


def sentence(text: Text, start: int) -> str:
    return text.slice(text.sentence(start))


def up_to_comma(text: Text, start: int) -> str:
    """The clause of `start`; an "if" in front of it rules it, too, unless a "but" stands between."""
    span = text.sentence(start)
    part = text.clause(start, start + 1)
    before = _CONTRAST.split(text.working[span.start : part.start])[-1]
    return (before[-80:] if _CONDITION.search(before) else "") + _without_condition(text, part, start)


def _without_condition(text: Text, part: Span, start: int) -> str:
    """A condition behind a plain statement leaves it one: "alert in Grafana if it is late"."""
    before, after = text.working[part.start : start], text.working[start : part.end]
    return before + (after if _MODAL.search(before) else _IF.split(after, maxsplit=1)[0])
