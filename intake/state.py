"""The intake graph's state."""

from __future__ import annotations

from typing_extensions import TypedDict

from storage.records.constraints import ConstraintSchema, FieldName
from storage.records.decision_sets import Coverage, Question
from storage.records.intake import Contradiction, IntakeInput, Misfit


class IntakeState(TypedDict, total=False):
    """`inputs` is what came in since the graph last read; `inputs_through` the seq it has read up to. `given` and
    `settled` are the constraints and the waived fields it began with; `set_aside` the seqs of answers whose question no
    longer arises; `following` the question to be worded, `unasked` the fields whose answer would change nothing."""

    raw_query: str
    given: ConstraintSchema
    settled: list[FieldName]
    constraints: ConstraintSchema
    missing_fields: list[FieldName]
    intake_messages: list[IntakeInput]
    inputs: list[IntakeInput]
    inputs_through: int
    coverage: Coverage
    question: Question | None
    following: Question | None
    unasked: list[FieldName]
    asked: list[str]
    skipped: list[FieldName]
    contradictions: list[Contradiction]
    misfits: list[Misfit]
    set_aside: list[int]
    start: bool
    ready: bool
