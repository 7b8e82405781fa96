"""What a provider must be able to do. `rulebook` is built in and makes no call; chat models come by setting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from providers.pricing import PriceBook
from storage.records.constraints import ConstraintValue, ConstraintValues, FieldName
from storage.records.decision_sets import Question
from storage.records.ids import Sha256
from storage.records.plans import Cost, CriticName, Critique, Plan

if TYPE_CHECKING:
    from storage.events import Origin
    from storage.records.steps import Effect


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact read from a text: `start` and `end` are code points of its words, half open; `rule` is what found it,
    `model:VENDOR:NAME` for a model."""

    field: FieldName
    value: ConstraintValue
    start: int
    end: int
    rule: str

    @property
    def source(self) -> str:
        return self.rule if self.rule.startswith("model:") else f"rule:{self.rule}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Words that look like a constraint and cannot be one, such as an availability of 120 %."""

    field: FieldName
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What words that are no value of a field come to as long as nobody says more: `reason` says how."""

    field: FieldName
    value: float
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a model claimed and could not show: `quote` is what it gave as evidence, `reason` why that is none."""

    field: FieldName
    value: ConstraintValue
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`unsure`: the words say that their writer does not know, or does not mind. `rivals` state another value for the
    field of a finding, and nothing says which of the two holds. `held` is assumed rather than a default."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: tuple[Dropped, ...] = ()
    unsure: bool = False
    rivals: tuple[Finding, ...] = ()
    held: tuple[Held, ...] = ()


@dataclass(slots=True)
class ModelCall:
    """What an answer took, over all models that were asked. `task` is what it was for, `purpose` completes "No model
    could …"; `tries` counts answers; `failures` says of each model that was passed over why; `cost_usd` is None where
    no price is known."""

    task: str
    purpose: str
    provider: str
    model: str
    pack: Sha256
    tokens_in: int = 0
    tokens_out: int = 0
    tries: int = 0
    cost_usd: Decimal | None = Decimal(0)
    failures: tuple[str, ...] = ()
    quarantined: tuple[Sha256, ...] = ()

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    @property
    def fallback(self) -> bool:
        return bool(self.failures)

    @property
    def by(self) -> str:
        """Who answered, such as anthropic:NAME."""
        return self.provider if self.provider == "rulebook" else f"{self.provider}:{self.model}"

    @property
    def took(self) -> str:
        tries = "1 answer" if self.tries == 1 else f"{self.tries} answers"
        spent = "price unknown" if self.cost_usd is None else f"${self.cost_usd:.4f}"
        return f"{tries}, {self.tokens_in} tokens in and {self.tokens_out} out, {spent}"


@dataclass(frozen=True, slots=True)
class WordingRequest:
    """`wrote` is what the operator said last; `understood` maps the labels of what is known to the values as shown;
    `asks_for` is the label of the question's field, with its unit."""

    question: Question
    wrote: str
    understood: Mapping[str, str]
    asks_for: str


@dataclass(frozen=True, slots=True)
class Worded:
    """`reply` may be empty; `question` asks for the same field as the question that was to be worded."""

    reply: str
    question: str


class Reads(Protocol):
    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        """The facts in a text. `answering` is the field of the open question, so that "80" can be understood. Raises
        NodeFailed when nobody could read it."""
        ...


class Reader(Reads, Protocol):
    """Reads and words for one node's execution. `calls` and `dropped` are what came together while it did, `effects`
    what has to be made true with the node's events."""

    @property
    def calls(self) -> Sequence[ModelCall]: ...

    @property
    def dropped(self) -> Sequence[Dropped]: ...

    @property
    def effects(self) -> Sequence[Effect]: ...

    async def word(self, request: WordingRequest) -> Worded | None:
        """None when the question is fine as it is, or nobody could word it."""
        ...


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """`avoid` holds labels of candidates that the critics ruled out, `round` counts from 1. `book` is the price book in
    force, the provider's own where none is given; `today` is the day that the age of its figures counts to. `take` is
    the label of the option to plan with, honoured where it meets the constraints and the critics left it; `assumed`
    names the values that nobody stated."""

    values: ConstraintValues
    avoid: frozenset[str] = frozenset()
    round: int = 1
    book: PriceBook | None = None
    today: date | None = None
    take: str | None = None
    assumed: frozenset[FieldName] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """`left` says of options, by their label, why the proposer weighed and left them, in its words."""

    plan: Plan
    cost: Cost
    confidence: float
    confidence_basis: str
    left: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Author:
    """`pack` is the SHA-256 of the prompts or rules in use."""

    provider: str
    model: str
    pack: Sha256

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


class Agent(Protocol):
    """Plans and criticises for one node's execution."""

    @property
    def call(self) -> ModelCall | None:
        """What asking a model took; None where none was asked."""
        ...

    async def plan(self, request: PlanRequest) -> Proposal:
        """Raises NodeFailed when nobody could."""
        ...

    async def critique(
        self,
        critic: CriticName,
        values: ConstraintValues,
        plan: Plan,
        cost: Cost,
        *,
        assumed: Collection[FieldName] = (),
    ) -> Critique:
        """`assumed` names the values that nobody stated. Raises NodeFailed when nobody could."""
        ...


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Everything the code generator may look at. `project` is the slug."""

    project: str
    values: ConstraintValues
    plan: Plan
    cost: Cost
    documents: dict[str, str] = field(default_factory=dict)
    """Markdown files that are committed as they stand, by path."""


class OrchestrationProvider(Reads, Protocol):
    """Reads, plans and criticises. `name`, `model` and `pack` stand for what is done without asking a model: `read`,
    `plan` and `critique` ask none, `reader` and `agent` may."""

    name: str
    model: str
    pack: Sha256

    @property
    def planning(self) -> Author:
        """Who is set to plan and to criticise: what an approval covers. `pack` stands for all that both rest on."""
        ...

    def reader(self, origin: Origin | None) -> Reader:
        """`origin` is the node on whose behalf is read; without one, no model is called."""
        ...

    def agent(self, origin: Origin | None) -> Agent:
        """`origin` is the node on whose behalf is planned or criticised; without one, no model is called."""
        ...

    async def plan(self, request: PlanRequest) -> Proposal: ...

    async def critique(self, critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique: ...


class CodeGenProvider(Protocol):
    name: str
    model: str
    pack: Sha256

    def not_built(self, plan: Plan) -> list[str]:
        """The names of the plan's patterns that the bundle will not have, or not wholly."""
        ...

    async def generate(self, request: CodeRequest) -> dict[str, bytes]:
        """The bundle: file contents by relative POSIX path."""
        ...
