"""Re-fitting an approved plan to constraints that the approval's comment changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.whatif import what_if
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost, Plan, PolicyReport

_WORSE = ("pass", "warn", "fail")


@dataclass(frozen=True, slots=True)
class Refit:
    """`tighter`: the approval still covers this. Otherwise `reasons` say in words what it would not cover."""

    plan: Plan
    cost: Cost
    policy: PolicyReport
    tighter: bool
    reasons: list[str]


def refit(
    values: ConstraintValues,
    *,
    plan: Plan,
    cost: Cost,
    policy: PolicyReport,
    book: PriceBook,
    bundle: PolicyBundle,
    avoid: frozenset[str] = frozenset(),
) -> Refit:
    """`values` are the constraints with the changes in; plan, cost and policy are what was approved."""
    after = what_if(values, {}, book, bundle, avoid=avoid)
    if not after.plan.feasible:
        reasons = [after.plan.summary, *after.plan.relax]
    else:
        reasons = [
            *_new_places(plan, after.plan),
            *_dearer(cost, after.cost),
            *_worse(policy, after.policy),
        ]
    return Refit(after.plan, after.cost, after.policy, not reasons, reasons)


def _new_places(before: Plan, after: Plan) -> Iterator[str]:
    for name in sorted({item.cloud for item in after.resources} - {item.cloud for item in before.resources}):
        yield f"It would run on {name}, which was not approved."
    for name in sorted({item.region for item in after.resources} - {item.region for item in before.resources}):
        yield f"It would run in {name}, which was not approved."
    for name in sorted({item.kind for item in after.resources} - {item.kind for item in before.resources}):
        yield f"It would need a {name.replace('_', ' ')}, which was not approved."


def _dearer(before: Cost, after: Cost) -> Iterator[str]:
    if after.likely > before.likely:
        yield f"The likely cost would rise from ${before.likely:,.2f} to ${after.likely:,.2f} a month."


def _worse(before: PolicyReport, after: PolicyReport) -> Iterator[str]:
    old = {result.id: result.outcome for result in before.results}
    for result in after.results:
        if _WORSE.index(result.outcome) > _WORSE.index(old.get(result.id, "pass")):
            yield f"The policy “{result.title}” would {result.outcome}: {result.actual}; required {result.required}."
