"""Terse lists of facts: "serve a ranker, 300 req/s, p95 80 ms, EU, $4k", where an item alone says what it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from providers.rulebook.reading.patterns import joined, phrases, says
from providers.rulebook.reading.text import Span, Text

_SEPARATOR = re.compile(r",(?=\s)|[;:](?=\s|$)|[.!](?=\s|$)|\s[/|](?=\s)|\n+|\s-+(?=\s)|[()]")
RATE = phrases(
    joined(
        r"""\d[\d.,]*\s?k?\s?(?:[rqt]ps|fps|(?:[a-z]+ ?)?(?:/ ?(?:s|sec|second|min|minute)|(?:an?|per) (?:second|
            minute|sec|min)))|(?:half|quarter|one|two|five|ten) (?:of )?(?:an? )?[a-z]+ (?:per|a) second|rps|qps"""
    )
)
_MEASURE = phrases(
    joined(
        r"""p ?\d\d|\d[\d.,]*\s?(?:m?s|msecs?|secs?|seconds?|milliseconds?)|99(?:\.\d+)?%?|\d[\d.,]*\s?[gmt]b|
            \d[\d.]*\s?[bm] (?:params?|parameters|model)"""
    )
)
_MEANS = phrases(
    joined(
        r"""aws|gcp|azure|google cloud|on-?prem\w*|(?:no|any|which) cloud|(?:us|eu|ap|me|af|sa|ca|europe|
        asia)-[a-z]+-?\d|
            spot(?: (?:ok\w*|yes|no|is|fine))?|preemptible|gpus?|cpu|[ahtlv]\d{1,3}s?|kubernetes|airflow|
            dagster|spark|onnx|triton|pytorch|tensorflow|vllm|xgboost|lightgbm|sklearn|tflite|offline|no (?:internet|
            pii)|pii|phi|hipaa|gdpr|pci(?:-dss)?|soc ?2|personal data"""
    )
)
_PLACE_OR_TIME = phrases(r"eu|usa?|uk|europe|germany|\d[\d.,]*\s?(?:h|hrs?|hours?|min|minutes?)|nightly|daily|weekly")
_CLOSING = phrases(r"thanks|thank you|thx|regards|best|cheers|sincerely|yours|greetings|signed|sent from|danke|grüße")
"""Begins what is no part of the list: who wrote it, and from where."""
_SMALL = (
    r"(?:(?:about|around|roughly|approx|circa|ca|some|max|maximum|min|at most|up to|under|below|within|less "
    r"than|like|for|at|in|only|just|total|or so|or less|tops|or faster|please|it'?s|we have|we've got|"
    r"takes|should take|ideally|preferably|near|region|both|all|also|and)\b|[<>=~≤\W])*"
)
_AROUND = re.compile(_SMALL)
_BRIEF = 8
"""Words of an item in a list; a longer one is a sentence, and may only lead the list."""
_FARTHEST = 12
"""Items to either side that still belong to the list."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The items around one; `lead` is the longer one that the list follows, if there is one."""

    item: Span
    others: tuple[Span, ...]
    label: str
    """What stands in front of the item's colon."""


def listing(text: Text, start: int) -> Listing:
    spans = _spans(text.working)
    position = max(0, bisect_right(spans, start, key=lambda span: span.start) - 1)
    others: list[Span] = []
    for step in (-1, 1):
        index = position + step
        while 0 <= index < len(spans) and abs(index - position) <= _FARTHEST:
            words = text.slice(spans[index])
            if says(_CLOSING, words):
                if step < 0:
                    others = []
                break
            others.append(spans[index])
            if len(words.split()) > _BRIEF:
                break
            index += step
    item = spans[position]
    labelled = position > 0 and text.working[item.start - 1 : item.start] == ":"
    return Listing(item, tuple(others), text.slice(spans[position - 1]) if labelled else "")


def alone(text: Text, start: int, end: int) -> bool:
    """Whether its item says nothing besides `start:end`; what stands in brackets or in a table is of something else."""
    item = listing(text, start).item
    border = text.working[max(0, item.start - 1) : item.start]
    if border == "(" or (border == "|" and "\n|" in text.working):
        return False
    before, after = text.working[item.start : start], text.working[end : max(item.end, end)]
    return _AROUND.fullmatch(before) is not None and _AROUND.fullmatch(after) is not None


def words(text: Text, start: int) -> str:
    """Of the other items."""
    return " , ".join(text.slice(span) for span in listing(text, start).others)


def neighbours(text: Text, start: int) -> list[str]:
    """The item before and the one behind."""
    place = listing(text, start)
    before = [span for span in place.others if span.end <= place.item.start]
    behind = [span for span in place.others if span.start >= place.item.end]
    return [text.slice(span) for span in (*before[:1], *behind[:1])]


def facts(text: Text, start: int) -> int:
    """How many other items of the list are facts; none where not one of them speaks of a load or of machines."""
    others = [text.slice(span) for span in listing(text, start).others]
    sure = sum(says(RATE, item) or says(_MEASURE, item) or says(_MEANS, item) for item in others)
    return sure and sure + sum(
        says(_PLACE_OR_TIME, item) and not (says(RATE, item) or says(_MEASURE, item) or says(_MEANS, item))
        for item in others
    )


def rated(text: Text, start: int) -> bool:
    """Whether another item is a rate."""
    return any(says(RATE, text.slice(span)) for span in listing(text, start).others)


@lru_cache(maxsize=8)
def _spans(working: str) -> list[Span]:
    """The items; each ends in front of its separator."""
    spans: list[Span] = []
    start = 0
    for match in _SEPARATOR.finditer(working):
        if working[start : match.start()].strip():
            spans.append(Span(start, match.start()))
        start = match.end()
    if working[start:].strip() or not spans:
        spans.append(Span(start, len(working)))
    return spans
