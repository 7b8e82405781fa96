"""process_approval_feedback: turns an answer's comment into an amendment before any code is written."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from graphs.decision.planner import cost_card, cost_columns, plan_changes
from graphs.decision.policy_eval import basis_of, unmet
from graphs.services import Services
from graphs.state import MLOpsProjectState
from intake.extract import captured
from intake.merge import merge
from intake.schema import label, show
from providers import capsule as capsules
from providers.amendment import Refit, refit
from providers.base import CriticName
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.events import Payload, PolicyUpdate, ReasonCard, StageChanged
from storage.records.ids import Sha256
from storage.records.plans import (
    Amendment,
    Approval,
    Baseline,
    Candidate,
    Cost,
    Plan,
    PlanBasis,
    PolicyReport,
    Reconciliation,
)
from storage.records.steps import NodeFailed, NodeResult, RunContext


class FeedbackInput(TypedDict):
    constraints: ConstraintSchema
    baseline: NotRequired[Baseline | None]
    plan: Plan
    candidates: NotRequired[list[Candidate]]
    cost_estimate: Cost
    policy_results: PolicyReport
    basis: PlanBasis
    capsule: Sha256
    approval: NotRequired[Approval | None]
    amendment: NotRequired[Amendment | None]
    avoid: NotRequired[list[str]]
    revision: NotRequired[int]


class ProcessApprovalFeedback:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: FeedbackInput, context: RunContext | None) -> NodeResult:
        approval = state.get("approval")
        if approval is None:
            raise LookupError("process_approval_feedback ran before an answer")
        self._check_capsule(state, approval)
        if approval.action == "reject":
            return self._reject(approval)
        changes = await self._changes(state["constraints"], approval)
        if approval.action == "request_changes":
            return self._plan_again(state, approval, changes)
        if not changes:
            return self._go_on(approval)
        return await self._amend(state, approval, changes)

    def _check_capsule(self, state: FeedbackInput, approval: Approval) -> None:
        """What runs after the gate must be what was approved."""
        moved = capsules.basis_moved(state["basis"], basis_of(self._services))
        if state.get("amendment") is None:
            sealed = capsules.capsule(
                state["plan"], state["cost_estimate"], state["policy_results"], state["basis"], state["constraints"]
            )
            if sealed != state["capsule"]:
                moved.append("plan")
        if approval.capsule != state["capsule"]:
            moved.append("capsule")
        if approval.action == "approve" and moved:
            raise NodeFailed(
                f"What was approved is not what would run: {', '.join(moved)} moved since the gate opened.",
                next_action="Start a child decision set to plan again with what holds now.",
            )

    def _reject(self, approval: Approval) -> NodeResult:
        return NodeResult(
            update={"outcome": "rejected", "feedback": approval.comment},
            cards=[StageChanged(stage="approval", status="rejected")],
            patch={"status": "rejected"},
        )

    def _go_on(self, approval: Approval) -> NodeResult:
        cards: list[Payload] = []
        if approval.comment:
            cards.append(
                self._card("Comment", "No constraint was read from the comment", "Go on as approved", approval)
            )
        cards.append(StageChanged(stage="codegen", status="building"))
        return NodeResult(
            update={"outcome": "approved", "feedback": approval.comment},
            cards=cards,
            patch={"status": "building", "stage": "codegen"},
        )

    async def _changes(self, known: ConstraintSchema, approval: Approval) -> dict[FieldName, Constraint]:
        """The constraints in the comment, with their place in it as evidence. A correction is a correction here, not a
        contradiction."""
        if not approval.comment:
            return {}
        reading = await self._services.orchestration.read(approval.comment)
        found, _ = merge(
            ConstraintSchema(), reading, message=approval.comment_event, status="stated", text=approval.comment
        )
        return {
            name: item
            for name, item in found.items()
            if item and (name not in known.root or known.root[name].value != item.value)
        }

    def _plan_again(self, state: FeedbackInput, approval: Approval, changes: dict[FieldName, Constraint]) -> NodeResult:
        constraints = state["constraints"].with_changes(dict(changes))
        read = f"{len(changes)} constraint{'' if len(changes) == 1 else 's'} read from the comment"
        cards: list[Payload] = [
            captured(name, item, state["constraints"].root.get(name)) for name, item in changes.items()
        ]
        cards.append(self._card("Changes requested", read, "Plan again", approval))
        cards.append(StageChanged(stage="planner", status="planning"))
        return NodeResult(
            update={
                "outcome": "request_changes",
                "feedback": approval.comment,
                "constraints": constraints,
                "revision": state.get("revision", 0) + 1,
                "round": 1,
                "avoid": [],
                "amendment": None,
                "compared": shown_before(state),
            },
            cards=cards,
            patch={
                "status": "planning",
                "stage": "planner",
                "constraints": constraints.model_dump(mode="json"),
            },
        )

    async def _amend(
        self, state: FeedbackInput, approval: Approval, changes: dict[FieldName, Constraint]
    ) -> NodeResult:
        constraints = state["constraints"].with_changes(dict(changes))
        fitted: Refit = await self._services.compute(
            refit,
            constraints.values,
            plan=state["plan"],
            cost=state["cost_estimate"],
            policy=state["policy_results"],
            book=self._services.book,
            bundle=self._services.policies,
            avoid=frozenset(state.get("avoid", [])),
        )
        sealed = capsules.amended(state["capsule"], changes, fitted.plan)
        amendment = Amendment(
            changes=changes, tighter=fitted.tighter, reasons=fitted.reasons, amends=state["capsule"], capsule=sealed
        )
        next_stage, status = ("codegen", "building") if fitted.tighter else ("approval", "planning")
        update: MLOpsProjectState = {
            "outcome": "approved" if fitted.tighter else "amended",
            "feedback": approval.comment,
            "constraints": constraints,
            "plan": fitted.plan,
            "candidates": fitted.plan.candidates,
            "cost_estimate": fitted.cost,
            "policy_results": fitted.policy,
            "capsule": sealed,
            "amendment": amendment,
            "compared": shown_before(state),
            "reconciliation": await self._dissent(constraints, fitted),
        }
        cards: list[Payload] = [
            captured(name, item, state["constraints"].root.get(name)) for name, item in changes.items()
        ]
        cards += [
            self._amendment_card(state, approval, amendment, fitted),
            cost_card(state.get("baseline"), constraints, fitted.cost).model_copy(
                update={
                    "before": state["cost_estimate"].likely,
                    "delta": fitted.cost.likely - state["cost_estimate"].likely,
                }
            ),
            PolicyUpdate(policy=fitted.policy),
            StageChanged(stage=next_stage, status=status),
        ]
        patch: dict[str, Any] = {
            "status": status,
            "stage": next_stage,
            "constraints": constraints.model_dump(mode="json"),
            "warnings": unmet(fitted.policy),
            **cost_columns(state.get("baseline"), fitted.cost),
        }
        return NodeResult(update=dict(update), cards=cards, patch=patch)

    async def _dissent(self, constraints: ConstraintSchema, fitted: Refit) -> Reconciliation:
        """What the critics hold against the plan as it was fitted again; what they said of the old one is void."""
        provider, values = self._services.orchestration, constraints.values
        critics: tuple[CriticName, ...] = ("tech", "cost", "risk")
        found = [await provider.critique(name, values, fitted.plan, fitted.cost) for name in critics]
        return Reconciliation(round=1, again=False, dissent=[item for item in found if item.severity != "none"])

    def _amendment_card(
        self, state: FeedbackInput, approval: Approval, amendment: Amendment, fitted: Refit
    ) -> ReasonCard:
        chosen = (
            f"Tighter: goes on under {amendment.capsule[:12]}, which amends {amendment.amends[:12]}"
            if amendment.tighter
            else "Not only tighter: asks for approval again"
        )
        card = self._card("Amendment", fitted.plan.summary, chosen, approval)
        return card.model_copy(
            update={
                "evidence": [approval.comment, *amendment.reasons],
                "changes": [f"{label(name)}: {show(name, item.value)}" for name, item in amendment.changes.items()]
                + plan_changes(state["plan"], fitted.plan),
            }
        )

    def _card(self, title: str, decision: str, chosen: str, approval: Approval) -> ReasonCard:
        provider = self._services.orchestration
        return ReasonCard(
            title=title,
            decision=decision,
            chosen=chosen,
            evidence=[approval.comment],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
        )


def shown_before(state: FeedbackInput) -> Baseline:
    """The plan that the answered gate showed, for the next one to be compared with."""
    baseline = state.get("baseline")
    return Baseline(
        decision_set=baseline.decision_set if baseline else None,
        cost_likely=state["cost_estimate"].likely,
        resources=state["plan"].resources,
        commit=None,
    )


def after_feedback(state: MLOpsProjectState) -> str:
    """Tighter or plain approval: on to code. Otherwise the gate again, the planner again, or the end."""
    return {"approved": "codegen", "amended": "gate_hitl", "request_changes": "planner", "rejected": "rejected"}[
        state.get("outcome", "rejected")
    ]
