"""The approval panel: what would be countersigned, what became of it, or what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.records.decision_sets import DecisionSet
from storage.records.events import Event, GateAnswered, GateOpened
from web.views.gate import Counts, GateForm, OpenGate, counts_of, open_gate
from web.views.outcome import Heeded, Result, heeded, result
from web.views.words import Mark

__all__ = ["ApprovalPanel", "Counts", "Earlier", "GateForm", "approval_panel", "counts_of"]


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
    too late for any gate. `heeded` is what became of the approval's comment, `result` what a completed run hands
    over."""

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
    heeded: list[Heeded]
    result: Result | None


_EARLIER = {
    "approve": Mark("done", "Approved", "ok"),
    "request_changes": Mark("superseded", "Changes requested", "waiting"),
    "reject": Mark("failed", "Rejected", "fail"),
}
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
    base_url: str = "",
    form: GateForm | None = None,
    now: datetime | None = None,
) -> ApprovalPanel:
    """`events` are those on the page. `base_url` is where a browser finds the console."""
    expired = _expired(found, events, now or datetime.now(UTC))
    gate = None if expired else open_gate(found, events, key, form)
    earlier = [_earlier(event, payload) for event in events if isinstance(payload := event.typed, GateAnswered)]
    words = _BEFORE_POLICY.get(found.status) or _AFTER.get(found.status) or _on_its_way(events)
    late = form if form and not gate else GateForm()
    return ApprovalPanel(
        decision_set=found.id,
        words=words,
        may_decide=may_decide,
        role=role,
        gate=gate,
        earlier=earlier,
        error=late.error,
        unused=late.comment,
        expired=expired,
        may_retry=may_retry,
        key=key,
        heeded=heeded(events) if found.status in ("building", "completed") else [],
        result=result(found, events, base_url),
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
