"""Says what a plan does with how often a job runs, since no field of the constraints holds it."""

from __future__ import annotations

from collections.abc import Iterable

from providers.rulebook.reading.repeats import repeats
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintSchema


def other_runs(texts: Iterable[str], known: ConstraintSchema) -> str:
    """The last word on it, where the plan will be priced for another number of runs; else empty."""
    said = [(text[item.start : item.end], item.runs_a_month) for text in texts for item in repeats(text)]
    if not said or known.values.workload_type is None:
        return ""
    words, runs = said[-1]
    priced = workload_of(known.values).runs_a_month
    if not priced or runs == priced:
        return ""
    count = "1 run" if priced == 1 else f"{priced} runs"
    return (
        f"“{words}”: how often a job runs is none of the constraints. The plan is priced for {count} a month and says"
        f" what one run costs; at {runs:,.3g} a month it is that many times as much."
    )
