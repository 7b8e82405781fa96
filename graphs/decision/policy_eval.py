"""policy_eval: holds the plan against the policy bundle, and seals what an approval will cover."""

from __future__ import annotations

from typing_extensions import TypedDict

from graphs.services import Services
from providers.capsule import capsule
from providers.policies import evaluate
from storage.records.constraints import ConstraintSchema
from storage.records.events import PolicyUpdate, StageChanged
from storage.records.plans import Cost, Plan, PlanBasis, PolicyReport
from storage.records.steps import NodeResult, RunContext


class PolicyInput(TypedDict):
    constraints: ConstraintSchema
    plan: Plan
    cost_estimate: Cost


class PolicyEval:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: PolicyInput, context: RunContext | None) -> NodeResult:
        constraints, plan, cost = state["constraints"], state["plan"], state["cost_estimate"]
        report = await self._services.compute(evaluate, self._services.policies, constraints.values, plan, cost)
        basis = basis_of(self._services)
        return NodeResult(
            update={
                "policy_results": report,
                "basis": basis,
                "capsule": capsule(plan, cost, report, basis, constraints),
                "amendment": None,
            },
            cards=[PolicyUpdate(policy=report), StageChanged(stage="approval", status="planning")],
            patch={"stage": "approval", "warnings": unmet(report)},
        )


def basis_of(services: Services) -> PlanBasis:
    provider = services.orchestration
    return PlanBasis(
        provider=provider.name,
        model=provider.model,
        pack=provider.pack,
        price_book=services.book.sha256,
        price_book_as_of=services.book.as_of,
        policy_bundle=services.policies.sha256,
    )


def unmet(report: PolicyReport) -> int:
    return sum(1 for item in report.results if item.outcome != "pass")
