"""An open gate as the approval panel shows it: what would be countersigned, and the form to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from math import ceil

from storage.gates import REVISIONS
from storage.records.changes import PlanMove
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event, GateOpened
from storage.records.plans import Critique, PolicyReport, PolicyResult
from web.views.outcome import headline
from web.views.ways_out import Way, ways_out


@dataclass(frozen=True, slots=True)
class ActionChoice:
    value: str
    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Counts:
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class GateForm:
    """What was chosen and typed before a refusal, and what was wrong. `field` names the input at fault; `overrides`
    are reasons by policy. `filled`: a way out was put into the comment."""

    action: str = ""
    comment: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    error: str = ""
    field: str = ""
    filled: bool = False


@dataclass(frozen=True, slots=True)
class SoftRule:
    """A policy that an approval overrides with a reason. `missing`: an approval came without one."""

    result: PolicyResult
    missing: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why no approval is possible, and what would help. `nearest` is what the planner came closest with, where nothing
    fits; `ways` are empty where something does, and `remedies` say what to set right then."""

    title: str
    nearest: str
    causes: list[PolicyResult]
    ways: list[Way]
    remedies: list[str]


@dataclass(frozen=True, slots=True)
class OpenGate:
    """`plan` is what would be countersigned, in one line; `budget` and the costs are US dollars a month, `unpriced` how
    many items are not in them. `against` names what the changes are held against, empty where nothing stood; `moves`
    are the first of them, `more_moves` the rest. `losses` are of what is committed, where that is not what the changes
    are held against. `soft` are the policies that an approval has to override, each with a
    reason; `spent` says why changes can't be requested, where they can't."""

    id: str
    capsule: str
    actions: list[ActionChoice]
    opened_at: datetime
    expires_at: datetime
    requested_by: str
    plan: str
    counts: Counts | None
    against: str
    moves: list[PlanMove]
    more_moves: list[PlanMove]
    destructive: int
    losses: list[str]
    cost_likely: Decimal | None
    cost_low: Decimal | None
    cost_high: Decimal | None
    cost_delta: Decimal | None
    budget: Decimal | None
    unpriced: int
    warnings: list[str]
    not_generated: list[str]
    dissent: list[Critique]
    reasons: list[str]
    blocked: Blocked | None
    soft: list[SoftRule]
    spent: str
    example: str
    form: GateForm
    key: str


FIRST = 4
"""Changes that stand open in the panel."""
FEASIBLE = "feasible"
"""The policy that says again that nothing fits."""
_ACTIONS = {
    "approve": ActionChoice("approve", "Approve", "Code is generated, checked and committed."),
    "request_changes": ActionChoice("request_changes", "Request changes", "The plan is made again with your comment."),
    "reject": ActionChoice("reject", "Reject", "The decision set ends here."),
}
_SPENT = f"Changes were requested {REVISIONS} times: no plan is made a further time. A child decision set starts anew."


def open_gate(found: DecisionSet, events: Sequence[Event], key: str, form: GateForm | None) -> OpenGate | None:
    """None where nothing waits. The event that opened the gate adds what moved, warnings and dissent."""
    gate = found.gate
    if gate is None:
        return None
    opened = _opened(gate.id, events)
    allowed = [_ACTIONS[action] for action in ("approve", "request_changes", "reject") if action in gate.allowed]
    budget = found.constraints.values.monthly_budget_usd
    priced = found.cost if found.cost and found.cost.lines else None
    return OpenGate(
        id=gate.id,
        capsule=gate.capsule,
        actions=allowed,
        opened_at=gate.opened_at,
        expires_at=gate.expires_at,
        requested_by=opened.requested_by if opened else found.created_by,
        plan=headline(found.plan),
        counts=counts_of(opened.changes) if opened else None,
        against=_against(found, opened),
        moves=opened.moves[:FIRST] if opened else [],
        more_moves=opened.moves[FIRST:] if opened else [],
        destructive=_destructive(opened) if opened else 0,
        losses=opened.destructive if opened and opened.against == "previous" else [],
        cost_likely=priced.likely if priced else None,
        cost_low=priced.low if priced else None,
        cost_high=priced.high if priced else None,
        cost_delta=opened.cost_delta if opened else None,
        budget=None if budget is None else Decimal(str(budget)),
        unpriced=len(found.cost.unknown) if found.cost else 0,
        warnings=opened.warnings if opened else [],
        not_generated=opened.not_generated if opened else [],
        dissent=opened.dissent if opened else [],
        reasons=opened.reasons if opened else [],
        blocked=_blocked(found),
        soft=_soft(found.policy, form) if "approve" in gate.allowed else [],
        spent="" if "request_changes" in gate.allowed else _SPENT,
        example=_example(found),
        form=form or GateForm(comment=opened.comment_kept if opened else ""),
        key=key,
    )


def filled(found: DecisionSet, way: str, typed: GateForm) -> GateForm:
    """The form with a way out of the plan put after what was typed, and changes requested."""
    ways = ways_out(found.plan.relax) if found.plan else []
    comment = next((item.comment for item in ways if str(item.number) == way), "")
    if not comment or comment in typed.comment:
        return replace(typed, action="request_changes", filled=True)
    said = typed.comment.strip()
    return replace(typed, action="request_changes", filled=True, comment=f"{said}\n{comment}" if said else comment)


def _opened(gate: str, events: Sequence[Event]) -> GateOpened | None:
    found = (event.typed for event in reversed(events))
    return next((item for item in found if isinstance(item, GateOpened) and item.gate == gate), None)


def _destructive(opened: GateOpened) -> int:
    """Where the changes are not against what is committed, what is lost of that stands apart."""
    return len(opened.destructive) if opened.against == "previous" else sum(move.destructive for move in opened.moves)


def _against(found: DecisionSet, opened: GateOpened | None) -> str:
    match opened.against if opened else "":
        case "previous":
            return "the plan before"
        case "parent":
            return f"#{found.parent_number}"
        case _:
            return ""


def _blocked(found: DecisionSet) -> Blocked | None:
    """None where the plan may be approved."""
    denied = found.policy.denied if found.policy else []
    fits = found.plan is None or found.plan.feasible
    if fits and not denied:
        return None
    others = [item for item in denied if fits or item.id != FEASIBLE]
    nearest = found.plan.summary if found.plan and not fits else ""
    count = f"{len(denied)} {'policy forbids' if len(denied) == 1 else 'policies forbid'} it"
    ways = ways_out(found.plan.relax) if found.plan and not fits else []
    remedies = [] if ways else [f"{item.title}: {item.remedy or item.message}" for item in denied]
    return Blocked(f"Blocked: {count if fits else 'no plan fits'}", nearest, others, ways, remedies)


def _example(found: DecisionSet) -> str:
    """A comment that would be read, and that makes sense of this plan."""
    plan, cost = found.plan, found.cost
    way = next((way.comment for way in ways_out(plan.relax) if way.comment), "") if plan else ""
    if way:
        return way
    if plan and plan.max_replicas and plan.max_replicas > 1:
        return f"cap replicas at {plan.max_replicas - 1}"
    if cost and cost.likely > 1:
        return f"at most ${ceil(cost.likely):,} a month"
    return "at most $2,000 a month"


def _soft(report: PolicyReport | None, form: GateForm | None) -> list[SoftRule]:
    asked = form is not None and form.field == "overrides"
    return [
        SoftRule(item, missing=asked and not (form and form.overrides.get(item.id)))
        for item in (report.unmet_soft if report else [])
    ]


def counts_of(changes: Mapping[str, int]) -> Counts | None:
    """None where nothing was counted."""
    if not changes:
        return None
    return Counts(changes.get("added", 0), changes.get("changed", 0), changes.get("removed", 0))
