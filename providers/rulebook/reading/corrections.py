"""A correction that leaves out what it corrects: "sorry, make that 100 ms", "no wait, 5k"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, factor, rounded, unit_of
from storage.records.constraints import FieldName

_CUE = re.compile(
    rf"{context.CORRECTION.pattern}[\s,:-]*(?:(?:it|that|this|is|was|should be|to|be|rather|better|lieber|a|"
    rf"the|about|at most|under|max)\s+)*[$€£<~]?\s?$"
)
_TIMES: dict[FieldName, str] = {"latency_p95_ms": "millisecond", "deadline_hours": "hour"}
_COUNTS: frozenset[FieldName] = frozenset({"throughput_rps", "monthly_budget_usd", "max_replicas", "gpu_count"})


def corrections(text: Text, found: list[Amount], candidates: list[Candidate]) -> Iterator[Candidate]:
    for amount in found:
        before = text.working[max(0, amount.start - 60) : amount.start]
        cue = _CUE.search(before)
        if cue is None or amount.high <= 0 or any(item.start <= amount.start < item.end for item in candidates):
            continue
        unit = DURATION.match(text.working, amount.end)
        wanted = _TIMES.keys() if unit is not None else _COUNTS
        earlier = [item for item in candidates if item.field in wanted and item.end <= amount.start]
        if not earlier:
            continue
        corrected = max(earlier, key=lambda item: item.start)
        start = amount.start - len(cue.group())
        if unit is not None:
            value = rounded(amount.high * factor(unit_of(unit), _TIMES[corrected.field]))
            yield Candidate(corrected.field, value, start, unit.end(), "correction", 9)
        elif re.match(r"\s?(?:[.!,;)]|$|please|then|instead|a month|per month)", text.working[amount.end :]):
            whole = corrected.field in {"max_replicas", "gpu_count"}
            yield Candidate(
                corrected.field, int(amount.count) if whole else amount.count, start, amount.end, "correction", 9
            )
