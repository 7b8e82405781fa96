"""What an approval's comment changes: the plan is fitted again, priced, held against policy and argued over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict

from graphs.decision.critics import critic_card
from graphs.decision.planner import assumed, cost_card, cost_columns, plan_changes
from graphs.decision.policy_eval import logged, unmet
from graphs.decision.reconcile import dissent
from graphs.services import Services
from graphs.state import MLOpsProjectState
from intake.extract import captured
from intake.schema import label, show
from providers import capsule as capsules
from providers.amendment import Approved, Refit, objected, refit
from providers.base import CriticName
from providers.inputs import Inputs
from providers.policies import input_sha256
from storage.policy_decisions import Evaluated
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.events import Objection, Payload, PolicyUpdate, ReasonCard, StageChanged
from storage.records.ids import Sha256
from storage.records.plans import (
    Amendment,
    Approval,
    Baseline,
    Candidate,
    Cost,
    Critique,
    Plan,
    PlanBasis,
    PolicyReport,
    Reconciliation,
)
from storage.records.steps import NodeResult, RunContext

CRITICS: tuple[CriticName, ...] = ("tech", "cost", "risk")
Changes = Mapping[FieldName, Constraint]


class FeedbackInput(TypedDict):
    constraints: ConstraintSchema
    baseline: NotRequired[Baseline | None]
    plan: Plan
    candidates: NotRequired[list[Candidate]]
    cost_estimate: Cost
    critiques: NotRequired[list[Critique]]
    policy_results: PolicyReport
    basis: PlanBasis
    capsule: Sha256
    covered: NotRequired[dict[str, Sha256]]
    approval: NotRequired[Approval | None]
    amendment: NotRequired[Amendment | None]
    avoid: NotRequired[list[str]]
    round: NotRequired[int]
    revision: NotRequired[int]


class Amend:
    """Tighter only, and the run goes on; anything given up, and the gate opens again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(
        self, state: FeedbackInput, approval: Approval, changes: Changes, inputs: Inputs, context: RunContext | None
    ) -> NodeResult:
        constraints, today = state["constraints"].with_changes(dict(changes)), datetime.now(UTC).date()
        fitted: Refit = await self._services.compute(
            refit,
            constraints.values,
            approved=Approved(
                state["constraints"].values, state["plan"], state["cost_estimate"], state["policy_results"]
            ),
            book=inputs.book,
            bundle=inputs.bundle,
            avoid=frozenset(state.get("avoid", [])),
            today=today,
        )
        critiques = await self._critiques(constraints, fitted)
        fitted = replace(fitted, reasons=[*fitted.reasons, *objected(state.get("critiques", []), critiques)])
        amendment = Amendment(
            changes=dict(changes),
            tighter=fitted.tighter,
            reasons=fitted.reasons,
            amends=state["capsule"],
            capsule=capsules.amended(state["capsule"], changes, fitted.plan),
        )
        cards = self._cards(state, approval, constraints, amendment, fitted, critiques)
        evaluated = Evaluated(
            "process_approval_feedback",
            fitted.policy,
            input_sha256(constraints.values, fitted.plan, fitted.cost, today=today),
            offset=next(place for place, card in enumerate(cards, 1) if isinstance(card, PolicyUpdate)),
        )
        stage, status = _next(amendment)
        patch: dict[str, Any] = {
            "status": status,
            "stage": stage,
            "constraints": constraints.model_dump(mode="json"),
            "warnings": unmet(fitted.policy),
            **cost_columns(state.get("baseline"), fitted.cost),
        }
        update = _update(state, approval, constraints, amendment, fitted, critiques)
        return NodeResult(update=dict(update), cards=cards, patch=patch, effects=logged(context, evaluated))

    async def _critiques(self, constraints: ConstraintSchema, fitted: Refit) -> list[Critique]:
        """What the critics hold against the plan as it was fitted again; what they said of the old one is void."""
        provider, values = self._services.orchestration, constraints.values
        return [await provider.critique(name, values, fitted.plan, fitted.cost) for name in CRITICS]

    def _cards(
        self,
        state: FeedbackInput,
        approval: Approval,
        constraints: ConstraintSchema,
        amendment: Amendment,
        fitted: Refit,
        critiques: list[Critique],
    ) -> list[Payload]:
        provider, number = self._services.orchestration, _round(state, amendment)
        known, before = state["constraints"].root, state["cost_estimate"].likely
        priced = cost_card(state.get("baseline"), constraints, fitted.cost)
        stage, status = _next(amendment)
        return [
            *(captured(name, item, known.get(name)) for name, item in amendment.changes.items()),
            self._card(state, approval, constraints, amendment, fitted, critiques),
            *(critic_card(item, provider, number) for item in critiques),
            priced.model_copy(update={"before": before, "delta": fitted.cost.likely - before}),
            PolicyUpdate(policy=fitted.policy),
            StageChanged(stage=stage, status=status, round=number),
        ]

    def _card(
        self,
        state: FeedbackInput,
        approval: Approval,
        constraints: ConstraintSchema,
        amendment: Amendment,
        fitted: Refit,
        critiques: list[Critique],
    ) -> ReasonCard:
        provider = self._services.orchestration
        goes_on = f"Tighter: goes on under {amendment.capsule[:12]}, which amends {amendment.amends[:12]}"
        grave = {item.critic for item in critiques if objected(state.get("critiques", []), [item])}
        return ReasonCard(
            title="Amendment",
            decision=fitted.plan.summary,
            chosen=goes_on if amendment.tighter else "Not only tighter: asks for approval again",
            evidence=[approval.comment, *amendment.reasons],
            assumptions=fitted.plan.assumptions + assumed(constraints),
            objections=[
                Objection(
                    critic=item.critic,
                    claim=item.claim,
                    resolution="asks for approval again" if item.critic in grave else "kept as dissent",
                )
                for item in _dissent(critiques)
            ],
            changes=[f"{label(name)}: {show(name, item.value)}" for name, item in amendment.changes.items()]
            + plan_changes(state["plan"], fitted.plan),
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
            round=_round(state, amendment),
        )


def _next(amendment: Amendment) -> tuple[Any, Any]:
    """Stage and status."""
    return ("codegen", "building") if amendment.tighter else ("approval", "planning")


def _round(state: FeedbackInput, amendment: Amendment) -> int:
    """A plan that goes to the gate again is one more round; one that goes on under its approval is not."""
    return state.get("round", 1) + (not amendment.tighter)


def _dissent(critiques: list[Critique]) -> list[Critique]:
    return [item for item in critiques if item.severity != "none"]


def _update(
    state: FeedbackInput,
    approval: Approval,
    constraints: ConstraintSchema,
    amendment: Amendment,
    fitted: Refit,
    critiques: list[Critique],
) -> MLOpsProjectState:
    """All that was said of the approved plan is replaced: nothing recorded may speak of a plan that is not built."""
    tech, cost, risk = critiques
    number = _round(state, amendment)
    return {
        "outcome": "approved" if amendment.tighter else "amended",
        "feedback": approval.comment,
        "constraints": constraints,
        "plan": fitted.plan,
        "candidates": fitted.plan.candidates,
        "cost_estimate": fitted.cost,
        "policy_results": fitted.policy,
        "capsule": amendment.capsule,
        "covered": capsules.seals(
            capsules.covered(fitted.plan, fitted.cost, fitted.policy, state["basis"], constraints)
        ),
        "amendment": amendment,
        "compared": shown_before(state),
        "round": number,
        "critique_tech": tech,
        "critique_cost": cost,
        "critique_risk": risk,
        "critiques": critiques,
        "reconciliation": Reconciliation(
            round=number,
            again=False,
            dissent=dissent(critiques, fitted.plan, state.get("avoid", [])),
            avoid=state.get("avoid", []),
        ),
    }


def shown_before(state: FeedbackInput) -> Baseline:
    """The plan that the answered gate showed, for the next one to be compared with."""
    baseline = state.get("baseline")
    return Baseline(
        decision_set=baseline.decision_set if baseline else None,
        cost_likely=state["cost_estimate"].likely,
        resources=state["plan"].resources,
        commit=None,
    )
