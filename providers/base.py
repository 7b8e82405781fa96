"""What a provider must be able to do. `rulebook` is built in and makes no call; chat models come by setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from storage.records.constraints import ConstraintValue, ConstraintValues, FieldName
from storage.records.ids import Sha256
from storage.records.plans import Cost, Critique, Plan

CriticName = Literal["tech", "cost", "risk"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact read from a text: `start` and `end` are code points of its words, half open; `rule` is what found it."""

    field: FieldName
    value: ConstraintValue
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Words that look like a constraint and cannot be one, such as an availability of 120 %."""

    field: FieldName
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """`avoid` holds labels of candidates that the critics ruled out, `round` counts from 1."""

    values: ConstraintValues
    avoid: frozenset[str] = frozenset()
    round: int = 1


@dataclass(frozen=True, slots=True)
class Proposal:
    plan: Plan
    cost: Cost
    confidence: float
    confidence_basis: str


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Everything the code generator may look at. `project` is the slug."""

    project: str
    values: ConstraintValues
    plan: Plan
    cost: Cost
    documents: dict[str, str] = field(default_factory=dict)
    """Markdown files that are committed as they stand, by path."""


class OrchestrationProvider(Protocol):
    """Reads, plans and criticises. `pack` is the SHA-256 of the prompts or rules in use."""

    name: str
    model: str
    pack: Sha256

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        """The facts in a text. `answering` is the field of the open question, so that "80" can be understood."""
        ...

    async def plan(self, request: PlanRequest) -> Proposal: ...

    async def critique(self, critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique: ...


class CodeGenProvider(Protocol):
    name: str
    model: str
    pack: Sha256

    async def generate(self, request: CodeRequest) -> dict[str, bytes]:
        """The bundle: file contents by relative POSIX path."""
        ...
