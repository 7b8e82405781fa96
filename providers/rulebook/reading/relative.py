"""Wishes measured by something else: "half of that", "twice as fast". They need a figure, and so become a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.text import Text
from storage.records.constraints import FieldName

_WISHES: dict[FieldName, tuple[re.Pattern[str], str]] = {
    "latency_p95_ms": (
        re.compile(
            r"\b(?:twice as fast|(?:half|halve|halving) (?:the |that |our |its )?(?:latency|response times?|p ?95)|"
            r"\d+ ?(?:%|percent|x|times) faster|doppelt so schnell|halb so (?:lang|langsam))\b"
        ),
        "in milliseconds",
    ),
    "throughput_rps": (
        re.compile(
            r"\b(?:double|twice|triple|\d+ ?x|\d+ times|das doppelte) (?:of )?(?:the |that |our |"
            r"today's )?(?:traffic|load|"
            r"throughput|requests|rate|volume|last)\b"
        ),
        "in requests a second",
    ),
    "monthly_budget_usd": (
        re.compile(
            r"\b(?:(?:half|halve|halving|cut) (?:of )?(?:the |that |our |this )?(?:budget|money|price|costs?|bill|"
            r"spend\w*)|"
            r"half (?:of )?(?:that|it|what we (?:pay|spend))|\d+ ?(?:%|percent) (?:cheaper|less)|halb so (?:viel|"
            r"teuer)|"
            r"die hälfte)\b"
        ),
        "in dollars a month",
    ),
    "deadline_hours": (
        re.compile(r"\b(?:half|halve|halving) (?:the |that |its )?(?:run ?time|training time|duration|time)\b"),
        "in hours",
    ),
}


def relatives(text: Text, candidates: list[Candidate]) -> Iterator[Doubt]:
    """Only where the text has a figure of today to measure by, and none that is asked for."""
    for field, (wish, unit) in _WISHES.items():
        figures = [item for item in candidates if item.field == field]
        if not figures or not all(item.today for item in figures):
            continue
        match = wish.search(text.working, min(item.end for item in figures))
        if match is not None and not context.someone_elses(text, match.start()):
            reason = f'"{match.group()}" is measured by something else: name the figure itself, {unit}.'
            yield Doubt(field, *match.span(), reason)
