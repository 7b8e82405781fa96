"""policy_eval: holds the plan against the policy bundle, and seals what an approval will cover."""

from __future__ import annotations

from datetime import UTC, datetime

from typing_extensions import TypedDict

from graphs.services import Services
from providers.capsule import covered, seals
from providers.inputs import Inputs
from providers.policies import evaluate, input_sha256
from providers.pricing import PriceBook
from storage import policy_decisions
from storage.policy_decisions import Evaluated
from storage.postgres import UnitOfWork
from storage.records.canonical import sha256_of
from storage.records.constraints import ConstraintSchema
from storage.records.errors import NotFound
from storage.records.events import PolicyUpdate, StageChanged
from storage.records.ids import Sha256
from storage.records.plans import Cost, Plan, PlanBasis, PolicyReport
from storage.records.steps import Effect, NodeResult, RunContext


class PolicyInput(TypedDict):
    constraints: ConstraintSchema
    plan: Plan
    cost_estimate: Cost


class PolicyEval:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: PolicyInput, context: RunContext | None) -> NodeResult:
        constraints, plan, cost = state["constraints"], state["plan"], state["cost_estimate"]
        inputs, today = await self._services.current(context), datetime.now(UTC).date()
        report = await self._services.compute(
            evaluate, inputs.bundle, constraints.values, plan, cost, assumed=constraints.assumed, today=today
        )
        basis = basis_of(self._services, inputs, await self._priced_with(cost.price_book, inputs, context))
        parts = covered(plan, cost, report, basis, constraints)
        evaluated = Evaluated("policy_eval", report, input_sha256(constraints, plan, cost, today=today), offset=1)
        return NodeResult(
            update={
                "policy_results": report,
                "basis": basis,
                "capsule": sha256_of(parts),
                "covered": seals(parts),
                "amendment": None,
            },
            cards=[PolicyUpdate(policy=report), StageChanged(stage="approval", status="planning")],
            patch={"stage": "approval", "warnings": unmet(report)},
            effects=logged(context, evaluated),
        )

    async def _priced_with(self, sha256: Sha256, inputs: Inputs, context: RunContext | None) -> PriceBook | None:
        """The book that the cost names, which may have left force since; None where it was never kept here."""
        if context is None or sha256 == inputs.book.sha256:
            return inputs.book
        try:
            async with context.pool.connection() as conn:
                return await self._services.inputs.book(conn, sha256)
        except NotFound:
            return None


def basis_of(services: Services, inputs: Inputs, priced_with: PriceBook | None = None) -> PlanBasis:
    """`priced_with` is the book of the plan, where that may not be the one in force."""
    planning, book = services.orchestration.planning, priced_with or inputs.book
    return PlanBasis(
        provider=planning.provider,
        model=planning.model,
        pack=planning.pack,
        price_book=book.sha256,
        price_book_as_of=book.as_of,
        policy_bundle=inputs.bundle.sha256,
    )


def logged(context: RunContext | None, evaluated: Evaluated) -> list[Effect]:
    """The row of the decision log, to be written with the node's own."""
    if context is None:
        return []

    async def write(work: UnitOfWork) -> None:
        await policy_decisions.log(work, context, evaluated)

    return [write]


def unmet(report: PolicyReport) -> int:
    return sum(1 for item in report.results if item.outcome != "pass")
