"""What became of an approval: what its comment changed, and what a completed run hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storage.records.decision_sets import DecisionSet
from storage.records.events import ConstraintCaptured, DiffRecorded, Event, GateAnswered, StageChanged
from storage.records.plans import Plan
from web.views.words import field_label, value_words

READER = "process_approval_feedback"
"""The node that reads an answer's comment."""


@dataclass(frozen=True, slots=True)
class Heeded:
    """The comment of the approval that the code was built under. `changes` is empty where it changed nothing."""

    by: str
    comment: str
    changes: list[str]


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


def heeded(events: Sequence[Event]) -> Heeded | None:
    """None before the comment was read, and where the last answer is no approval or has no comment."""
    last = next((place for place in range(len(events) - 1, -1, -1) if events[place].type == "gate-answered"), None)
    answer = events[last].typed if last is not None else None
    if last is None or not isinstance(answer, GateAnswered) or answer.action != "approve" or not answer.comment:
        return None
    read = [event.typed for event in events[last + 1 :] if event.node == READER]
    if not any(isinstance(item, StageChanged) and item.stage == "codegen" for item in read):
        return None
    return Heeded(answer.by, answer.comment, [_change(item) for item in read if isinstance(item, ConstraintCaptured)])


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
