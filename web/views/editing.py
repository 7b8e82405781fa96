"""An earlier message put in other words: which may be, by which form, and which took the place of which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records.decision_sets import DecisionSet, Question
from storage.records.events import Event, MessageReceived, QuestionAsked


@dataclass(frozen=True, slots=True)
class EditForm:
    """An earlier message, opened to be put in other words; `question` is the one it answered, `options` its answers."""

    decision_set: str
    seq: int
    key: str
    question: Question | None
    options: list[str]
    text: str
    error: str = ""


def edit_link(decision_set: str, seq: int) -> str:
    return f"/decision-sets/{decision_set}?edit={seq}"


def replacements(events: Sequence[Event]) -> dict[int, int]:
    """Which message took the place of which."""
    replaced: dict[int, int] = {}
    for event in events:
        payload = event.typed
        if isinstance(payload, MessageReceived) and payload.replaces is not None:
            replaced[payload.replaces] = event.seq
    return replaced


def editable_messages(found: DecisionSet, events: Sequence[Event], *, may_write: bool) -> frozenset[int]:
    """The messages that still hold and have words or an answer in them, while the intake is open."""
    if not may_write or found.status != "intake":
        return frozenset()
    replaced = replacements(events)
    return frozenset(
        event.seq
        for event in events
        if isinstance(said := event.typed, MessageReceived)
        and said.edits is None
        and not said.start
        and event.seq not in replaced
    )


def edit_form(
    found: DecisionSet, events: Sequence[Event], seq: int, *, key: str, typed: str | None = None, error: str = ""
) -> EditForm | None:
    """The form for a message, or for the one that took its place; None where there is none to edit. `typed` is what was
    typed before a refusal."""
    replaced = replacements(events)
    while seq in replaced:
        seq = replaced[seq]
    said = next((event.typed for event in events if event.seq == seq), None)
    if not isinstance(said, MessageReceived) or seq not in editable_messages(found, events, may_write=True):
        return None
    asked = [event.typed.question for event in events if event.seq < seq and isinstance(event.typed, QuestionAsked)]
    question = next((item for item in reversed(asked) if item.id == said.question_id), None)
    options = [item.label for item in question.options] if question else []
    return EditForm(found.id, seq, key, question, options, said.text if typed is None else typed, error)
