"""What became of an approval: what its comment changed, and what a completed run hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile

from storage.records.decision_sets import DecisionSet
from storage.records.events import (
    ConstraintCaptured,
    DiffRecorded,
    Event,
    GateAnswered,
    Payload,
    ReasonCard,
    StageChanged,
)
from storage.records.plans import Plan
from web.views.words import field_label, value_words

READER = "process_approval_feedback"
"""The node that reads an answer's comment."""


@dataclass(frozen=True, slots=True)
class Heeded:
    """A comment of the approvals that the code was built under. `changes` is empty where it changed nothing, and `why`
    then says so as its card does."""

    by: str
    comment: str
    changes: list[str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a completed decision set hands over. `branch` is empty where the event that names it is not at hand."""

    plan: str
    cost_likely: Decimal | None
    unpriced: int
    commit: str
    branch: str
    clone: str


def headline(plan: Plan | None) -> str:
    """The plan in one line, without the cost that its summary ends with."""
    return plan.summary.partition("; about $")[0].rstrip(".") if plan else ""


def heeded(events: Sequence[Event]) -> list[Heeded]:
    """What the comments changed on the way to the code, oldest first: a gate that opened again for what a comment
    allowed is answered with the same comment, which then changes nothing more. Where none changed anything, the last
    one alone. Empty before the last one was read, and where the last answer is no approval."""
    answers = _answers(events)
    if not answers or not any(isinstance(item, StageChanged) and item.stage == "codegen" for item in answers[-1].read):
        return []
    approvals = list(takewhile(lambda item: item.answer.action == "approve", reversed(answers)))
    found = [item.heeded() for item in reversed(approvals) if item.answer.comment]
    return [item for item in found if item.changes] or found[-1:]


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer, and what its reader told of it."""

    answer: GateAnswered
    read: list[Payload] = field(default_factory=list)

    def heeded(self) -> Heeded:
        changes = [_change(item) for item in self.read if isinstance(item, ConstraintCaptured)]
        said = [item.decision for item in self.read if isinstance(item, ReasonCard) and item.title == "Comment"]
        return Heeded(self.answer.by, self.answer.comment, changes, said[-1] if said else "")


def _answers(events: Sequence[Event]) -> list[_Answered]:
    found: list[_Answered] = []
    for event in events:
        item = event.typed
        if isinstance(item, GateAnswered):
            found.append(_Answered(item))
        elif found and item and event.node == READER:
            found[-1].read.append(item)
    return found


def _change(item: ConstraintCaptured) -> str:
    before = value_words(item.field, item.previous)
    return f"{field_label(item.field)}: {before} → {value_words(item.field, item.value)}"


def result(found: DecisionSet, events: Sequence[Event], base_url: str) -> Result | None:
    """None while nothing is committed."""
    if found.status != "completed" or not found.commit:
        return None
    recorded = next((item for event in reversed(events) if isinstance(item := event.typed, DiffRecorded)), None)
    branch = recorded.commit.branch if recorded else ""
    address = f"{base_url}/git/{found.project}.git"
    return Result(
        plan=headline(found.plan),
        cost_likely=found.cost.likely if found.cost and found.cost.lines else None,
        unpriced=len(found.cost.unknown) if found.cost else 0,
        commit=found.commit,
        branch=branch,
        clone=f"git clone -b {branch} {address}" if branch else f"git clone {address}",
    )
