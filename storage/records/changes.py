"""The change summary: what moved between two decision sets in state, git, cost, policy and constraints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from storage.records.canonical import Money
from storage.records.constraints import ConstraintValue, FieldName
from storage.records.ids import DecisionSetId
from storage.records.plans import PolicyLevel, PolicyOutcome, Record

Kind = Literal["added", "removed", "changed"]


class StateChange(Record):
    """`path` reads like `plan.resources[compute].sku`. A value larger than 8 KiB as canonical JSON stands as
    `sha256:…`. `cause` is the seq, in the head's event log, of the event that brought the value; None when the head's
    log has no such event."""

    path: str
    kind: Kind
    old: Any = None
    new: Any = None
    cause: int | None = None


class PlanMove(Record):
    """One line of what a plan changes against the one that stood; `destructive`: something is taken away."""

    what: str
    old: str
    new: str
    destructive: bool = False


class FileChange(Record):
    """`patch` is a unified diff. `note` says what is not in it: a binary, a file too large to compare, a patch cut off;
    with the first two, `additions` and `deletions` are 0 because lines were not counted."""

    path: str
    status: Kind
    additions: int = 0
    deletions: int = 0
    patch: str = ""
    note: str = ""


class GitChange(Record):
    base_commit: str | None
    head_commit: str | None
    files: list[FileChange] = Field(default_factory=list)


class CostChange(Record):
    """The likely cost a month in US dollars; None where there is no estimate, and no `delta` without both."""

    base: Money | None
    head: Money | None
    delta: Money | None


class PolicyChange(Record):
    """One policy's outcome on both sides; None where that side did not evaluate it. `actual`, `required` and `message`
    are the head's, or the base's where the head has none."""

    id: str
    title: str
    level: PolicyLevel
    base: PolicyOutcome | None
    head: PolicyOutcome | None
    actual: str
    required: str
    message: str
    cause: int | None = None

    @property
    def changed(self) -> bool:
        return self.base != self.head


class ConstraintChange(Record):
    """Bare values; None where nobody said."""

    field: FieldName
    kind: Kind
    old: ConstraintValue | None
    new: ConstraintValue | None
    cause: int | None = None


class ChangeSummary(Record):
    """`state`, `constraints`: what changed alone. `policy`: every policy, those that changed first. `destructive` names
    what the head takes away: resources, encryption, redundancy."""

    base: DecisionSetId | None
    head: DecisionSetId
    state: list[StateChange]
    git: GitChange
    cost: CostChange
    policy: list[PolicyChange]
    constraints: list[ConstraintChange]
    destructive: list[str] = Field(default_factory=list)
