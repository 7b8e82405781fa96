"""Which percentile a latency is said of, and several of them in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, items, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.patterns import phrases
from providers.rulebook.reading.spans import last
from providers.rulebook.reading.text import Span, Text
from providers.rulebook.reading.units import DURATION, factor, rounded, unit_of

_PERCENTILE = r"(?:th|\.)?[- ]?(?:%-?ile|percentile|perzentil)"
_P95 = re.compile(rf"\bp ?\(?95\b|\b95(?:{_PERCENTILE}|th\b)")
_OTHER_PERCENTILE = re.compile(
    rf"\bp ?(?:50|75|80|90|98|99)(?:\.?9+)?\b|\b(?:50|75|80|90|98|99(?:\.9+)?)(?:{_PERCENTILE}|th\b)"
    r"|\b(?:median|mean|average|avg|durchschnitt\w*|mittel)\b"
)
_NEAR_95 = re.compile(rf"p ?(?:90|98|99)(?:\.?9+)?|(?:90|98|99(?:\.9+)?)(?:{_PERCENTILE}|th)")
_NEAR_SHARE = re.compile(
    r"\b(?:90|98|99(?:\.\d+)?) ?(?:%|percent|prozent) (?:of|der|aller) (?:all |the )?(?:requests?|calls|queries|"
    r"answers|responses|predictions|"
    r"anfragen)\b[^.;,\n\d]{0,30}$"
)
_NEAR_AFTER = re.compile(
    r"\s?\(?(?:at |for |in |@ ?)?(?:the )?(?:p ?(?:90|98|99)(?:\.?9+)?|(?:90|98|99(?:\.9+)?)(?:th\b| ?%-?ile))"
    r"(?!\s?[=:<]|\s(?:of |under |at |is )?\d)"
)
_RANK = re.compile(r"\d\d(?:\.\d+)?")
_SHARE = re.compile(r"\b95 ?(?:%|percent|prozent) (?:(?:of|der|aller) )?[^.;,]{0,40}$")
_OTHER_SHARE = re.compile(
    r"\b(?:50|80|90|98|99(?:\.\d+)?) ?(?:%|percent|prozent) (?:(?:of|der|aller) )?[^.;,\n]{0,40}$"
)
P95_AFTER = re.compile(
    r"\s?\(?(?:end[- ]to[- ]end |e2e |in total |overall |total )?(?:(?:at|for|in|on|als|"
    r"bei)(?: the)? )?(?:p ?\(?95\b|95(?:th|\.)|"
    r"95 ?(?:%|percent|prozent)(?: (?:of|der|"
    r"aller)\b|(?=\s?(?:$|[.,;)]| and| und))))(?!\s?[=:<]|\s(?:of |under |at |is )?\d)"
)
OTHER_AFTER = re.compile(
    r"\s(?:for|in|at) (?:50|75|80|90|98|99(?:\.\d+)?) ?(?:%|percent|prozent)|"
    r"[\s,]{0,2}\(?(?:at )?(?:the )?(?:p ?(?:50|90|99)\b|(?:50|90|99)th|median|average|avg)|"
    r"[^.;,\d]{0,25}\bon average\b"
)
_TIME_SAID = re.compile(r"\d ?(?:m?s|m?secs?|seconds?|milliseconds?|minutes?|min)\b(?! ?[/,]| or| to| -)")
"""Between "p95" and a time, another time that it belongs to."""
_PERCENTILES = re.compile(
    r"\b(?P<names>p ?\d\d(?:\.\d)?(?:(?:\s?[/,&]\s?|,? (?:and|und) )p ?\d\d(?:\.\d)?){1,3})\b[^\d.;\n]{0,30}"
)
_FIGURE = re.compile(r"(?:\s?[/,&]\s?|,? (?:and|und) )?(?P<number>\d+(?:\.\d+)?)(?=[\s/,&]|m?s)(?: ?m?s(?=[/ &]))?")
LENGTH_OF = phrases(
    r"clips?|chunks?|segments?|snippets?|recordings?|timeouts?|cold[- ]?starts?|start-?up|interval|ttl|cache\w*|every|"
    r"results?|benchmarks?|measure[ds]?|observed|current|gap|actual|was|were|took|had|ran|currently|today|now"
)
"""In a list, what a time alone may be the length of, or who measured it."""
UNITS = {"microsecond", "millisecond", "second", "minute"}


def percentiles(text: Text) -> Iterator[Candidate]:
    """ "p50/p95/p99 of 20/60/200 ms": each figure belongs to the percentile at its place."""
    for match in _PERCENTILES.finditer(text.working):
        names = re.findall(r"p ?([\d.]+)", match["names"])
        figures: list[float] = []
        end = match.end()
        last_end = end
        while len(figures) < len(names) and (figure := _FIGURE.match(text.working, end)) is not None:
            figures.append(float(figure["number"]))
            last_end, end = figure.end("number"), figure.end()
        unit = DURATION.match(text.working, last_end)
        if "95" not in names or len(figures) < len(names) or unit is None or unit_of(unit) not in UNITS:
            continue
        span = match.start(), unit.end()
        value = figures[names.index("95")] * factor(unit_of(unit), "millisecond")
        if value > 0 and context.claimed(text, *span) and not tense.present_state(text, *span):
            yield Candidate("latency_p95_ms", rounded(value), *span, "percentiles", 4)


def names_p95(before: str) -> bool:
    """Of the percentiles named in front of an amount, the nearest is the 95th."""
    if _SHARE.search(before):
        return True
    ours, others = last(_P95, before), last(_OTHER_PERCENTILE, before)
    if ours is None or _TIME_SAID.search(before, ours.end()) is not None:
        return False
    return others is None or ours.start() > others.start()


def names_another(before: str) -> bool:
    return last(_OTHER_PERCENTILE, before) is not None or _OTHER_SHARE.search(before) is not None


def other_percentile(text: Text, before: str, start: int, end: int, *, bounded: bool) -> tuple[str, Span] | None:
    """Of which percentile but the 95th a bound is said, such as p99 or p90, and all that says so."""
    named, behind = last(_OTHER_PERCENTILE, before), _NEAR_AFTER.match(text.working, end)
    offset = start - len(before)
    if named is not None and _TIME_SAID.search(before, named.end()) is None:
        if behind is not None or _NEAR_95.fullmatch(named.group()) is None:
            return None
        place, words = Span(offset + named.start(), end), named.group()
    elif behind is not None:
        place, words = Span(start, behind.end()), behind.group()
    elif (share := _NEAR_SHARE.search(before)) is not None:
        place, words = Span(offset + share.start(), end), share.group()
    else:
        return None
    if _P95.search(text.working) is not None or _is_gauged(text, start):
        return None
    alone = items.alone(text, start if named is None else place.start, place.end)
    rank = _RANK.search(words)
    if rank is None or not (bounded or (alone and items.facts(text, start) >= 2)):
        return None
    return f"p{rank[0]}", place


def _is_gauged(text: Text, start: int) -> bool:
    """What a list says was measured, not asked for."""
    place = items.listing(text, start)
    return LENGTH_OF.search(f"{place.label} {text.slice(place.item)}") is not None
