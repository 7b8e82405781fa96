"""What the agents decide: plan, cost, policy, critique, approval, amendment, bundle, validation, commit."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pydantic import Field

from storage.records.canonical import Money
from storage.records.constraints import Constraint, FieldName
from storage.records.ids import DecisionSetId, GateId, Sha256
from storage.records.record import Record, Traced

CriticName = Literal["tech", "cost", "risk"]
PolicyLevel = Literal["advisory", "soft", "hard"]
POLICY_LEVELS: tuple[PolicyLevel, ...] = get_args(PolicyLevel)
PolicyOutcome = Literal["pass", "warn", "fail"]
POLICY_OUTCOMES: tuple[PolicyOutcome, ...] = get_args(PolicyOutcome)
"""The worst last."""
GateAction = Literal["approve", "reject", "request_changes"]
GATE_ACTIONS: tuple[GateAction, ...] = get_args(GateAction)


class Pattern(Traced):
    """A capability of the plan, such as autoscaling, and the constraint fields it comes from."""

    name: str
    reason: str
    from_: list[FieldName] = Field(default_factory=list, alias="from", serialization_alias="from")


class Trace(Traced):
    """Why the resource of this kind is there and as large as it is, and the stated fields that asks for."""

    kind: str
    reason: str
    from_: list[FieldName] = Field(default_factory=list, alias="from", serialization_alias="from")


class FellOut(Traced):
    """A cloud, or regions of one cloud, that the plan could not or does not use; `reason` is what its nearest option
    lacks."""

    kind: Literal["cloud", "region"]
    cloud: str
    places: list[str]
    reason: str
    from_: list[FieldName] = Field(default_factory=list, alias="from", serialization_alias="from")


class Resource(Record):
    """A thing to run. `kind` is compute, load_balancer, storage, registry, logs, network, queue, database or cluster.
    The sizes are of one machine, and zero for what is not a machine."""

    kind: str
    cloud: str
    region: str
    sku: str
    count: int
    purchase: Literal["on_demand", "spot", "usage"]
    vcpus: int = 0
    memory_gib: float = 0
    accelerator: str = ""
    accelerator_count: int = 0


class Candidate(Record):
    """One option that was considered. `rejected_because` is None for the chosen one alone; `cost_usd_month` is None
    where a price is unknown; `saves_usd_month` stands for every cheaper option that met the constraints and that no
    critic ruled out: the risks it takes kept it out, or whoever proposed the plan. `pareto`: of the options that meet
    the constraints, none is at least as good in cost, latency (of a job: hours a run) and risk, and better in one.
    `risks` are those it would take, in words."""

    label: str
    cost_usd_month: Money | None
    chosen: bool
    rejected_because: str | None
    saves_usd_month: Money | None = None
    cloud: str = ""
    region: str = ""
    sku: str = ""
    count: int = 0
    purchase: str = ""
    latency_p95_ms: float | None = None
    capacity_rps: float | None = None
    run_hours: float | None = None
    pareto: bool = False
    risks: list[str] = Field(default_factory=list)


class Plan(Record):
    """`feasible` is False when no candidate met the hard constraints; `relax` then says what would. `risks` are those
    that the chosen option takes, in words; they follow from its machines, zones and prices. `proposed_by` names who
    chose the option, such as rulebook:rulebook-1; `reason` says why in the proposer's words, and is empty where rules
    chose it by rank."""

    summary: str
    reason: str = ""
    proposed_by: str = ""
    workload_type: str
    patterns: list[Pattern]
    resources: list[Resource]
    candidates: list[Candidate]
    feasible: bool = True
    relax: list[str] = Field(default_factory=list)
    assumptions: list[str] = Field(default_factory=list)
    max_replicas: int | None = None
    min_replicas: int = 1
    public_endpoint: bool = False
    encrypted: bool = True
    zones: int = 1
    risks: list[str] = Field(default_factory=list)
    traces: list[Trace] = Field(default_factory=list)
    fell_out: list[FellOut] = Field(default_factory=list)


class CostLine(Record):
    """`usd` is `quantity` × `unit_usd` a month, rounded to cents; None where the price book has no figure."""

    item: str
    quantity: Money
    unit: str
    unit_usd: Money | None
    usd: Money | None
    source: str
    as_of: str


class Cost(Record):
    """US dollars a month. `unknown` names the items no figure was found for; they are not in the sums."""

    currency: Literal["USD"] = "USD"
    low: Money
    likely: Money
    high: Money
    lines: list[CostLine]
    price_book: Sha256
    assumptions: list[str] = Field(default_factory=list)
    unknown: list[str] = Field(default_factory=list)


class PolicyResult(Record):
    id: str
    title: str
    level: PolicyLevel
    outcome: PolicyOutcome
    actual: str
    required: str
    message: str
    remedy: str = ""


class PolicyReport(Record):
    """`outcome`: fail when a hard rule failed; warn when a soft or advisory one did; else pass."""

    outcome: PolicyOutcome
    bundle: Sha256
    results: list[PolicyResult]

    @property
    def denied(self) -> list[PolicyResult]:
        """Those that forbid an approval."""
        return [item for item in self.results if item.outcome == "fail"]

    @property
    def unmet_soft(self) -> list[PolicyResult]:
        """Those that an approval has to override. A soft rule that could not be evaluated denies, and is none."""
        return [item for item in self.results if item.level == "soft" and item.outcome == "warn"]


class Critique(Record):
    """One critic's objection, or its absence. `confidence` is 0 to 1; `rests_on` names the constraints whose values the
    figures behind it were held against. `kind` is what rules answer it by, empty where a model worded it. `answer` is
    the planner's case against it, once it goes to the gate as dissent."""

    critic: CriticName
    claim: str
    evidence: list[str]
    severity: Literal["none", "low", "medium", "high"]
    confidence: float
    confidence_basis: str = ""
    rests_on: list[FieldName] = Field(default_factory=list)
    counter_proposal: str | None = None
    avoid: list[str] = Field(default_factory=list)
    """Candidate labels the critic wants ruled out in the next round, or every spot machine."""
    kind: str = ""
    answer: str = ""


class Reconciliation(Record):
    """How the objections were settled. `again` sends the plan back to the planner. `reached` is what the project's
    `strategy` counted and held against its `threshold`, both 0 to 1, and `rounds` how many it allows; None where
    nothing was counted."""

    round: int
    again: bool
    settled: list[str] = Field(default_factory=list)
    dissent: list[Critique] = Field(default_factory=list)
    avoid: list[str] = Field(default_factory=list)
    strategy: str = ""
    reached: float | None = None
    threshold: float | None = None
    rounds: int | None = None


class PlanBasis(Record):
    """What a plan was made with; part of the capsule."""

    provider: str
    model: str
    pack: Sha256
    price_book: Sha256
    price_book_as_of: date
    policy_bundle: Sha256


class PolicyOverride(Record):
    policy: str
    reason: str


class Approval(Record):
    """A person's answer at a gate. `comment_event` is the seq of the gate-answered event, which holds the comment."""

    gate: GateId
    action: GateAction
    by: str
    comment: str = ""
    comment_event: int
    capsule: Sha256
    overrides: list[PolicyOverride] = Field(default_factory=list)


class Amendment(Record):
    """What an approval's comment changed. `tighter` means the run may go on under `capsule`; otherwise `reasons` say
    why a new approval is asked for."""

    changes: dict[FieldName, Constraint]
    tighter: bool
    reasons: list[str] = Field(default_factory=list)
    amends: Sha256
    capsule: Sha256


class BundleFile(Record):
    path: str
    sha256: Sha256
    size: int


class Bundle(Record):
    """The generated code: `artifact` is the hash of a zip that holds exactly `files`."""

    artifact: Sha256
    name: str
    size: int
    files: list[BundleFile]


class Check(Record):
    """One validator's verdict. `not_run` is a state of its own, and `detail` then says why."""

    tool: str
    version: str
    outcome: Literal["passed", "failed", "not_run"]
    exit_code: int | None = None
    failures: list[str] = Field(default_factory=list)
    detail: str = ""
    log_tail: str = ""


class Validation(Record):
    outcome: Literal["passed", "failed"]
    checks: list[Check]
    sandbox: str
    """bubblewrap, unshare or none."""


class Baseline(Record):
    """What a plan is compared with: its parent's likely cost, resources and commit, or an earlier round's."""

    decision_set: DecisionSetId | None
    cost_likely: Money | None
    resources: list[Resource]
    commit: str | None


class Commit(Record):
    sha: str
    branch: str
    parent: str | None
    files_added: int
    files_changed: int
    files_removed: int
