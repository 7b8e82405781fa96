"""Two figures for one field in one text, neither of which corrects the other: a person has to say which holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.context import corrected_between
from providers.rulebook.reading.text import Text
from storage.records.constraints import FieldName

SINGLE: frozenset[FieldName] = frozenset(
    {
        "latency_p95_ms",
        "throughput_rps",
        "monthly_budget_usd",
        "availability_slo",
        "deadline_hours",
        "max_replicas",
    }
)
"""Fields of which a workload has one figure."""
_NEAR = 0.1
"""The share by which two figures may differ and still be the same, said twice in other units."""
_RULES = frozenset({"latency", "throughput", "budget", "availability", "deadline", "replicas"})
"""Those that read a figure where it stands; the others lean on another figure and replace it."""
_PARTED = re.compile(
    r"\b(?:or|oder|first|later|then|dann|until|from|staging|dev|development|test|production|prod|per|each|"
    r"for (?:the|an?)|"
    r"on (?:the|an?)|peaks?|average|normal\w*|usual\w*|today|now|currently|weekends?|nights?|total|another|"
    r"other|second|"
    r"third|respectively|while|whereas)\b"
)
"""What the words beside a figure tell apart: another part of the work, another time, or a choice."""
_PARTED_MONEY = re.compile(
    rf"{_PARTED.pattern}|\b(?:(?:for|für)(?= [a-zäöü])|alert\w*|warn\w*|notif\w*|alarm\w*|ideally|idealerweise|"
    r"prefer\w*|hop(?:e|ing)|better|target|expect\w*|likely|estimat\w*|plus|extra)\b"
)
_FIGURES = re.compile(r"[\d.,]+|(?<=\d)k\b|\s+")


def rivals(text: Text, candidates: list[Candidate], chosen: list[Candidate]) -> Iterator[Candidate]:
    """The first other figure of each field: of the same rank, in another sentence or under the same noun. Two budgets
    need neither, and a floor contradicts any lower cap."""
    for item in chosen:
        if item.field not in SINGLE or item.rule not in _RULES:
            continue
        others = (
            other
            for other in sorted(candidates, key=lambda candidate: candidate.start)
            if other.field == item.field and other.rule == item.rule and not other.today
            if other.rank == item.rank or item.field == "monthly_budget_usd"
        )
        rival = next((other for other in others if _differs(item, other) and _opposes(text, item, other)), None)
        if rival is not None:
            yield rival


def _differs(item: Candidate, other: Candidate) -> bool:
    one, two = item.value, other.value
    if not isinstance(one, (int, float)) or not isinstance(two, (int, float)):
        return False
    if item.field == "availability_slo":
        one, two = 100 - one, 100 - two
    return abs(one - two) > _NEAR * max(abs(one), abs(two))


def _opposes(text: Text, item: Candidate, other: Candidate) -> bool:
    if other.floor:
        return isinstance(other.value, float) and isinstance(item.value, float) and other.value > item.value
    return _same_claim(text, item, other)


def _same_claim(text: Text, item: Candidate, other: Candidate) -> bool:
    first, last = sorted((item, other), key=lambda candidate: candidate.start)
    if corrected_between(text, first.end, last.start + 1):
        return False
    noun = _noun(text, first)
    if item.field == "monthly_budget_usd":
        return not any(_PARTED_MONEY.search(text.slice(text.clause(part.start, part.end))) for part in (first, last))
    if text.sentence(first.start) == text.sentence(last.start) and not (noun and noun == _noun(text, last)):
        return False
    if item.field == "throughput_rps" and _measure(text, first) != _measure(text, last):
        return False
    around = (text.slice(text.clause(part.start, part.end)) for part in (first, last))
    return not any(_PARTED.search(words) for words in around)


def _noun(text: Text, item: Candidate) -> str:
    """The word that the evidence begins with, where it begins with one."""
    word = re.match(r"[a-zäöü][\w-]*", text.working[item.start : item.end])
    return "" if word is None else word.group()


def _measure(text: Text, item: Candidate) -> str:
    """What is counted: the evidence without its figures."""
    return _FIGURES.sub("", text.working[item.start : item.end])
