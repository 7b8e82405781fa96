"""One view per kind of card. Every event of a decision set is one entry of the same list, under the id `card-{seq}`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from storage.records.decision_sets import Question
from storage.records.events import DiffFile, GateAnswered, GateOpened, ReasonCard, RunFailed
from storage.records.plans import Check, Commit, Cost, PolicyResult
from web.views.editing import EditForm
from web.views.gate import Counts
from web.views.marked import Segment
from web.views.words import Mark


@dataclass(frozen=True, slots=True)
class Head:
    """`kind` is the card's kind, or that of a slim row; `line` says it all in one line. `link` opens this card; `past`
    shows the state after it, and is empty where there is none."""

    seq: int
    kind: str
    icon: str
    title: str
    line: str
    at: datetime
    node: str
    link: str
    past: str
    open: bool
    superseded: str


@dataclass(frozen=True, slots=True)
class ReasonView:
    head: Head
    reason: ReasonCard


@dataclass(frozen=True, slots=True)
class CostView:
    """`left` is the budget less the likely cost; None without a budget. Bars are percent of an axis that ends at 110 %
    of the highest figure shown."""

    head: Head
    cost: Cost
    before: Decimal | None
    delta: Decimal | None
    budget: Decimal | None
    left: Decimal | None
    model_spend: Decimal | None
    bar_low: float
    bar_likely: float
    bar_high: float
    bar_budget: float | None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """`override` says who let it stand and why; empty where nobody did."""

    mark: Mark
    result: PolicyResult
    override: str = ""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """`rows`: what failed first, then what warns, then what passes."""

    head: Head
    passed: int
    warned: int
    blocked: int
    bundle: str
    attention: list[PolicyRow]
    passing: list[PolicyRow]


@dataclass(frozen=True, slots=True)
class QuestionView:
    head: Head
    question: Question
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class GateView:
    """`decision` says how it was answered, once it is."""

    head: Head
    gate: GateOpened
    decision: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    head: Head
    answer: GateAnswered
    mark: Mark
    comment: list[Segment]


@dataclass(frozen=True, slots=True)
class CheckRow:
    mark: Mark
    check: Check


@dataclass(frozen=True, slots=True)
class ValidatorView:
    head: Head
    mark: Mark
    sandbox: str
    failed: int
    passed: int
    not_run: int
    checks: list[CheckRow]


@dataclass(frozen=True, slots=True)
class DiffView:
    head: Head
    commit: Commit
    base: str
    resources: Counts | None
    state: Counts | None
    destructive: list[str]
    files: list[DiffFile]
    artifact: str
    changes_link: str


@dataclass(frozen=True, slots=True)
class FailureView:
    head: Head
    failure: RunFailed


@dataclass(frozen=True, slots=True)
class MessageView:
    """`by` is empty for the agent's own words; `did` says what was chosen or edited without words. `replaces` is the
    message whose place it took, `replaced_by` the one that took its own. `edit` opens `form`, where it is edited."""

    head: Head
    by: str
    words: list[Segment]
    did: list[str]
    replaces: int | None = None
    replaced_by: int | None = None
    edit: str = ""
    form: EditForm | None = None


@dataclass(frozen=True, slots=True)
class FactView:
    """A constraint as it was captured, in one line. `converted` says from which sum of another currency, if it was."""

    head: Head
    field: str
    label: str
    value: str
    status: str
    previous: str
    converted: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """A slim row: a stage that began, a run that ended, or something this version does not know."""

    head: Head
    mark: Mark
    detail: str


CardView = (
    ReasonView
    | CostView
    | PolicyView
    | QuestionView
    | GateView
    | AnswerView
    | ValidatorView
    | DiffView
    | FailureView
    | MessageView
    | FactView
    | NoteView
)

TEMPLATES: dict[type, str] = {
    ReasonView: "cards/reason.html",
    CostView: "cards/cost.html",
    PolicyView: "cards/policy.html",
    QuestionView: "cards/question.html",
    GateView: "cards/gate.html",
    AnswerView: "cards/answer.html",
    ValidatorView: "cards/validator.html",
    DiffView: "cards/diff.html",
    FailureView: "cards/failure.html",
    MessageView: "cards/message.html",
    FactView: "cards/fact.html",
    NoteView: "cards/note.html",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A card with the template that shows it. `folded` says what the rounds hold that are folded here; `hidden`: it
    keeps its place and its id, and is not shown."""

    seq: int
    kind: str
    template: str
    card: CardView
    folded: str
    hidden: bool


def entry(card: CardView, folded: str = "", *, hidden: bool = False) -> Entry:
    return Entry(card.head.seq, card.head.kind, TEMPLATES[type(card)], card, folded, hidden)
