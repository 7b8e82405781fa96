"""Three critics that argue from the plan's own figures. None sees another's critique."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from providers.base import CriticName
from providers.rulebook.case import WANTED, Case, Look, looks, weigh
from providers.rulebook.critics.cost import objections as cost_objections
from providers.rulebook.critics.objection import ORDER, Objection
from providers.rulebook.critics.risk import objections as risk_objections
from providers.rulebook.critics.tech import objections as tech_objections
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost, Critique, Plan

_CRITICS: dict[CriticName, Callable[[Case], Iterator[Objection]]] = {
    "tech": tech_objections,
    "cost": cost_objections,
    "risk": risk_objections,
}


def critique(critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique:
    """The gravest objection is the claim; the others stand in the evidence."""
    case = Case(values, plan, cost)
    found, looked = list(_CRITICS[critic](case)), list(looks(critic, case))
    found.sort(key=lambda objection: -ORDER.index(objection.severity))
    if not found:
        return _no_objection(critic, case, looked)
    first, rest = found[0], found[1:]
    relevant = [look for look in looked if look.name == first.about]
    confidence, basis = weigh(relevant, ())
    return Critique(
        critic=critic,
        kind=first.kind,
        claim=first.claim,
        evidence=[*first.evidence, *(f"{item.severity}: {item.claim}" for item in rest)],
        severity=first.severity,
        confidence=confidence,
        confidence_basis=basis,
        rests_on=sorted({name for look in relevant for name in look.rests_on}),
        counter_proposal=first.counter_proposal,
        avoid=sorted({label for item in found for label in item.avoid}),
    )


def _no_objection(critic: CriticName, case: Case, looked: list[Look]) -> Critique:
    """As sure as the closest call was, less for each thing that it had nothing to hold the plan against."""
    wanted = WANTED[critic] if case.serving else ()
    confidence, basis = weigh(looked, [name for name in wanted if getattr(case.values, name) is None])
    return Critique(
        critic=critic,
        claim="No objection.",
        evidence=[],
        severity="none",
        confidence=confidence,
        confidence_basis=basis,
        rests_on=sorted({name for look in looked for name in look.rests_on}),
    )
