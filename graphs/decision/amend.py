"""What an approval's comment changes: the plan is fitted again, priced, held against policy and argued over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NotRequired, get_args

from typing_extensions import TypedDict

from graphs.decision.critics import critic_card
from graphs.decision.planner import assumed, cost_card, cost_columns, plan_changes
from graphs.decision.policy_eval import logged, unmet
from graphs.decision.reconcile import dissent
from graphs.decision.signed import signature
from graphs.services import Services
from graphs.state import MLOpsProjectState
from intake.extract import captured
from intake.schema import label, show
from providers import capsule as capsules
from providers.amendment import Approved, Refit, looser, objected, refit
from providers.base import CriticName, OrchestrationProvider
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

CRITICS: tuple[CriticName, ...] = get_args(CriticName)
BEFORE_THE_COMMENT = "Said of the plan as it stood before the comment."
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


@dataclass(frozen=True, slots=True)
class Amended:
    """The plan that `state` was approved with, fitted to the approval's comment, and what is held against it now."""

    state: FeedbackInput
    approval: Approval
    constraints: ConstraintSchema
    amendment: Amendment
    fitted: Refit
    critiques: list[Critique]
    by_rules: list[Critique]
    """What the rules held against the approved plan, which a model may have said in other words."""

    @property
    def known(self) -> list[Critique]:
        """All that was held against the approved plan."""
        return [*self.state.get("critiques", []), *self.by_rules]

    @property
    def kept(self) -> list[Critique]:
        """A model's objections, which no rule repeats: the approval was given over them, so they stay on record."""
        repeated = {(item.critic, item.claim) for item in [*self.by_rules, *self.critiques]}
        return [
            item.model_copy(update={"evidence": [*item.evidence, BEFORE_THE_COMMENT]})
            for item in self.state.get("critiques", [])
            if item.severity != "none" and (item.critic, item.claim) not in repeated
        ]

    @property
    def round(self) -> int:
        """A plan that goes to the gate again is one more round; one that goes on under its approval is not."""
        return self.state.get("round", 1) + (not self.amendment.tighter)

    @property
    def stage(self) -> StageChanged:
        if self.amendment.tighter:
            return StageChanged(stage="codegen", status="building", round=self.round)
        return StageChanged(stage="approval", status="planning", round=self.round)

    @property
    def objections(self) -> list[Objection]:
        return [
            Objection(
                critic=item.critic,
                claim=item.claim,
                resolution="asks for approval again" if objected(self.known, [item]) else "kept as dissent",
            )
            for item in [*self.critiques, *self.kept]
            if item.severity != "none"
        ]


class Amend:
    """Tighter only, and the run goes on; anything given up, and the gate opens again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(
        self,
        state: FeedbackInput,
        approval: Approval,
        changes: Changes,
        unheard: Sequence[str],
        inputs: Inputs,
        context: RunContext | None,
    ) -> NodeResult:
        """`unheard` says what else the comment asks for, in which nothing was read."""
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
            assumed=constraints.assumed,
            today=today,
        )
        critiques = await self._critiques(constraints, fitted.plan, fitted.cost)
        by_rules = await self._critiques(state["constraints"], state["plan"], state["cost_estimate"])
        before = [*state.get("critiques", []), *by_rules]
        fitted = replace(fitted, reasons=[*unheard, *fitted.reasons, *objected(before, critiques)])
        amendment = Amendment(
            changes=dict(changes),
            tighter=fitted.tighter,
            reasons=fitted.reasons,
            amends=state["capsule"],
            capsule=capsules.amended(state["capsule"], changes, fitted.plan),
        )
        amended = Amended(state, approval, constraints, amendment, fitted, critiques, by_rules)
        cards = _cards(amended, self._services.orchestration)
        evaluated = Evaluated(
            "process_approval_feedback",
            fitted.policy,
            input_sha256(constraints, fitted.plan, fitted.cost, today=today),
            offset=next(place for place, card in enumerate(cards, 1) if isinstance(card, PolicyUpdate)),
        )
        patch: dict[str, Any] = {
            "status": amended.stage.status,
            "stage": amended.stage.stage,
            "constraints": constraints.model_dump(mode="json"),
            "warnings": unmet(fitted.policy),
            **cost_columns(state.get("baseline"), fitted.cost),
        }
        return NodeResult(update=dict(_update(amended)), cards=cards, patch=patch, effects=logged(context, evaluated))

    async def _critiques(self, constraints: ConstraintSchema, plan: Plan, cost: Cost) -> list[Critique]:
        """By rules alone: what they say of one plan can be held beside what they say of another."""
        provider, values = self._services.orchestration, constraints.values
        return [await provider.critique(name, values, plan, cost) for name in CRITICS]


def _cards(amended: Amended, provider: OrchestrationProvider) -> list[Payload]:
    constraints, fitted = amended.constraints, amended.fitted
    known, before = amended.state["constraints"].root, amended.state["cost_estimate"].likely
    priced = cost_card(amended.state.get("baseline"), constraints, fitted.cost)
    return [
        *(captured(name, item, known.get(name)) for name, item in amended.amendment.changes.items()),
        _card(amended, provider),
        *(critic_card(item, signature(provider), amended.round) for item in amended.critiques),
        priced.model_copy(update={"before": before, "delta": fitted.cost.likely - before}),
        PolicyUpdate(policy=fitted.policy),
        amended.stage,
    ]


def _card(amended: Amended, provider: OrchestrationProvider) -> ReasonCard:
    amendment, plan = amended.amendment, amended.fitted.plan
    more = [label(name) for name in looser(amended.state["constraints"].values, amended.constraints.values)]
    how = f"More is allowed ({', '.join(more)}), and the plan takes none of it" if more else "Tighter"
    goes_on = f"{how}: goes on under {amendment.capsule[:12]}, which amends {amendment.amends[:12]}"
    return ReasonCard(
        title="Amendment",
        decision=plan.summary,
        chosen=goes_on if amendment.tighter else "Not only tighter: asks for approval again",
        evidence=[amended.approval.comment, *amendment.reasons],
        assumptions=plan.assumptions + assumed(amended.constraints),
        objections=amended.objections,
        changes=[f"{label(name)}: {show(name, item.value)}" for name, item in amendment.changes.items()]
        + plan_changes(amended.state["plan"], plan),
        provider=provider.name,
        model=provider.model,
        pack=provider.pack,
        round=amended.round,
    )


def _update(amended: Amended) -> MLOpsProjectState:
    """All that was said of the approved plan is replaced: nothing recorded may speak of a plan that is not built."""
    state, fitted, amendment = amended.state, amended.fitted, amended.amendment
    tech, cost, risk = amended.critiques
    avoided = state.get("avoid", [])
    return {
        "outcome": "approved" if amendment.tighter else "amended",
        "feedback": amended.approval.comment,
        "constraints": amended.constraints,
        "plan": fitted.plan,
        "candidates": fitted.plan.candidates,
        "cost_estimate": fitted.cost,
        "policy_results": fitted.policy,
        "capsule": amendment.capsule,
        "covered": capsules.seals(
            capsules.covered(fitted.plan, fitted.cost, fitted.policy, state["basis"], amended.constraints)
        ),
        "amendment": amendment,
        "compared": shown_before(state),
        "round": amended.round,
        "critique_tech": tech,
        "critique_cost": cost,
        "critique_risk": risk,
        "critiques": amended.critiques,
        "reconciliation": Reconciliation(
            round=amended.round,
            again=False,
            dissent=dissent([*amended.critiques, *amended.kept], fitted.plan, avoided),
            avoid=avoided,
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
