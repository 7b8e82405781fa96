"""What came together while a node read or worded: on a card, and in a sentence where it failed."""

from __future__ import annotations

from collections.abc import Sequence

from infra.excerpt import excerpt
from intake.schema import MEANINGS, ConstraintSchema, label, show
from intake.state import IntakeState
from providers.base import Dropped, ModelCall, Reader, WordingRequest
from storage.events import Origin
from storage.records.decision_sets import Question
from storage.records.events import ConstraintCaptured, MessageSent, Payload, ReasonCard, Rejected
from storage.records.steps import RunContext


def origin_of(context: RunContext | None, node: str) -> Origin | None:
    return Origin(context.decision_set, context.thread, context.run, node=node) if context else None


async def in_its_words(reader: Reader, question: Question, state: IntakeState) -> tuple[Question, list[MessageSent]]:
    """The question as a model words it, with what it says first. Field, options and reason stay what they are."""
    if question.field is None:
        return question, []
    known = state.get("constraints") or ConstraintSchema()
    heard = [item.text for item in state.get("intake_messages", []) if item.text]
    request = WordingRequest(
        question=question,
        wrote=heard[-1] if heard else "",
        understood={label(name): show(name, item.value) for name, item in known.root.items()},
        asks_for=f"{label(question.field)} ({MEANINGS[question.field].unit or 'one of its values'})",
    )
    worded = await reader.word(request)
    if worded is None:
        return question, []
    reply = [MessageSent(text=worded.reply)] if worded.reply else []
    return question.model_copy(update={"text": worded.question}), reply


def reports(reader: Reader, facts: Sequence[ConstraintCaptured] = ()) -> list[Payload]:
    """A card for each model that answered, and a message for what was dropped or had to be done by another."""
    cards: list[Payload] = [
        _reading(call, facts, reader.dropped) if call.task == "reading" else _wording(call)
        for call in reader.calls
        if call.provider
    ]
    said = [*_dropped(reader.dropped), *(_instead(call) for call in reader.calls if call.failures)]
    return [*cards, MessageSent(text="\n\n".join(said))] if said else cards


def _reading(call: ModelCall, facts: Sequence[ConstraintCaptured], dropped: Sequence[Dropped]) -> ReasonCard:
    named = [f"{label(item.field)}: {show(item.field, item.value)}" for item in facts if item.value is not None]
    return _card(
        call,
        title="Reading",
        decision=f"{call.by} read what was written",
        chosen="; ".join(named) or "No new fact",
        rejected=[
            Rejected(option=f"{label(item.field)}: {show(item.field, item.value)}", reason=_reason(item))
            for item in dropped
        ],
    )


def _wording(call: ModelCall) -> ReasonCard:
    return _card(
        call,
        title="Wording",
        decision=f"{call.by} worded the question",
        chosen="Its words alone: which question is asked, and with which options, is a rule's choice",
        rejected=[],
    )


def _card(call: ModelCall, *, title: str, decision: str, chosen: str, rejected: list[Rejected]) -> ReasonCard:
    return ReasonCard(
        title=title,
        decision=decision,
        chosen=chosen,
        rejected=rejected,
        assumptions=[call.took, *call.failures],
        provider=call.provider,
        model=call.model,
        pack=call.pack,
        tokens=call.tokens,
        cost_usd=call.cost_usd,
    )


def _reason(item: Dropped) -> str:
    return f"dropped: its evidence “{excerpt(item.quote, 80)}” is {item.reason}"


def _dropped(dropped: Sequence[Dropped]) -> list[str]:
    return [f"{label(item.field)}: {show(item.field, item.value)} was {_reason(item)}." for item in dropped]


def _instead(call: ModelCall) -> str:
    """What the operator has to know of models that failed."""
    failed = " ".join(call.failures)
    if not call.provider:
        return f"{failed} The question is asked in its plain words."
    return f"{failed} {call.by} did it instead."
