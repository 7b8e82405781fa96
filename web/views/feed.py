"""Events as cards, in the order they happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from storage.records.events import (
    ConstraintCaptured,
    CostUpdate,
    DiffRecorded,
    Event,
    GateAnswered,
    GateOpened,
    MessageReceived,
    MessageSent,
    PolicyUpdate,
    QuestionAsked,
    ReasonCard,
    RunComplete,
    RunFailed,
    StageChanged,
    ValidatorReport,
)
from storage.records.ids import DecisionSetId
from web.filters import usd
from web.views import cards
from web.views.editing import EditForm, edit_link
from web.views.marked import Spans, segments
from web.views.words import Mark, field_label, node_word, outcome_mark, stage_word, value_words

Known = (
    MessageReceived
    | MessageSent
    | ConstraintCaptured
    | QuestionAsked
    | StageChanged
    | ReasonCard
    | CostUpdate
    | PolicyUpdate
    | GateOpened
    | GateAnswered
    | ValidatorReport
    | DiffRecorded
    | RunFailed
    | RunComplete
)
_OUTCOMES = {
    "completed": Mark("done", "Run completed", "ok"),
    "waiting": Mark("waiting", "The run waits for a person", "stale"),
    "rejected": Mark("failed", "Run ended: rejected", "fail"),
    "failed": Mark("failed", "Run ended: failed", "fail"),
    "cancelled": Mark("cancelled", "Run cancelled", "stale"),
}
_CHOICES = {"skip": "Skipped the question", "dont_know": "Don't know", "assume": "Assume the default"}
LINE = 120
"""Characters of a message in one line of a history."""
_ACTIONS = {
    "approve": Mark("done", "Approved", "ok"),
    "reject": Mark("failed", "Rejected", "fail"),
    "request_changes": Mark("superseded", "Changes requested", "waiting"),
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a card cannot know from its own event. `open_question` is the id of the question that waits, `opened` a card
    that its permalink asks for, `superseded` what took the place of a card, by seq, `decisions` how a gate was
    answered, by gate, and `overrides` who let which rule stand and why, by the seq of the report. `replaced` maps a
    message to the one that took its place, `edit` is the form that edits one of those that are `editable`."""

    decision_set: DecisionSetId
    spans: Spans = field(default_factory=dict)
    open_question: str | None = None
    opened: int | None = None
    superseded: dict[int, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    overrides: dict[int, dict[str, str]] = field(default_factory=dict)
    replaced: dict[int, int] = field(default_factory=dict)
    editable: frozenset[int] = frozenset()
    edit: EditForm | None = None


def feed(events: Sequence[Event], context: Context) -> list[cards.Entry]:
    return [cards.entry(card(event, context)) for event in events]


def superseded(events: Sequence[Event]) -> dict[int, str]:
    """Cards whose place a later one has taken, by seq."""
    newest: dict[tuple[str, str], int] = {}
    for event in events:
        if event.type in ("reason-card", "cost-update", "policy-update", "validator-report", "gate-opened"):
            newest[_slot(event)] = event.seq
    return {
        event.seq: f"Superseded by card {newest[_slot(event)]}"
        for event in events
        if newest.get(_slot(event), event.seq) != event.seq
    }


def _slot(event: Event) -> tuple[str, str]:
    """Reasons and checks are each node's own, a critic's its own wherever it speaks; there is one cost, one policy
    report and one gate that hold."""
    if event.type == "reason-card" and str(event.payload.get("title")).startswith("Critic · "):
        return event.type, event.payload["title"]
    return event.type, (event.node or "") if event.type in ("reason-card", "validator-report") else ""


def decisions(events: Sequence[Event]) -> dict[str, str]:
    """How each gate was answered, in words."""
    found: dict[str, str] = {}
    for event in events:
        payload = event.typed
        if isinstance(payload, GateAnswered):
            found[payload.gate] = f"{_ACTIONS[payload.action].word} by {payload.by}"
    return found


def card(event: Event, context: Context) -> cards.CardView:
    payload = event.typed
    if payload is None:
        mark = Mark("info", f"Something new: {event.type}", "plain")
        return cards.NoteView(_head(event, context, "other", "info", mark.word), mark, node_word(event.node))
    return _known(event, payload, context)  # pyright: ignore[reportArgumentType] (the union of all payloads)


def _head(
    event: Event, context: Context, kind: str, icon: str, title: str, *, gist: str = "", opened: bool = True
) -> cards.Head:
    base = f"/decision-sets/{context.decision_set}"
    replaced = context.superseded.get(event.seq, "")
    return cards.Head(
        seq=event.seq,
        kind=kind,
        icon=icon,
        title=title,
        line=f"{title}: {gist}" if gist else title,
        at=event.at,
        node="" if kind == "stage" else node_word(event.node),  # which is the stage that ended
        link=f"{base}?card={event.seq}#card-{event.seq}",
        past=f"{base}/at/{event.checkpoint_id}" if event.checkpoint_id else "",
        open=context.opened == event.seq or (opened and not replaced),
        superseded=replaced,
    )


def _known(event: Event, payload: Known, context: Context) -> cards.CardView:
    match payload:
        case MessageReceived() | MessageSent():
            return _message(event, payload, context)
        case ConstraintCaptured():
            return _fact(event, payload, context)
        case QuestionAsked():
            return _question(event, payload, context)
        case ReasonCard():
            critic = (event.node or "").startswith("critic")
            opened = not critic or bool(payload.changes)
            head = _head(event, context, "reason", "reason", payload.title, gist=payload.chosen, opened=opened)
            return cards.ReasonView(head, payload)
        case CostUpdate():
            return _cost(event, payload, context)
        case PolicyUpdate():
            return _policy(event, payload, context)
        case GateOpened():
            head = _head(event, context, "gate", "gate", "Approval needed")
            return cards.GateView(head, payload, context.decisions.get(payload.gate, ""))
        case GateAnswered():
            mark = _ACTIONS[payload.action]
            head = _head(event, context, "gate", "gate", f"{mark.word} by {payload.by}")
            return cards.AnswerView(head, payload, mark, segments(payload.comment, context.spans.get(event.seq, ())))
        case ValidatorReport():
            return _validators(event, payload, context)
        case DiffRecorded():
            return _diff(event, payload, context)
        case RunFailed():
            head = _head(event, context, "failure", "failed", f"Failed at {stage_word(payload.stage)}")
            return cards.FailureView(head, payload)
        case StageChanged():
            waits = "waits for a person" if payload.status == "awaiting_approval" else ""
            detail = " · ".join(filter(None, [f"round {payload.round}" if payload.round > 1 else "", waits]))
            mark = Mark("next", stage_word(payload.stage), "plain")
            return cards.NoteView(_head(event, context, "stage", "next", mark.word), mark, detail)
        case RunComplete():
            mark = _OUTCOMES[payload.outcome]
            return cards.NoteView(_head(event, context, "outcome", mark.icon, mark.word), mark, "")
        case _:
            assert_never(payload)


def _message(event: Event, payload: MessageReceived | MessageSent, context: Context) -> cards.MessageView:
    if isinstance(payload, MessageSent):
        head = _head(event, context, "message", "message", "Countersign", gist=payload.text[:LINE])
        return cards.MessageView(head, "", segments(payload.text, ()), [])
    did = [_CHOICES[payload.choice]] if payload.choice in _CHOICES else []
    for name, value in (payload.edits or {}).items():
        did.append(f"{field_label(name)}: {value_words(name, value)}" if value is not None else _withdrawn(name))
    if payload.start:
        did.append("Start planning")
    gist = (payload.text or ", ".join(did))[:LINE]
    head = _head(event, context, "message", "person", payload.by, gist=gist)
    return cards.MessageView(
        head,
        payload.by,
        segments(payload.text, context.spans.get(event.seq, ())),
        did,
        replaces=payload.replaces,
        replaced_by=context.replaced.get(event.seq),
        edit=edit_link(context.decision_set, event.seq) if event.seq in context.editable else "",
        form=context.edit if context.edit and context.edit.seq == event.seq else None,
    )


def _withdrawn(name: str) -> str:
    return f"{field_label(name)}: withdrawn"


def _fact(event: Event, payload: ConstraintCaptured, context: Context) -> cards.FactView:
    label = field_label(payload.field)
    value = "withdrawn" if payload.value is None else value_words(payload.field, payload.value)
    return cards.FactView(
        head=_head(event, context, "fact", "fact", label, gist=value),
        field=payload.field,
        label=label,
        value=value,
        status=payload.status,
        previous="" if payload.previous is None else value_words(payload.field, payload.previous),
    )


def _question(event: Event, payload: QuestionAsked, context: Context) -> cards.QuestionView:
    question = payload.question
    current = question.id == context.open_question
    return cards.QuestionView(
        head=_head(event, context, "question", "question", question.text, opened=current),
        question=question,
        label=field_label(question.field) if question.field else "Assumptions",
        current=current,
    )


def _cost(event: Event, payload: CostUpdate, context: Context) -> cards.CostView:
    cost = payload.cost
    axis = max(cost.high, payload.budget or Decimal(0), payload.before or Decimal(0), Decimal(1)) * Decimal("1.1")

    def share(amount: Decimal) -> float:
        return round(float(amount / axis) * 100, 2)

    return cards.CostView(
        head=_head(event, context, "cost", "cost", "Cost", gist=f"{usd(cost.likely)} /mo" if cost.lines else "unknown"),
        cost=cost,
        before=payload.before,
        delta=payload.delta,
        budget=payload.budget,
        left=None if payload.budget is None else payload.budget - cost.likely,
        model_spend=payload.model_spend,
        bar_low=share(cost.low),
        bar_likely=share(cost.likely),
        bar_high=share(cost.high),
        bar_budget=None if payload.budget is None else share(payload.budget),
    )


def _policy(event: Event, payload: PolicyUpdate, context: Context) -> cards.PolicyView:
    order = {"fail": 0, "warn": 1, "pass": 2}
    results = sorted(payload.policy.results, key=lambda item: (order.get(item.outcome, 3), item.id))
    let_stand = context.overrides.get(event.seq, {})
    rows = [cards.PolicyRow(outcome_mark(item.outcome), item, let_stand.get(item.id, "")) for item in results]
    return cards.PolicyView(
        head=_head(event, context, "policy", "policy", "Policy", gist=payload.policy.outcome),
        passed=sum(item.outcome == "pass" for item in results),
        warned=sum(item.outcome == "warn" for item in results),
        blocked=sum(item.outcome == "fail" for item in results),
        bundle=payload.policy.bundle,
        attention=[row for row in rows if row.result.outcome != "pass"],
        passing=[row for row in rows if row.result.outcome == "pass"],
    )


def _validators(event: Event, payload: ValidatorReport, context: Context) -> cards.ValidatorView:
    order = {"failed": 0, "not_run": 1, "passed": 2}
    checks = sorted(payload.checks, key=lambda item: order.get(item.outcome, 3))
    mark = (
        Mark("done", "Checks passed", "ok") if payload.outcome == "passed" else Mark("failed", "Checks failed", "fail")
    )
    return cards.ValidatorView(
        head=_head(event, context, "validator", "validator", mark.word),
        mark=mark,
        sandbox=payload.sandbox,
        failed=sum(item.outcome == "failed" for item in checks),
        passed=sum(item.outcome == "passed" for item in checks),
        not_run=sum(item.outcome == "not_run" for item in checks),
        checks=[cards.CheckRow(outcome_mark(item.outcome), item) for item in checks],
    )


def _diff(event: Event, payload: DiffRecorded, context: Context) -> cards.DiffView:
    return cards.DiffView(
        head=_head(event, context, "diff", "diff", "Committed"),
        commit=payload.commit,
        base=payload.base or "",
        added=payload.state.get("added", 0),
        changed=payload.state.get("changed", 0),
        removed=payload.state.get("removed", 0),
        destructive=payload.destructive,
        files=payload.files,
        artifact=payload.artifact,
        changes_link=f"/decision-sets/{context.decision_set}/changes",
    )
