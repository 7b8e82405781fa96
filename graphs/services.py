"""What the nodes work with, handed in once by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from infra.sandbox import Sandbox
from providers.base import CodeGenProvider, OrchestrationProvider
from providers.compute import Compute
from providers.inputs import Inputs, VersionedInputs
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage import projects, runs
from storage.artifacts import ArtifactStore
from storage.records.decision_sets import Settling
from storage.records.steps import RunContext

NodeCount = Callable[[str, str, float], None]
"""Takes a node's name, the outcome and the seconds."""


def not_counted(name: str, outcome: str, seconds: float) -> None:
    """For whoever has nowhere to show it."""


@dataclass(frozen=True, slots=True)
class Services:
    """`approval_window` is how long a gate stays open; `compute` runs Python that takes more than 20 ms elsewhere;
    `node_done` is told of each node that has run. `book` and `policies` are what the release ships: nodes work with
    what `current` gives."""

    orchestration: OrchestrationProvider
    codegen: CodeGenProvider
    book: PriceBook
    policies: PolicyBundle
    artifacts: ArtifactStore
    sandbox: Sandbox
    compute: Compute
    require_sandbox: bool = False
    approval_window: timedelta = timedelta(days=7)
    node_done: NodeCount = not_counted
    inputs: VersionedInputs = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", VersionedInputs(self.book, self.policies))

    async def current(self, context: RunContext | None) -> Inputs:
        """The price book and the policy bundle in force; a node asks once in a run of its own."""
        if context is None:  # LangGraph's own tools have no database
            return self.inputs.shipped
        async with context.pool.connection() as conn:
            await self.inputs.keep_shipped(conn)
            return await self.inputs.current(conn)

    async def settling(self, context: RunContext | None) -> Settling:
        """How the project settles objections."""
        if context is None:
            return Settling()
        async with context.pool.connection() as conn:
            return await projects.settling_of(conn, context.decision_set)

    async def model_spend(self, context: RunContext | None) -> Decimal | None:
        """US dollars that models have cost this decision set so far; None where that is not known."""
        if context is None:
            return None
        async with context.pool.connection() as conn:
            return await runs.model_spend(conn, context.decision_set)
