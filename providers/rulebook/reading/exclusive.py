"""One cloud alone and another one as well: "only on premises, but it must be in AWS". A person has to say which."""

from __future__ import annotations

import re
from itertools import permutations

from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.context import corrected_between
from providers.rulebook.reading.text import Text

_ALONE = (
    r"only|exclusively|solely|strictly|purely|nothing but|nowhere (?:else )?but|nur|ausschließlich|(?:must|may|shall)"
    r" never leave"
)
_ALONE_BEFORE = re.compile(
    rf"\b(?:{_ALONE})\s(?:(?:ever )?(?:runs?|be|allowed|hosted|deployed|stay|laufen)\s)?"
    r"(?:(?:on|in|at|within|auf|bei|im)\s)?(?:the |our )?$"
)
_ALONE_BEHIND = re.compile(rf"[- ](?:{_ALONE}|and nowhere else)\b(?! (?:for|on|if|when|until|für)\b)")
_DEMANDED = re.compile(
    r"\b(?:must|has to|have to|needs? to|shall|deploy(?:ed)?|runs?|hosted|be|muss|soll(?:en)?)\b"
    r"(?: (?:also|be|run|live|stay|hosted|deployed|it|this|everything)){0,3}(?: (?:on|in|to|at|within|from|auf|bei|im))"
    r"(?: (?:the|our))?\s$"
)
_PARTED = re.compile(
    r"\b(?:for|train\w*|serv(?:e|es|ed|ing)|infer\w*|stag\w+|dev|development|test\w*|prod\w*|data|logs?|backups?|"
    r"weights|first|later|then|until|from|today|now|currently|burst\w*|fail\w*|migrat\w+|mov(?:e|es|ing)|or|either|"
    r"unless|while|respectively|oder|dann|daten)\b"
)
"""What tells the two apart: another part of the work, another time, or a choice."""
_AROUND = 25


def exclusive(text: Text, candidates: list[Candidate]) -> tuple[Candidate, Candidate] | None:
    """(the cloud that alone may be used, the other that is demanded)."""
    named = [item for item in candidates if item.rule == "cloud"]
    for alone, other in permutations(named, 2):
        if alone.value != other.value and _alone(text, alone) and _DEMANDED.search(_before(text, other)):
            first, last = sorted((alone, other), key=lambda item: item.start)
            words = text.working[max(0, first.start - _AROUND) : last.end + _AROUND]
            if not (_PARTED.search(words) or corrected_between(text, first.end, last.start + 1)):
                return alone, other
    return None


def _alone(text: Text, item: Candidate) -> bool:
    return (
        _ALONE_BEFORE.search(_before(text, item)) is not None or _ALONE_BEHIND.match(text.working, item.end) is not None
    )


def _before(text: Text, item: Candidate) -> str:
    return text.working[max(text.sentence(item.start).start, item.start - 60) : item.start]
