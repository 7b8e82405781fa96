"""How objections are weighed: three strategies, one of which each project has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records.decision_sets import Settling
from storage.records.plans import Critique

SEVERITY_SHARE = {"none": 0.0, "low": 0.0, "medium": 0.5, "high": 1.0}
"""How much of a critic's vote is for another plan. A low objection is a note: it goes to the gate and asks for none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`again`: another plan is asked for. `reached` was held against `needed`, both 0 to 1; None where nothing is
    counted. `words` say it to people."""

    again: bool
    reached: float | None
    needed: float | None
    words: str


def weigh(critiques: Sequence[Critique], settling: Settling) -> Verdict:
    needed = settling.needed
    match settling.strategy:
        case "weighted_vote":
            return _weighted_vote(critiques, needed or 0)
        case "consensus":
            return _consensus(critiques, needed or 0)
        case "escalate":
            return Verdict(False, None, None, "Escalated: whoever answers the gate settles what is objected")


def objects(critique: Critique) -> bool:
    return SEVERITY_SHARE[critique.severity] > 0


def _weighted_vote(critiques: Sequence[Critique], needed: float) -> Verdict:
    """Each critic has its confidence as weight; a severe objection gives it all to another plan, a medium one half."""
    cast = sum(item.confidence for item in critiques)
    given = sum(item.confidence * SEVERITY_SHARE[item.severity] for item in critiques)
    reached = round(given / cast, 2) if cast else 0.0
    words = f"Weighted vote: {reached:.0%} for another plan, {needed:.0%} ask for one"
    return Verdict(reached >= needed, reached, needed, words)


def _consensus(critiques: Sequence[Critique], needed: float) -> Verdict:
    accept = sum(1 for item in critiques if not objects(item))
    reached = round(accept / len(critiques), 2) if critiques else 1.0
    words = f"Consensus: {accept} of {len(critiques)} critics accept the plan, {needed:.0%} are needed"
    return Verdict(reached < needed, reached, needed, words)
