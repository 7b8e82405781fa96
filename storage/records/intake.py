"""What passes between a person and the intake."""

from __future__ import annotations

from typing import Literal, get_args

from storage.records.constraints import ConstraintValue, Evidence, FieldName
from storage.records.decision_sets import Question
from storage.records.record import Record

Choice = Literal["answer", "skip", "dont_know", "assume"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
WORDLESS: tuple[Choice, ...] = ("skip", "dont_know", "assume")
"""Choices that need no words."""


class IntakeInput(Record):
    """One thing a person did in the intake. `seq` is its event's; `edits` maps a field to its new value, or None to
    withdraw it; `replaces` is the seq of the input whose place it takes; `question` is the one it answered, set when it
    is read."""

    seq: int
    text: str = ""
    by: str = ""
    question_id: str | None = None
    choice: Choice | None = None
    edits: dict[FieldName, ConstraintValue | None] | None = None
    start: bool = False
    replaces: int | None = None
    question: Question | None = None


class Contradiction(Record):
    """Two values for one field, neither of them withdrawn. `evidence` and `source` are the later one's."""

    field: FieldName
    earlier: ConstraintValue
    later: ConstraintValue
    message: int
    evidence: Evidence | None = None
    source: str = ""


class Misfit(Record):
    """Words that look like a fact and cannot be one."""

    field: FieldName
    reason: str
    message: int
