"""planner: chooses a plan and prices it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NotRequired

from typing_extensions import TypedDict

from graphs.decision.signed import asked, signature, with_call
from graphs.services import Services
from intake.reported import origin_of
from intake.schema import label, show
from providers.authorship import author_of
from providers.base import ModelCall, PlanRequest, Proposal
from storage.records.constraints import ConstraintSchema, FieldName
from storage.records.events import CostUpdate, ReasonCard, Rejected, StageChanged
from storage.records.plans import Baseline, Candidate, Cost, FellOut, Plan, Resource
from storage.records.steps import NodeResult, RunContext


class PlannerInput(TypedDict):
    constraints: ConstraintSchema
    baseline: NotRequired[Baseline | None]
    plan: NotRequired[Plan]
    avoid: NotRequired[list[str]]
    round: NotRequired[int]


class Planner:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: PlannerInput, context: RunContext | None) -> NodeResult:
        provider, values = self._services.orchestration, state["constraints"].values
        number = state.get("round", 1)
        inputs = await self._services.current(context)
        avoid, today = frozenset(state.get("avoid", [])), datetime.now(UTC).date()
        agent = provider.agent(origin_of(context, "planner"))
        unstated = frozenset(state["constraints"].assumed)
        proposal = await agent.plan(PlanRequest(values, avoid, number, book=inputs.book, today=today, assumed=unstated))
        priced = cost_card(state.get("baseline"), state["constraints"], proposal.cost)
        spend = with_call(await self._services.model_spend(context), agent.call)
        return NodeResult(
            update={
                "plan": proposal.plan,
                "candidates": proposal.plan.candidates,
                "cost_estimate": proposal.cost,
                "round": number,
            },
            cards=[
                self._reason(state, proposal, number, agent.call),
                priced.model_copy(update={"model_spend": spend}),
                StageChanged(stage="critics", status="planning", round=number),
            ],
            patch={"stage": "critics", **cost_columns(state.get("baseline"), proposal.cost)},
            **author_of(provider, [agent.call]),
        )

    def _reason(self, state: PlannerInput, proposal: Proposal, number: int, call: ModelCall | None) -> ReasonCard:
        plan = proposal.plan
        chosen = next((item.label for item in plan.candidates if item.chosen), "no candidate")
        return ReasonCard(
            title="Plan" if plan.feasible else "No plan meets this",
            decision=plan.summary,
            chosen=chosen,
            rejected=[_rejected(item, proposal) for item in plan.candidates if item.rejected_because],
            fell_out=[Rejected(option=where(item), reason=item.reason) for item in plan.fell_out],
            evidence=proposer(plan) + plan.relax + plan_lines(plan),
            assumptions=plan.assumptions + assumed(state["constraints"]) + asked(call),
            confidence=proposal.confidence,
            confidence_basis=proposal.confidence_basis,
            changes=plan_changes(state.get("plan"), plan),
            round=number,
            **signature(self._services.orchestration, call),
        )


def proposer(plan: Plan) -> list[str]:
    """Why this option, in the words of whoever proposed it; nothing where it was chosen by rank."""
    return [f"{plan.proposed_by} proposes it: {plan.reason}"] if plan.reason else []


def _rejected(item: Candidate, proposal: Proposal) -> Rejected:
    reason = _why_left(item, proposal)
    return Rejected(option=item.label, reason=reason, usd_month=item.cost_usd_month, pareto=item.pareto)


def _why_left(item: Candidate, proposal: Proposal) -> str:
    """The rules' reason, and the proposer's where it gave one."""
    said, by = proposal.left.get(item.label), proposal.plan.proposed_by
    return f"{item.rejected_because} {by}: {said}" if said else item.rejected_because or ""


def plan_lines(plan: Plan) -> list[str]:
    """Resources and patterns, each with its reason and the constraints it comes from."""
    lines = [(item.kind.replace("_", " "), item.reason, item.from_) for item in plan.traces]
    lines += [(item.name, item.reason, item.from_) for item in plan.patterns]
    return [f"{_named(name, reason)}{_from(fields)}" for name, reason, fields in lines]


def _named(name: str, reason: str) -> str:
    return reason if reason.lower().startswith(name.lower()) else f"{name}: {reason}"


def _from(fields: Sequence[FieldName]) -> str:
    return f" From: {', '.join(label(name) for name in fields)}." if fields else ""


def where(item: FellOut) -> str:
    """A cloud by its name, regions by theirs."""
    return item.cloud if item.kind == "cloud" else f"{item.cloud} {', '.join(item.places)}"


def assumed(constraints: ConstraintSchema) -> list[str]:
    """The constraints that nobody stated, as shown."""
    return [f"{label(name)}: {show(name, constraints.root[name].value)}" for name in constraints.assumed]


def plan_changes(before: Plan | None, after: Plan) -> list[str]:
    """What moved between two plans, one line each."""
    if before is None:
        return []
    lines: list[str] = []
    old, new = {item.kind: item for item in before.resources}, {item.kind: item for item in after.resources}
    for kind in sorted(old.keys() | new.keys()):
        if (left := old.get(kind)) != (right := new.get(kind)):
            lines.append(f"{kind}: {_brief(left)} → {_brief(right)}")
    return lines


def _brief(resource: Resource | None) -> str:
    return f"{resource.count} × {resource.sku} in {resource.region}" if resource else "none"


def cost_card(baseline: Baseline | None, constraints: ConstraintSchema, cost: Cost) -> CostUpdate:
    """Against the parent where there is one."""
    values = constraints.values
    before = baseline.cost_likely if baseline else None
    return CostUpdate(
        cost=cost,
        before=before,
        delta=None if before is None else cost.likely - before,
        budget=None if values.monthly_budget_usd is None else Decimal(str(values.monthly_budget_usd)),
    )


def cost_columns(baseline: Baseline | None, cost: Cost) -> dict[str, str]:
    """What lists show of the cost; nothing where nothing could be priced, since that is not $0."""
    if not cost.lines:
        return {}
    columns = {"cost_likely": format(cost.likely, "f")}
    if baseline and baseline.cost_likely is not None:
        columns["cost_delta"] = format(cost.likely - baseline.cost_likely, "f")
    return columns
