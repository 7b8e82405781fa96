"""What needs a person, what runs, what failed, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.inbox import PagedPart, Waiting
from storage.records.decision_sets import DecisionSetSummary, Project
from web.views.panel import Counts, counts_of
from web.views.words import Mark, blocks, stage_word, status_mark


@dataclass(frozen=True, slots=True)
class Item:
    """One decision set in a list. `counts` are of resources against the parent, of what changes anything.
    `open_label` is what its button says; `age_from` what its age counts from."""

    id: str
    number: int
    title: str
    project: str
    mark: Mark
    detail: str
    counts: Counts | None
    cost_likely: str | None
    cost_delta: str | None
    warnings: int
    version: int
    age_from: datetime
    open_label: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What a part holds beyond what is shown: how many, and the address of the next of them, empty after the last.
    `label` is what leads there, where the number of them does not."""

    count: int
    address: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """`count` is with those that are not among `items`."""

    title: str
    items: list[Item]
    count: int
    rest: Rest | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. `status` is one of the statuses, or empty; `part` one of the inbox's, or empty."""

    q: str
    project: str
    status: str
    part: str
    projects: list[Project]
    statuses: list[str]

    @property
    def any(self) -> bool:
        return bool(self.q or self.project or self.status or self.part)


@dataclass(frozen=True, slots=True)
class Inbox:
    """`twin` is the address of the same list as JSON, `poll` that of this list."""

    needs: int
    groups: list[Group]
    filters: Filters
    twin: str
    poll: str
    may_write: bool


def needs_person(summary: DecisionSetSummary) -> bool:
    return summary.gate is not None or (summary.status == "intake" and summary.question is not None)


def needs_you(summary: DecisionSetSummary, *, may_write: bool, may_decide: bool) -> bool:
    """Whether it waits for what the caller's role may do."""
    return needs_person(summary) and (may_decide if summary.gate else may_write)


def needs(waiting: Waiting, *, may_write: bool, may_decide: bool) -> int:
    """How many wait for what the caller's role may do."""
    return (waiting.gates if may_decide else 0) + (waiting.questions if may_write else 0)


def item(summary: DecisionSetSummary, *, may_write: bool, may_decide: bool) -> Item:
    gate, question = summary.gate, summary.question
    yours = needs_you(summary, may_write=may_write, may_decide=may_decide)
    label = "Open" if not yours else "Review" if gate else "Answer"
    return Item(
        id=summary.id,
        number=summary.number,
        title=summary.title,
        project=summary.project,
        mark=status_mark(summary.status, summary.stage, asks=question is not None, blocked=blocks(gate)),
        detail=_detail(summary),
        counts=None if blocks(gate) or summary.status in ("rejected", "cancelled") else counts_of(summary.changes),
        cost_likely=summary.cost_likely,
        cost_delta=summary.cost_delta,
        warnings=summary.warnings,
        version=summary.version,
        age_from=gate.opened_at if gate else summary.updated_at,
        open_label=label,
    )


def _detail(summary: DecisionSetSummary) -> str:
    match summary.status:
        case "intake" if summary.question:
            return summary.question.text
        case "planning" | "building":
            return stage_word(summary.stage)
        case "awaiting_approval" if blocks(summary.gate):
            return "Cannot be approved as is"
        case "failed":
            return summary.failure or ""
        case "completed" | "rejected" if summary.answered_by:
            return f"{'approved' if summary.status == 'completed' else 'rejected'} by {summary.answered_by}"
        case _:
            return ""


def groups(
    summaries: Iterable[DecisionSetSummary],
    *,
    may_write: bool,
    may_decide: bool,
    rests: Mapping[PagedPart, Rest] | None = None,
) -> list[Group]:
    """Those without items left out. What needs a person stands oldest first, the rest newest first."""
    needs: list[DecisionSetSummary] = []
    approvers: list[DecisionSetSummary] = []
    operators: list[DecisionSetSummary] = []
    running: list[DecisionSetSummary] = []
    failed: list[DecisionSetSummary] = []
    decided: list[DecisionSetSummary] = []
    for summary in summaries:
        if needs_you(summary, may_write=may_write, may_decide=may_decide):
            needs.append(summary)
        elif needs_person(summary):
            (approvers if summary.gate else operators).append(summary)
        elif summary.status in ("completed", "rejected", "cancelled"):
            decided.append(summary)
        elif summary.status == "failed":
            failed.append(summary)
        else:
            running.append(summary)
    for waiting in (needs, approvers, operators):
        waiting.sort(key=lambda found: found.gate.opened_at if found.gate else found.updated_at)
    rest = (rests or {}).get
    named: Sequence[tuple[str, list[DecisionSetSummary], Rest | None]] = (
        ("Needs you", needs, rest("questions") if may_write else None),
        ("Waiting for an approver", approvers, None),
        ("Waiting for an operator's answer", operators, None if may_write else rest("questions")),
        ("Running", running, rest("running")),
        ("Failed", failed, rest("failed")),
        ("Decided", decided, rest("decided")),
    )
    return [
        Group(
            title=title,
            items=[item(found, may_write=may_write, may_decide=may_decide) for found in members],
            count=len(members) + (rest.count if rest else 0),
            rest=rest,
        )
        for title, members, rest in named
        if members
    ]
