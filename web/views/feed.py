"""Events as cards, in the order they happened."""

from __future__ import annotations

from collections.abc import Sequence
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
from web.views import cards, results
from web.views.card_head import Context, card_head
from web.views.editing import edit_link
from web.views.marked import segments
from web.views.rounds import says_nothing_new
from web.views.words import Mark, converted, field_label, node_word, stage_word, value_words

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


def feed(events: Sequence[Event], context: Context) -> list[cards.Entry]:
    return [
        cards.entry(card(event, context), context.folded.get(event.seq, ""), hidden=says_nothing_new(event))
        for event in events
    ]


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
        return cards.NoteView(card_head(event, context, "other", "info", mark.word), mark, node_word(event.node))
    return _known(event, payload, context)  # pyright: ignore[reportArgumentType] (the union of all payloads)


def _known(event: Event, payload: Known, context: Context) -> cards.CardView:
    match payload:
        case MessageReceived() | MessageSent():
            return _message(event, payload, context)
        case ConstraintCaptured():
            return _fact(event, payload, context)
        case QuestionAsked():
            return _question(event, payload, context)
        case ReasonCard():
            planned = event.node == "planner"
            head = card_head(event, context, "reason", "reason", payload.title, gist=payload.chosen, opened=planned)
            return cards.ReasonView(head, payload)
        case CostUpdate():
            return results.cost(event, payload, context)
        case PolicyUpdate():
            return results.policy(event, payload, context)
        case GateOpened():
            decision = context.decisions.get(payload.gate, "")
            title = "Approval" if decision else "Approval needed"
            head = card_head(event, context, "gate", "gate", title, opened=False)
            return cards.GateView(head, payload, decision)
        case GateAnswered():
            mark = _ACTIONS[payload.action]
            said = bool(payload.comment or payload.overrides)
            head = card_head(event, context, "gate", "gate", f"{mark.word} by {payload.by}", opened=said)
            return cards.AnswerView(head, payload, mark, segments(payload.comment, context.spans.get(event.seq, ())))
        case ValidatorReport():
            return results.validators(event, payload, context)
        case DiffRecorded():
            return results.diff(event, payload, context)
        case RunFailed():
            head = card_head(event, context, "failure", "failed", f"Failed at {stage_word(payload.stage)}")
            return cards.FailureView(head, payload)
        case StageChanged():
            waits = "waits for a person" if payload.status == "awaiting_approval" else ""
            detail = " · ".join(filter(None, [f"round {payload.round}" if payload.round > 1 else "", waits]))
            mark = Mark("next", stage_word(payload.stage), "plain")
            return cards.NoteView(card_head(event, context, "stage", "next", mark.word), mark, detail)
        case RunComplete():
            mark = _OUTCOMES[payload.outcome]
            return cards.NoteView(card_head(event, context, "outcome", mark.icon, mark.word), mark, "")
        case _:
            assert_never(payload)


def _message(event: Event, payload: MessageReceived | MessageSent, context: Context) -> cards.MessageView:
    if isinstance(payload, MessageSent):
        head = card_head(event, context, "message", "message", "Countersign", gist=payload.text[:LINE])
        return cards.MessageView(head, "", segments(payload.text, ()), [])
    did = [_CHOICES[payload.choice]] if payload.choice in _CHOICES else []
    for name, value in (payload.edits or {}).items():
        did.append(f"{field_label(name)}: {value_words(name, value)}" if value is not None else _withdrawn(name))
    if payload.start:
        did.append("Start planning")
    gist = (payload.text or ", ".join(did))[:LINE]
    head = card_head(event, context, "message", "person", payload.by, gist=gist)
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
        head=card_head(event, context, "fact", "fact", label, gist=value),
        field=payload.field,
        label=label,
        value=value,
        status=payload.status,
        previous="" if payload.previous is None else value_words(payload.field, payload.previous),
        converted=converted(payload.source),
    )


def _question(event: Event, payload: QuestionAsked, context: Context) -> cards.QuestionView:
    """The open question stands in full where it is answered, and here only by its name."""
    question = payload.question
    current = question.id == context.open_question
    label = field_label(question.field) if question.field else "Assumptions"
    title = f"Question · {label}" if current else question.text
    return cards.QuestionView(
        head=card_head(event, context, "question", "question", title, opened=False),
        question=question,
        label=label,
        current=current,
    )
