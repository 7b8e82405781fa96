"""Re-fitting an approved plan to constraints that the approval's comment changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from providers.base import PlanRequest, Proposal
from providers.policies import PolicyBundle, evaluate
from providers.pricing import PriceBook
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.money import cents
from providers.rulebook.options import Option, ruled_out
from providers.rulebook.planner import plan as plan_best
from providers.rulebook.planner import planned
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import POLICY_OUTCOMES, Candidate, Cost, Critique, Plan, PolicyReport, Resource

SAFEGUARDS = ("Data residency", "Encryption at rest", "Private networking", "Audit logging")
TRIED = 5
"""Options near the approved plan that are planned in full before the best of all is taken."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What the approval covers."""

    values: ConstraintValues
    plan: Plan
    cost: Cost
    policy: PolicyReport

    @property
    def machine(self) -> Resource | None:
        return next((item for item in self.plan.resources if item.kind == "compute"), None)

    @property
    def chosen(self) -> Candidate | None:
        return next((item for item in self.plan.candidates if item.chosen), None)


@dataclass(frozen=True, slots=True)
class Refit:
    """`tighter`: the approval still covers this. Otherwise `reasons` say in words what it would not cover."""

    plan: Plan
    cost: Cost
    policy: PolicyReport
    reasons: list[str]

    @property
    def tighter(self) -> bool:
        return not self.reasons


def refit(
    values: ConstraintValues,
    *,
    approved: Approved,
    book: PriceBook,
    bundle: PolicyBundle,
    avoid: frozenset[str] = frozenset(),
    assumed: Collection[FieldName] = (),
    today: date | None = None,
) -> Refit:
    """`values` are the constraints with the changes in, of which nobody stated those `assumed`. Where none is looser, a
    plan near the approved one that gives up nothing is taken before a better one that does. The age of prices
    counts to `today`."""
    request, catalogue = PlanRequest(values, avoid, today=today), Catalogue(values, book)
    near = [] if looser(approved.values, values) else _near(catalogue, approved, avoid)
    for option in near[:TRIED]:
        found = _held(planned(catalogue, option, request), request, approved, bundle, assumed)
        if found.tighter:
            return found
    return _held(plan_best(request, book), request, approved, bundle, assumed)


def looser(before: ConstraintValues, after: ConstraintValues) -> list[FieldName]:
    """The fields that allow more than they did; one that is withdrawn allows everything."""
    return [name for name in _ALLOWS_MORE if _ALLOWS_MORE[name](getattr(before, name), getattr(after, name))]


def _higher(before: Any, after: Any) -> bool:
    return before is not None and (after is None or after > before)


def _lower(before: Any, after: Any) -> bool:
    return before is not None and (after is None or after < before)


def _wider(before: list[str] | None, after: list[str] | None) -> bool:
    return before is not None and (after is None or not set(after) <= set(before))


_ALLOWS_MORE: dict[FieldName, Callable[[Any, Any], bool]] = {
    "monthly_budget_usd": _higher,
    "max_replicas": _higher,
    "latency_p95_ms": _higher,
    "deadline_hours": _higher,
    "throughput_rps": _lower,
    "availability_slo": _lower,
    "cloud": _wider,
    "regions": _wider,
    "spot_ok": lambda before, after: bool(after) and not before,
}


def objected(before: Sequence[Critique], after: Sequence[Critique]) -> list[str]:
    """The severe objections that nobody had when the approval was given."""
    known = {(item.critic, item.claim) for item in before if item.severity == "high"}
    return [
        f"The {item.critic} critic objects, severity high: {item.claim}"
        for item in after
        if item.severity == "high" and (item.critic, item.claim) not in known
    ]


def _near(catalogue: Catalogue, approved: Approved, avoid: frozenset[str]) -> list[Option]:
    """The options in the approved place that cost no more and risk no more: the approved one first, then its type of
    machine, then the best."""
    machine, chosen = approved.machine, approved.chosen
    if machine is None or chosen is None:
        return []

    def fits(option: Option) -> bool:
        return (
            (option.machine.cloud, option.machine.region) == (machine.cloud, machine.region)
            and option.purchase in ("on_demand", machine.purchase)
            and option.zones >= approved.plan.zones
            and option.likely is not None
            and cents(option.likely) <= approved.cost.likely
            and (option.label == chosen.label or not ruled_out(option, avoid))
        )

    found = [option for option in catalogue.feasible if fits(option)]
    return sorted(found, key=lambda option: (option.label != chosen.label, option.machine.type != machine.sku))


def _held(
    proposal: Proposal, request: PlanRequest, approved: Approved, bundle: PolicyBundle, assumed: Collection[FieldName]
) -> Refit:
    plan, cost = proposal.plan, proposal.cost
    policy = evaluate(bundle, request.values, plan, cost, assumed=assumed, today=request.today)
    if not plan.feasible:
        return Refit(plan, cost, policy, [plan.summary, *plan.relax])
    reasons = [
        *_other_work(approved.plan, plan),
        *_new_places(approved.plan, plan),
        *_less_safe(approved.plan, plan),
        *_dearer(approved.cost, cost),
        *_worse(approved.policy, policy),
    ]
    return Refit(plan, cost, policy, reasons)


def _other_work(before: Plan, after: Plan) -> Iterator[str]:
    if after.workload_type != before.workload_type:
        kinds = (after.workload_type.replace("_", " "), before.workload_type.replace("_", " "))
        yield f"It would be {kinds[0]} instead of {kinds[1]}, which was not approved."


def _new_places(before: Plan, after: Plan) -> Iterator[str]:
    for name in sorted({item.cloud for item in after.resources} - {item.cloud for item in before.resources}):
        yield f"It would run on {name}, which was not approved."
    for name in sorted({item.region for item in after.resources} - {item.region for item in before.resources}):
        yield f"It would run in {name}, which was not approved."
    for name in sorted({item.kind for item in after.resources} - {item.kind for item in before.resources}):
        yield f"It would need a {name.replace('_', ' ')}, which was not approved."
    if "spot" in {item.purchase for item in after.resources} - {item.purchase for item in before.resources}:
        yield "It would run on spot machines, which was not approved."


def _less_safe(before: Plan, after: Plan) -> Iterator[str]:
    if after.zones < before.zones:
        yield f"It would run in {_zones(after.zones)} instead of {before.zones}."
    for risk in after.risks:
        if risk not in before.risks:
            yield f"A risk that was not approved: {risk}."
    if after.public_endpoint and not before.public_endpoint:
        yield "It would be reachable from the internet, which was not approved."
    kept = {pattern.name for pattern in after.patterns}
    for pattern in before.patterns:
        if pattern.name in SAFEGUARDS and pattern.name not in kept:
            yield f"It would no longer have: {pattern.name}."


def _zones(count: int) -> str:
    return "1 zone" if count == 1 else f"{count} zones"


def _dearer(before: Cost, after: Cost) -> Iterator[str]:
    if after.likely > before.likely:
        yield f"The likely cost would rise from ${before.likely:,.2f} to ${after.likely:,.2f} a month."


def _worse(before: PolicyReport, after: PolicyReport) -> Iterator[str]:
    old = {result.id: result.outcome for result in before.results}
    for result in after.results:
        if POLICY_OUTCOMES.index(result.outcome) > POLICY_OUTCOMES.index(old.get(result.id, "pass")):
            yield f"The policy “{result.title}” would {result.outcome}: {result.actual}; required {result.required}."
