"""The ways out of a blocked plan, each as the words of a comment that the planner's reader takes up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = r"[\d,]+(?:\.\d+)?"
_DEMANDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), demand)
    for pattern, demand in (
        (rf"raise the budget to (\${_NUMBER}) a month", "raise the budget to {} a month"),
        (rf"allow a p95 of ({_NUMBER} ms)", "allow a p95 of {}"),
        (rf"ask for ({_NUMBER}) requests a second", "plan for {} requests a second"),
        (rf"allow ({_NUMBER}) machines", "cap replicas at {}"),
        (rf"allow ({_NUMBER} × \S+)", "allow {}"),
        (rf"allow ({_NUMBER} (?:hours|days)) a run", "done within {}"),
        (rf"accept an availability of ({_NUMBER} %)", "an availability of {}"),
        (r"accept spot machines", "accept spot machines"),
        (r"allow a gpu", "allow a GPU"),
        (r"do without a gpu", "do without a GPU"),
        (r"allow the region (\S+)", "allow the region {}"),
        (r"allow (aws|gcp|azure|onprem)", "allow {}"),
        (r"take ([a-z]+\d+)", "take {}"),
    )
)
"""What a way gives up, and the wording in which that is asked for."""


@dataclass(frozen=True, slots=True)
class Way:
    """`gives_up` is what the planner proposes, `then` the plan that would follow; `comment` asks for it, and is empty
    where no comment can."""

    number: int
    gives_up: str
    then: str
    comment: str


def ways_out(relax: Sequence[str]) -> list[Way]:
    """`relax` as the plan lists it, nearest first."""
    return [_way(number, sentence) for number, sentence in enumerate(relax)]


def _way(number: int, sentence: str) -> Way:
    gives_up, _, then = sentence.partition(": ")
    demands = [_demand(clause) for clause in gives_up.split(" and ")]
    words = " and ".join(demands) if all(demands) else ""
    return Way(number, gives_up, then, words[:1].upper() + words[1:])


def _demand(clause: str) -> str:
    """Without what stands today: a comment names one value for one field."""
    asked = re.sub(r"\s*\([^)]*\)", "", clause).partition(" instead of ")[0].strip()
    for pattern, demand in _DEMANDS:
        if found := pattern.fullmatch(asked):
            return demand.format(*found.groups())
    return ""
