"""The approval panel: what would be countersigned, and the form to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from storage.gates import REVISIONS
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event, GateAnswered, GateOpened
from storage.records.plans import Critique, PolicyReport, PolicyResult
from web.views.words import Mark


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
    are reasons by policy."""

    action: str = ""
    comment: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    error: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class SoftRule:
    """A policy that an approval overrides with a reason. `missing`: an approval came without one."""

    result: PolicyResult
    missing: bool


@dataclass(frozen=True, slots=True)
class OpenGate:
    """`blocking` are the policies that forbid approval; `soft` those an approval has to override, each with a reason;
    `spent` says why changes can't be requested, where they can't."""

    id: str
    capsule: str
    actions: list[ActionChoice]
    opened_at: datetime
    expires_at: datetime
    requested_by: str
    counts: Counts | None
    cost_likely: Decimal | None
    cost_low: Decimal | None
    cost_high: Decimal | None
    cost_delta: Decimal | None
    warnings: list[str]
    dissent: list[Critique]
    reasons: list[str]
    blocking: list[PolicyResult]
    soft: list[SoftRule]
    spent: str
    form: GateForm
    key: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A decision that was made before."""

    mark: Mark
    by: str
    comment: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class ApprovalPanel:
    """`words` says why there is no form, where there is none. `may_decide` and `may_retry` are about the caller's role.
    `expired` is when the gate closed that nobody answered. `error` and `unused` are a refusal and a comment that came
    too late for any gate."""

    decision_set: str
    words: str
    may_decide: bool
    role: str
    gate: OpenGate | None
    earlier: list[Earlier]
    error: str
    unused: str
    expired: datetime | None
    may_retry: bool
    key: str


_ACTIONS = {
    "approve": ActionChoice("approve", "Approve", "Code is generated, checked and committed."),
    "request_changes": ActionChoice("request_changes", "Request changes", "The plan is made again with your comment."),
    "reject": ActionChoice("reject", "Reject", "The decision set ends here."),
}
_EARLIER = {
    "approve": Mark("done", "Approved", "ok"),
    "request_changes": Mark("superseded", "Changes requested", "waiting"),
    "reject": Mark("failed", "Rejected", "fail"),
}
_SPENT = f"Changes were requested {REVISIONS} times: no plan is made a further time. A child decision set starts anew."
_BEFORE_POLICY = {
    "intake": "Opens once the intake is complete and the plan was held against policy.",
    "planning": "Opens after policy.",
}
_AFTER = {
    "building": "Approved. Code is being generated and checked.",
    "completed": "Countersigned and committed.",
    "rejected": "Rejected. Start a child decision set to try another way.",
    "failed": "Nothing waits for approval: the run failed.",
    "cancelled": "Cancelled before an approval.",
}


def approval_panel(
    found: DecisionSet,
    events: Sequence[Event],
    *,
    may_decide: bool,
    may_retry: bool = False,
    role: str,
    key: str,
    form: GateForm | None = None,
    now: datetime | None = None,
) -> ApprovalPanel:
    """`events` are those on the page; the one that opened the gate adds deltas, warnings and dissent."""
    expired = _expired(found, events, now or datetime.now(UTC))
    gate = _open_gate(found, events, key, form) if found.gate and not expired else None
    earlier = [_earlier(event, payload) for event in events if isinstance(payload := event.typed, GateAnswered)]
    words = _BEFORE_POLICY.get(found.status) or _AFTER.get(found.status) or _on_its_way(events)
    late = form if form and not gate else GateForm()
    return ApprovalPanel(
        found.id, words, may_decide, role, gate, earlier, late.error, late.comment, expired, may_retry, key
    )


def _on_its_way(events: Sequence[Event]) -> str:
    """What a worker will do with the last answer."""
    last = next((item.action for event in reversed(events) if isinstance(item := event.typed, GateAnswered)), None)
    return "Rejected. The run is ending." if last == "reject" else "The approval is being opened."


def _expired(found: DecisionSet, events: Sequence[Event], now: datetime) -> datetime | None:
    """When the last gate closed unanswered, whether or not a worker has marked it."""
    if found.gate:
        return found.gate.expires_at if found.gate.expires_at <= now else None
    if found.status != "failed" or found.stage != "approval":
        return None
    for event in reversed(events):
        match event.typed:
            case GateAnswered():
                return None
            case GateOpened() as opened:
                return opened.expires_at if opened.expires_at <= now else None
            case _:
                continue
    return None


def _earlier(event: Event, answer: GateAnswered) -> Earlier:
    return Earlier(_EARLIER[answer.action], answer.by, answer.comment, event.at, event.seq)


def _open_gate(found: DecisionSet, events: Sequence[Event], key: str, form: GateForm | None) -> OpenGate | None:
    gate = found.gate
    if gate is None:
        return None
    opened = next(
        (
            payload
            for event in reversed(events)
            if isinstance(payload := event.typed, GateOpened) and payload.gate == gate.id
        ),
        None,
    )
    allowed = [_ACTIONS[action] for action in ("approve", "request_changes", "reject") if action in gate.allowed]
    kept = opened.comment_kept if opened else ""
    return OpenGate(
        id=gate.id,
        capsule=gate.capsule,
        actions=allowed,
        opened_at=gate.opened_at,
        expires_at=gate.expires_at,
        requested_by=opened.requested_by if opened else found.created_by,
        counts=counts_of(opened.changes) if opened else None,
        cost_likely=found.cost.likely if found.cost and found.cost.lines else None,
        cost_low=found.cost.low if found.cost else None,
        cost_high=found.cost.high if found.cost else None,
        cost_delta=opened.cost_delta if opened else None,
        warnings=opened.warnings if opened else [],
        dissent=opened.dissent if opened else [],
        reasons=opened.reasons if opened else [],
        blocking=found.policy.denied if found.policy else [],
        soft=_soft(found.policy, form) if "approve" in gate.allowed else [],
        spent="" if "request_changes" in gate.allowed else _SPENT,
        form=form or GateForm(comment=kept),
        key=key,
    )


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
