"""What the single rules propose, and how several proposals for one field are settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from providers.base import Finding, Held, Problem
from providers.rulebook.reading.context import corrected_between
from providers.rulebook.reading.text import Text
from storage.records.constraints import ConstraintValue, FieldName

_LISTS: frozenset[FieldName] = frozenset({"cloud", "regions", "compliance", "monitoring"})
_FREE_CHOICE: frozenset[FieldName] = frozenset(
    {"gpu_type", "gpu_count", "model_framework", "model_size_params", "orchestrator", "ci_cd", "data_residency"}
)
"""Two different answers of the same rank leave these open: the operator named a choice, not a constraint."""
_SENSITIVITY_ORDER = ("public", "internal", "pii", "financial", "phi")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal: `start` and `end` lie in the working copy. Among proposals for a field the highest `rank` wins."""

    field: FieldName
    value: ConstraintValue
    start: int
    end: int
    rule: str
    rank: int = 1
    scale: float = 1.0
    """What a bare number in the same unit is worth: 1000 for milliseconds behind "2 s"."""
    today: bool = False
    """It holds now and nobody asks for it: settles nothing, but a later wish may lean on it."""
    floor: bool = False
    """The least, of a field that holds the most: settles nothing, and contradicts what is less."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that state something impossible, or something else than the field holds."""

    field: FieldName
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What words that are no value of the field come to, and how."""

    field: FieldName
    value: float
    start: int
    end: int
    reason: str


def settle(text: Text, candidates: Iterable[Candidate]) -> list[Candidate]:
    by_field: dict[FieldName, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda item: (item.start, item.end)):
        if candidate.today or candidate.floor:
            continue
        by_field.setdefault(candidate.field, []).append(candidate)
    chosen = (
        _joined(text, proposed) if field in _LISTS else _one(text, field, proposed)
        for field, proposed in by_field.items()
    )
    return [item for item in chosen if item is not None]


def located(text: Text, item: Candidate) -> Finding:
    """With its place in the text as it was written."""
    origin = text.origin(item.start, item.end)
    return Finding(item.field, item.value, origin.start, origin.end, item.rule)


def problems(text: Text, doubts: Iterable[Doubt]) -> list[Problem]:
    result: list[Problem] = []
    for doubt in doubts:
        origin = text.origin(doubt.start, doubt.end)
        result.append(Problem(doubt.field, origin.start, origin.end, doubt.reason))
    return result


def held(text: Text, estimates: Iterable[Estimate], chosen: Iterable[Candidate]) -> tuple[Held, ...]:
    """The first of each field that nothing else is read for."""
    known = {item.field for item in chosen}
    found: dict[FieldName, Held] = {}
    for item in estimates:
        if item.field not in known and item.field not in found:
            origin = text.origin(item.start, item.end)
            found[item.field] = Held(item.field, item.value, origin.start, origin.end, item.reason)
    return tuple(found.values())


def _one(text: Text, field: FieldName, proposed: list[Candidate]) -> Candidate | None:
    first, last = proposed[0], proposed[-1]
    if last.value != first.value and corrected_between(text, first.end, last.start + 1):
        return last
    highest = max(item.rank for item in proposed)
    best = [item for item in proposed if item.rank == highest]
    if field == "data_sensitivity":
        return max(best, key=lambda item: _SENSITIVITY_ORDER.index(str(item.value)))
    if field in _FREE_CHOICE:
        return _undivided(best)
    return best[0]


def _undivided(best: list[Candidate]) -> Candidate | None:
    """The one that is named more often than all others together."""
    value, count = Counter(str(item.value) for item in best).most_common(1)[0]
    return next(item for item in best if str(item.value) == value) if 2 * count > len(best) else None


def _joined(text: Text, proposed: list[Candidate]) -> Candidate:
    """All values of the highest rank; those before a correction of the same field give way to it."""
    highest = max(item.rank for item in proposed)
    best = [item for item in proposed if item.rank == highest]
    for position in range(len(best) - 1, 0, -1):
        if corrected_between(text, best[position - 1].end, best[position].start):
            best = best[position:]
            break
    values: list[str] = sorted({name for item in best for name in _names(item.value)})
    return Candidate(best[0].field, values, best[0].start, best[0].end, best[0].rule, highest)


def _names(value: ConstraintValue) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
