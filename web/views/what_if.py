"""What if: the plan, the cost and the policies as they would be, against those that stand."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal

from storage.records.constraints import ConstraintValue
from storage.records.decision_sets import DecisionSet
from storage.records.plans import Cost, Plan, PolicyReport
from web.filters import usd
from web.views.fields import typed_text
from web.views.fork import Asked
from web.views.what_if_form import WhatIfForm, what_if_form
from web.views.words import Mark, field_label, outcome_mark, value_words
from web.what_if import Recomputed


@dataclass(frozen=True, slots=True)
class Asks:
    """One constraint that would differ. `typed` is what a form sends for it."""

    name: str
    typed: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    before: str
    after: str
    moved: bool


@dataclass(frozen=True, slots=True)
class RuleMoved:
    title: str
    before: Mark
    after: Mark
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`likely`, `low` and `high` are US dollars a month, None where no plan meets it; `rules` is for people."""

    plan: str
    feasible: bool
    likely: Decimal | None
    low: Decimal | None
    high: Decimal | None
    policy: Mark
    rules: str


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """`said` is the whole in a sentence. Without `after` nothing differs yet, or `errors`
    say what could not be read."""

    decision_set: str
    changes: list[Asks]
    before: Outcome
    after: Outcome | None
    delta: Decimal | None
    figures: list[Figure]
    rules: list[RuleMoved]
    relax: list[str]
    errors: list[str]
    said: str
    may_branch: bool
    key: str


@dataclass(frozen=True, slots=True)
class WhatIfLeaf:
    """The part on the run page."""

    form: WhatIfForm
    answer: WhatIfAnswer


def what_if_leaf(found: DecisionSet, priced: Set[tuple[str, str]], *, may_write: bool, key: str) -> WhatIfLeaf | None:
    """None before there is a plan that was held against policy."""
    if found.plan is None or found.cost is None or found.policy is None:
        return None
    nothing = Asked()
    return WhatIfLeaf(
        what_if_form(found, nothing, priced), what_if_answer(found, nothing, None, may_write=may_write, key=key)
    )


def what_if_answer(
    found: DecisionSet, asked: Asked, made: Recomputed | None, *, may_write: bool, key: str
) -> WhatIfAnswer:
    """Raises LookupError for a decision set whose plan was not held against policy."""
    if found.plan is None or found.cost is None or found.policy is None:
        raise LookupError(f"{found.id} has no plan")
    before = _outcome(found.plan, found.cost, found.policy)
    after = _outcome(made.plan, made.cost, made.policy) if made else None
    delta = after.likely - before.likely if after and after.likely is not None and before.likely is not None else None
    return WhatIfAnswer(
        decision_set=found.id,
        changes=_changes(found, asked.changes),
        before=before,
        after=after,
        delta=delta,
        figures=_figures(found.plan, made.plan) if made else [],
        rules=_rules(found.policy, made.policy) if made else [],
        relax=made.plan.relax if made and not made.plan.feasible else [],
        errors=list(asked.errors.values()),
        said=_said(before, after, delta),
        may_branch=may_write and bool(asked.changes) and not asked.errors,
        key=key,
    )


def difference(found: DecisionSet, changes: Mapping[str, ConstraintValue | None]) -> str:
    """What a child would say of itself: `What if, from #12: Budget: $4,000 /mo → $3,000 /mo.`"""
    moved = "; ".join(f"{item.label}: {item.before} → {item.after}" for item in _changes(found, changes))
    return f"What if, from #{found.number}: {moved}."


def _changes(found: DecisionSet, changes: Mapping[str, ConstraintValue | None]) -> list[Asks]:
    stood = {str(name): item.value for name, item in found.constraints.root.items()}
    return [
        Asks(
            name=name,
            typed="" if value is None else typed_text(value),
            label=field_label(name),
            before=value_words(name, stood.get(name)),
            after=value_words(name, value),
        )
        for name, value in changes.items()
    ]


def _outcome(plan: Plan, cost: Cost, policy: PolicyReport) -> Outcome:
    priced = plan.feasible and bool(cost.lines)
    chosen = next((item.label for item in plan.candidates if item.chosen), plan.summary)
    unmet = [item for item in policy.results if item.outcome != "pass"]
    counts = [f"{sum(1 for item in unmet if item.outcome == word)} {word}" for word in ("fail", "warn")]
    return Outcome(
        plan=chosen if plan.feasible else "No plan meets this",
        feasible=plan.feasible,
        likely=cost.likely if priced else None,
        low=cost.low if priced else None,
        high=cost.high if priced else None,
        policy=outcome_mark(policy.outcome),
        rules=", ".join([f"{len(policy.results) - len(unmet)} pass", *(c for c in counts if not c.startswith("0 "))]),
    )


def _figures(before: Plan, after: Plan) -> list[Figure]:
    old, new = (next((item for item in plan.candidates if item.chosen), None) for plan in (before, after))
    found: list[Figure] = []
    for label, unit, name in (
        ("p95", "ms", "latency_p95_ms"),
        ("Carries", "req/s", "capacity_rps"),
        ("A run takes", "h", "run_hours"),
    ):
        values = [getattr(item, name) if item else None for item in (old, new)]
        if any(value is not None for value in values):
            was, now = ("—" if value is None else f"{value:,.4g} {unit}" for value in values)
            found.append(Figure(label, was, now, was != now))
    return found


def _rules(before: PolicyReport, after: PolicyReport) -> list[RuleMoved]:
    stood = {item.id: item.outcome for item in before.results}
    return [
        RuleMoved(item.title, outcome_mark(stood[item.id]), outcome_mark(item.outcome), item.message)
        for item in after.results
        if item.id in stood and stood[item.id] != item.outcome
    ]


def _said(before: Outcome, after: Outcome | None, delta: Decimal | None) -> str:
    if after is None:
        return f"Stands: {_cost_words(before)}; policy {before.policy.word}; {before.plan}."
    if not after.feasible:
        return f"{after.plan}."
    by = "" if delta is None else ", the same" if delta == 0 else f" ({usd(delta, signed=True)})"
    plan = "the same plan" if after.plan == before.plan else after.plan
    return f"{_cost_words(after)}{by}; policy {after.policy.word}; {plan}."


def _cost_words(outcome: Outcome) -> str:
    return "cost unknown" if outcome.likely is None else f"{usd(outcome.likely)} /mo"
