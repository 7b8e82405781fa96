"""The decision set as the API and the pages show it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from storage.records.canonical import Money
from storage.records.constraints import ConstraintSchema, FieldName
from storage.records.ids import DecisionSetId, GateId, ProjectId, Sha256
from storage.records.plans import Cost, GateAction, Plan, PolicyReport
from storage.records.record import Record

Status = Literal["intake", "planning", "awaiting_approval", "building", "completed", "rejected", "failed", "cancelled"]
Ended = Literal["completed", "rejected", "failed", "cancelled"]
ENDED: frozenset[Ended] = frozenset(get_args(Ended))

Stage = Literal[
    "intake", "planner", "critics", "reconcile", "policy", "approval", "codegen", "validators", "diff", "done"
]


class Option(Record):
    """One offered answer: the value is what the field would take, the label what the operator reads."""

    label: str
    value: bool | int | float | str | list[str] | None = None


class Question(Record):
    """`field` is None for the last question, which confirms the assumptions. `worth` says in words what the answer
    would change; empty while that is not known."""

    id: str
    field: FieldName | None
    text: str
    why: str
    options: list[Option]
    worth: str = ""


class Coverage(Record):
    """`score` is 0 to 1: the weight of the required facts that are resolved over the weight of all of them."""

    score: float
    missing: list[FieldName]


class Gate(Record):
    id: GateId
    kind: Literal["approval"] = "approval"
    allowed: list[GateAction]
    capsule: Sha256
    opened_at: datetime
    expires_at: datetime


class Artifact(Record):
    sha256: Sha256
    name: str
    media_type: str
    size: int


Strategy = Literal["weighted_vote", "consensus", "escalate"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
THRESHOLDS: dict[Strategy, float] = {"weighted_vote": 0.25, "consensus": 0.66}
"""What holds where a project has none of its own; a strategy without one counts nothing."""
MOST_ROUNDS = 5


class Settling(Record):
    """How the critics' objections are settled. weighted_vote: the plan is made again when the votes for it, weighted by
    confidence and severity, reach `threshold`. consensus: it is made again while the share of critics who accept it is
    below `threshold`. escalate: never; a person decides at the gate. `rounds` bounds how often the planner tries before
    a person is asked."""

    strategy: Strategy = "weighted_vote"
    threshold: float | None = Field(default=None, gt=0, le=1)
    rounds: int = Field(default=2, ge=1, le=MOST_ROUNDS)

    @property
    def needed(self) -> float | None:
        return self.threshold if self.threshold is not None else THRESHOLDS.get(self.strategy)


class Project(Record):
    id: ProjectId
    slug: str
    name: str


class ProjectSettings(Settling):
    """A project with how its objections are settled, and who last said so."""

    id: ProjectId
    slug: str
    name: str
    settings_by: str | None = None
    settings_at: datetime | None = None


class ProjectTotals(Project):
    """A project with how many of its decision sets wait for a person and how many run. `cost_likely` is US dollars a
    month, of the latest completed one with a price; `updated_at` is when any of them last changed."""

    waiting: int
    running: int
    cost_likely: Money | None
    updated_at: datetime | None


class DecisionSet(BaseModel):
    """`number` counts per project; `version` moves with state, not with events."""

    model_config = ConfigDict(frozen=True)

    id: DecisionSetId
    number: int
    project: str
    """The project's slug."""
    title: str
    parent_id: DecisionSetId | None
    parent_number: int | None = Field(default=None, exclude=True)
    version: int
    status: Status
    stage: Stage
    created_by: str
    created_at: datetime
    updated_at: datetime
    constraints: ConstraintSchema
    coverage: Coverage
    question: Question | None
    plan: Plan | None
    cost: Cost | None
    policy: PolicyReport | None
    gate: Gate | None
    commit: str | None
    artifacts: list[Artifact]


class DecisionSetSummary(BaseModel):
    """One row of the inbox or a list."""

    model_config = ConfigDict(frozen=True)

    id: DecisionSetId
    number: int
    project: str
    title: str
    parent_id: DecisionSetId | None
    version: int
    status: Status
    stage: Stage
    created_by: str
    created_at: datetime
    updated_at: datetime
    question: Question | None = None
    gate: Gate | None = None
    cost_likely: str | None = None
    cost_delta: str | None = None
    warnings: int = 0
    changes: dict[str, int] = Field(default_factory=dict)
    answered_by: str | None = None
    failure: str | None = None
