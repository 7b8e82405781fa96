"""Reads an intake anew when an earlier answer was edited, and says in plain words what that changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from intake.extract import Understanding, captured, take_in
from intake.questions import is_known, stands
from intake.requirements import required
from intake.schema import label, show
from providers.base import Reads
from storage.records.constraints import FIELD_NAMES, Constraint, ConstraintSchema, FieldName
from storage.records.decision_sets import Question
from storage.records.events import ConstraintCaptured
from storage.records.intake import IntakeInput


@dataclass
class Reread:
    """`asked` are the ids of the questions whose answers were kept, `set_aside` the seqs of the answers whose question
    no longer arises, `dropped` those answers; `words` say what an edit changed."""

    known: Understanding
    asked: list[str] = field(default_factory=list)
    set_aside: list[int] = field(default_factory=list)
    dropped: list[IntakeInput] = field(default_factory=list)
    words: str = ""


def in_place(inputs: Sequence[IntakeInput]) -> list[IntakeInput]:
    """Every input in the order it was first said, a replaced one by what took its place and answers its question."""
    order: list[IntakeInput] = []
    place: dict[int, int] = {}
    for given in inputs:
        at = place.get(given.replaces) if given.replaces is not None else None
        if at is None:
            at = len(order)
            order.append(given)
        else:
            order[at] = given.model_copy(update={"question": order[at].question})
        place[given.seq] = at
    return order


async def reread(
    provider: Reads,
    given: ConstraintSchema,
    settled: Collection[FieldName],
    inputs: Sequence[IntakeInput],
) -> Reread:
    """What stands when everything is read from the start: `given` and `settled` are what the intake began with. An
    answer counts as one while its question still stands; otherwise it is read for what else it says."""
    done = Reread(Understanding(constraints=given, question=None, skipped=set(settled)))
    known = done.known
    for item in in_place(inputs):
        question = item.question
        kept = question is None or _stands(question, known)
        known.question = question if kept else None
        known.aside = () if question is None or kept else _fact_of(question, known.constraints)
        await take_in(provider, known, item)
        if question is None or question.field is None:
            continue
        if not kept:
            done.dropped.append(item)
            done.set_aside.append(item.seq)
        elif question.id not in done.asked and (
            is_known(known.constraints, question.field) or question.field in known.skipped
        ):
            done.asked.append(question.id)
    known.question, known.aside = None, ()
    return done


def _stands(question: Question, known: Understanding) -> bool:
    disputed = [item.field for item in known.contradictions]
    doubtful = [item.field for item in known.misfits]
    return stands(question, known.constraints, disputed=disputed, doubtful=doubtful)


def _fact_of(question: Question, schema: ConstraintSchema) -> tuple[FieldName, ...]:
    """The fields of the fact it asked for."""
    if question.field is None:
        return ()
    return next((fact.fields for fact in required(schema) if question.field in fact.fields), (question.field,))


def differences(before: ConstraintSchema, after: ConstraintSchema) -> list[ConstraintCaptured]:
    """One event for each field that is not what it was."""
    return [
        captured(name, after.root.get(name), before.root.get(name))
        for name in FIELD_NAMES
        if _held(before.root.get(name)) != _held(after.root.get(name))
    ]


def _held(item: Constraint | None) -> object:
    return item and (item.value, item.status)


def in_words(read: Reread, already: Collection[int] = ()) -> str:
    """What an edit changed: "Latency p95: 80 ms → 100 ms; Budget: $4,000 /mo → not stated". `already` are the
    answers that were set aside before."""
    moved = "; ".join(_moved(item) for item in read.known.captured)
    sentences = [f"Read again with the edit. {moved}." if moved else "Read again with the edit: nothing changed."]
    for item in read.dropped:
        if item.question is not None and item.seq not in already:
            sentences.append(
                f"“{item.question.text}” no longer arises, so the answer to it (message {item.seq}) is set aside."
            )
    return " ".join(sentences)


def _moved(item: ConstraintCaptured) -> str:
    if item.value is not None and item.value == item.previous:
        return f"{label(item.field)}: {show(item.field, item.value)}, now {item.status}"
    before = "not stated" if item.previous is None else show(item.field, item.previous)
    after = "not stated" if item.value is None else show(item.field, item.value)
    if item.status == "assumed":
        after = f"{after} (assumed)"
    return f"{label(item.field)}: {before} → {after}"
