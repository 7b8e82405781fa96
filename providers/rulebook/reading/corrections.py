"""An amount that leaves out its noun or unit and leans on the one before: "sorry, make that 100", "we'd like 250"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.exchange import SIGNS
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import joined
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, factor, rounded, unit_of
from storage.records.constraints import FieldName

_SMALL = joined(
    r"""(?:(?:it|that|this|is|was|should be|would be|to be|to|be|rather|better|lieber|a|the|about|around|at most|at|
        in|within|
        of|
        under|below|unter|auf|max|get|go|have|see|down|take|than|less|<|~|:)\s+)*[$€£<~]?\s?$"""
)
_CORRECTED = re.compile(rf"{context.CORRECTION.pattern}[\s,:-]*{_SMALL}")
_CORRECTED_TOO = re.compile(
    rf"{context.CORRECTION.pattern}[\s,:-]*(?:(?:it|to|at|about|only|rather|the|under|<|~)\s+)*[$€£]?\d[\d.,]*"
    r"(?: ?(?!and\b|und\b)[a-z/%€$£]+){0,3}(?:,? (?:and|und|at|with|bei|mit) |, |/)(?:(?:a|p95|about|under|of|"
    r"at|to|<|~)\s+)*[$€£]?$"
)
"""Behind the first of several figures that are corrected together: "make that 40 rps and 120 ms"."""
_WISHED = re.compile(
    joined(
        r"""\b(?:we'd like|i'd like|would like|like|want|wants|need|needs|needed|should(?: be| take)?|
            must(?: be| take)?|
            has to|have to|target|goal|aim(?:ing)? (?:for|at)|hop(?:e|ing) for|expect|expected|bring|brought|get|
            grow\w*|
            down|up|brauchen|wollen|möchten|gewünscht (?:sind|ist)|soll\w*|ziel)\s+"""
    )
    + _SMALL
)
_PLANNED = re.compile(
    r"\b(?:assume|plan (?:for|with)|reckon with|(?:size|design|provision|build) (?:it |this )?for|rechnen mit|"
    r"auslegen auf)\s+" + _SMALL
)
_PEAKING = re.compile(r"\b(?:peaks?|peaking|bursts?|spikes?|spitzen?|in der spitze|up to|bis zu)\s+" + _SMALL)
_AT_PEAK = re.compile(
    r"\s(?:at|in|during|on) (?:the )?(?:peaks?|peak hours|busy days)\b|\s(?:in der spitze|"
    r"zu spitzenzeiten)"
)
_ENDS = re.compile(
    r"(?:\s?[€$£])?\s?(?:runter|herunter|hinunter|schaffen|können|[.!?,;)]|$|please|then|this (?:year|quarter|"
    r"summer|winter)|next (?:year|quarter)|soon|by then|instead|"
    r"to be|as|today|now|tops|max|would|is|wäre|reicht|at peak|in the|during|"
    r"by|bis|"
    r"a month|"
    r"per month|concurrently)"
)
_MEASURED: frozenset[FieldName] = frozenset(
    {"latency_p95_ms", "throughput_rps", "monthly_budget_usd", "deadline_hours"}
)
_COUNTED: frozenset[FieldName] = frozenset({"max_replicas", "gpu_count"})
_TIMES: dict[FieldName, str] = {"latency_p95_ms": "millisecond", "deadline_hours": "hour"}
FARTHEST = 160
"""Code points between the starts of an amount and of what it leans on."""
MOST = 12
"""Readings in front of an amount that are looked at."""


def corrections(text: Text, found: list[Amount], candidates: list[Candidate]) -> Iterator[Candidate]:
    taken = sorted(candidates, key=lambda item: item.start)
    for amount in found:
        near = taken[
            bisect_left(taken, amount.start - FARTHEST, key=_start) : bisect_right(taken, amount.start, key=_start)
        ]
        earlier = [item for item in near[-MOST:] if item.end <= amount.start]
        covered = any(item.end > amount.start and not item.today for item in near[-MOST:])
        if not earlier or amount.high <= 0 or covered:
            continue
        before = text.working[max(earlier[-1].end, amount.start - 60) : amount.start]
        corrected_too = _CORRECTED_TOO.search(text.working, max(0, amount.start - 60), amount.start)
        if corrected_too is not None:
            leant = [item for item in earlier if item.end <= corrected_too.start() and item.field in _TIMES]
            yield from _continued(text, amount, leant, "correction", 9)
        elif _CORRECTED.search(before):
            leant = [item for item in earlier if item.field in _MEASURED | _COUNTED]
            yield from _continued(text, amount, leant, "correction", 9)
        elif _PLANNED.search(before):
            yield from _continued(text, amount, [item for item in earlier if item.field in _MEASURED], "plan", 6)
        elif _WISHED.search(before):
            yield from _continued(text, amount, [item for item in earlier if item.today or item.rank == 0], "wish", 6)
        elif _PEAKING.search(before) or _AT_PEAK.match(text.working, amount.end):
            rates = [item for item in earlier if item.field == "throughput_rps"]
            yield from _continued(text, amount, rates, "peak", 4)


def _start(item: Candidate) -> int:
    return item.start


def _continued(text: Text, amount: Amount, earlier: list[Candidate], rule: str, rank: int) -> Iterator[Candidate]:
    """In the unit that is said, else in that of the nearest of `earlier`."""
    unit = DURATION.match(text.working, amount.end)
    if unit is not None:
        timed = [item for item in earlier if item.field in _TIMES]
        if timed:
            value = rounded(amount.high * factor(unit_of(unit), _TIMES[timed[-1].field]))
            yield Candidate(timed[-1].field, value, amount.start, unit.end(), rule, rank)
        return
    if not earlier or _ENDS.match(text.working, amount.end) is None:
        return
    last = earlier[-1]
    money = text.working[max(0, amount.start - 1) : amount.start] in SIGNS
    if money and last.field != "monthly_budget_usd":
        return
    if last.field in _COUNTED:
        yield replace(last, value=int(amount.count), start=amount.start, end=amount.end, rule=rule, rank=rank)
    else:
        value = rounded(amount.count * last.scale)
        start = amount.start - 1 if money else amount.start
        yield Candidate(last.field, value, start, amount.end, rule, rank, last.scale)
