"""How objections are weighed: three strategies, one of which each project has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from storage.records.decision_sets import Settling
from storage.records.plans import Critique

SEVERITY_SHARE = {"none": 0.0, "low": 0.0, "medium": 0.5, "high": 1.0}
"""How much of a critic's vote is for another plan. A low objection is a note: it goes to the gate and asks for none."""

SHOWN_DIGITS = 2
"""Digits after the point of a share that people read. What is compared is not rounded."""
WRITTEN_DIGITS = 6
"""More than anybody types of a third."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`again`: another plan is asked for. `reached`, here rounded, was held against `needed`, both 0 to 1; None where
    nothing is counted. `words` say it to people."""

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
    cast = sum(_exact(item.confidence) for item in critiques)
    given = sum(_exact(item.confidence) * _exact(SEVERITY_SHARE[item.severity]) for item in critiques)
    share = given / cast if cast else Fraction(0)
    again = share >= _exact(needed)
    reached = _shown(share, needed, met=again)
    words = f"Weighted vote: {reached:.0%} for another plan, {needed:.0%} ask for one"
    return Verdict(again, reached, needed, words)


def _consensus(critiques: Sequence[Critique], needed: float) -> Verdict:
    accept = sum(1 for item in critiques if not objects(item))
    share = Fraction(accept, len(critiques)) if critiques else Fraction(1)
    met = share >= _exact(needed) or _written(share, needed)
    words = f"Consensus: {accept} of {len(critiques)} critics accept the plan, {needed:.0%} are needed"
    return Verdict(not met, _shown(share, needed, met=met), needed, words)


def _exact(share: float) -> Fraction:
    """As it is written, in decimal: 0.1 is a tenth."""
    return Fraction(repr(share))


def _written(share: Fraction, needed: float) -> bool:
    """Whether the threshold is this share, rounded as people write one that no decimal equals: 0.67 is two thirds."""
    return any(round(share, digits) == _exact(needed) for digits in range(SHOWN_DIGITS, WRITTEN_DIGITS + 1))


def _shown(share: Fraction, needed: float, *, met: bool) -> float:
    """Rounded to the side of the threshold on which it is."""
    scale = 10**SHOWN_DIGITS
    rounded = Fraction(round(share * scale), scale)
    if met and rounded < _exact(needed):
        rounded = Fraction(ceil(share * scale), scale)
    elif not met and rounded >= _exact(needed):
        rounded = Fraction(floor(share * scale), scale)
    return float(rounded)
