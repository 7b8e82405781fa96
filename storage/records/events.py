"""What happened, in the past tense: one payload model per event type. Each event of a decision set has the next seq."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from storage.records.canonical import Money
from storage.records.changes import PlanMove
from storage.records.constraints import ConstraintValue, Evidence, FieldName
from storage.records.decision_sets import Ended, Question, Stage, Status
from storage.records.ids import CheckpointId, DecisionSetId, GateId, RunId, Sha256
from storage.records.intake import Choice
from storage.records.plans import Check, Commit, Cost, Critique, GateAction, PolicyOverride, PolicyReport
from storage.records.record import Record

EventType = Literal[
    "message-received",
    "message-sent",
    "constraint-captured",
    "question-asked",
    "stage-changed",
    "reason-card",
    "cost-update",
    "policy-update",
    "gate-opened",
    "gate-answered",
    "validator-report",
    "diff-recorded",
    "run-failed",
    "run-complete",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
Outcome = Ended | Literal["waiting"]


class Payload(Record):
    """What an event of one kind tells."""


class MessageReceived(Payload):
    """What a person wrote, or the answer they chose. `edits` holds constraint edits made beside the chat; `replaces` is
    the seq of the message in whose place this one is read from now on."""

    text: str
    by: str
    question_id: str | None = None
    choice: Choice | None = None
    edits: dict[FieldName, ConstraintValue | None] | None = None
    start: bool = False
    replaces: int | None = None


class MessageSent(Payload):
    text: str


class ConstraintCaptured(Payload):
    """`value` is None when the fact was withdrawn; `previous` is what stood before, or None."""

    field: FieldName
    value: ConstraintValue | None
    status: Literal["stated", "confirmed", "assumed"]
    evidence: Evidence | None
    previous: ConstraintValue | None = None
    source: str = ""


class QuestionAsked(Payload):
    question: Question


class StageChanged(Payload):
    stage: Stage
    status: Status
    round: int = 1


class Rejected(Payload):
    """`pareto`: no option that meets the constraints is better in one of cost, latency and risk and no worse in the
    others. `usd_month` is what has a price; None for a place, and for what does not run or has no price."""

    option: str
    reason: str
    usd_month: Money | None = None
    pareto: bool = False


class Objection(Payload):
    critic: str
    claim: str
    resolution: str


class ReasonCard(Payload):
    """Why a node decided what it decided. `confidence` is 0 to 1; `pack` the SHA-256 of the prompts or rules used;
    `changes` names what moved since the last round."""

    title: str
    decision: str
    chosen: str
    rejected: list[Rejected] = Field(default_factory=list)
    fell_out: list[Rejected] = Field(default_factory=list)
    """Clouds and regions that are not used."""
    evidence: list[str] = Field(default_factory=list)
    assumptions: list[str] = Field(default_factory=list)
    confidence: float | None = None
    confidence_basis: str = ""
    objections: list[Objection] = Field(default_factory=list)
    changes: list[str] = Field(default_factory=list)
    provider: str
    model: str
    pack: Sha256
    tokens: int = 0
    cost_usd: Money | None = None
    """Of the tokens; None where none were used or no price is known."""
    round: int = 1


class CostUpdate(Payload):
    """`before` is the parent's likely cost, or the previous round's; None when there is none."""

    cost: Cost
    before: Money | None = None
    delta: Money | None = None
    budget: Money | None = None
    model_spend: Money | None = None


class PolicyUpdate(Payload):
    policy: PolicyReport


class GateOpened(Payload):
    gate: GateId
    kind: Literal["approval"] = "approval"
    allowed: list[GateAction]
    capsule: Sha256
    opened_at: datetime
    expires_at: datetime
    requested_by: str
    changes: dict[str, int] = Field(default_factory=dict)
    """Counts of resources: added, changed, removed."""
    cost_delta: Money | None = None
    warnings: list[str] = Field(default_factory=list)
    dissent: list[Critique] = Field(default_factory=list)
    comment_kept: str = ""
    reasons: list[str] = Field(default_factory=list)
    """Why approval is asked for again, when it is."""
    against: Literal["", "parent", "previous"] = ""
    """What `changes`, `moves` and `cost_delta` are held against: nothing, the parent's plan, or the one that the gate
    before showed. Empty, too, where it was not recorded yet."""
    moves: list[PlanMove] = Field(default_factory=list)
    destructive: list[str] = Field(default_factory=list)
    """What the plan takes away of what is committed, each a sentence."""
    not_generated: list[str] = Field(default_factory=list)
    """Patterns of the plan that the generated code leaves out in part or whole. Until it was recorded, they stood in a
    warning."""


class GateAnswered(Payload):
    """`kept_from` is the seq of the approval that an identical capsule let stand."""

    gate: GateId
    action: GateAction
    by: str
    comment: str
    capsule: Sha256
    overrides: list[PolicyOverride] = Field(default_factory=list)
    kept_from: int | None = None


class ValidatorReport(Payload):
    outcome: Literal["passed", "failed"]
    sandbox: str
    checks: list[Check]


class DiffFile(Payload):
    path: str
    status: Literal["added", "removed", "changed"]
    additions: int
    deletions: int


class DiffRecorded(Payload):
    base: str | None
    head: str
    commit: Commit
    files: list[DiffFile]
    state: dict[str, int]
    """Counts of state paths against the parent: added, changed, removed."""
    resources: dict[str, int] = Field(default_factory=dict)
    """Counts of resources against the parent: added, changed, removed."""
    destructive: list[str] = Field(default_factory=list)
    artifact: Sha256


class RunFailed(Payload):
    """Cause, effect and what to do next, in words for the operator."""

    stage: str
    cause: str
    effect: str
    next_action: str


class RunComplete(Payload):
    outcome: Outcome


PAYLOADS: dict[EventType, type[Payload]] = {
    "message-received": MessageReceived,
    "message-sent": MessageSent,
    "constraint-captured": ConstraintCaptured,
    "question-asked": QuestionAsked,
    "stage-changed": StageChanged,
    "reason-card": ReasonCard,
    "cost-update": CostUpdate,
    "policy-update": PolicyUpdate,
    "gate-opened": GateOpened,
    "gate-answered": GateAnswered,
    "validator-report": ValidatorReport,
    "diff-recorded": DiffRecorded,
    "run-failed": RunFailed,
    "run-complete": RunComplete,
}
TYPE_OF: dict[type[Payload], EventType] = {model: name for name, model in PAYLOADS.items()}


class Event(BaseModel):
    """As stored and as sent. `checkpoint_id` is the LangGraph checkpoint of the state after the event."""

    model_config = ConfigDict(frozen=True)

    decision_set: DecisionSetId = Field(exclude=True)
    seq: int
    type: str
    node: str | None
    run_id: RunId | None
    checkpoint_id: CheckpointId | None
    at: datetime
    payload: dict[str, Any]

    @property
    def typed(self) -> Payload | None:
        """The payload as its model; None for a type this version does not know."""
        model = PAYLOADS.get(self.type)  # pyright: ignore[reportArgumentType]
        return model.model_validate(self.payload) if model else None
