"""critic_tech, critic_cost, critic_risk, who don't see each other, and reconcile, which settles what they object to."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from graphs.services import Services
from graphs.state import CriticInput, MLOpsProjectState
from providers.base import CriticName
from storage.records.constraints import ConstraintSchema
from storage.records.events import Objection, ReasonCard, StageChanged
from storage.records.plans import Critique, Plan, Reconciliation
from storage.records.steps import NodeResult, RunContext

ROUNDS = 2
"""How often the planner may try before what is unsettled goes to the gate as dissent."""


class Critic:
    def __init__(self, services: Services, name: CriticName) -> None:
        self._services = services
        self._name: CriticName = name

    async def __call__(self, state: CriticInput, context: RunContext | None) -> NodeResult:
        provider = self._services.orchestration
        critique = await provider.critique(
            self._name, state["constraints"].values, state["plan"], state["cost_estimate"]
        )
        card = ReasonCard(
            title=f"Critic · {self._name}",
            decision=critique.claim,
            chosen="No objection" if critique.severity == "none" else f"Objects, severity {critique.severity}",
            evidence=critique.evidence,
            assumptions=[],
            confidence=critique.confidence,
            confidence_basis="strength of the evidence above",
            changes=[critique.counter_proposal] if critique.counter_proposal else [],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
            round=state.get("round", 1),
        )
        return NodeResult(
            update={f"critique_{self._name}": critique}, cards=[card], provider=provider.name, model=provider.model
        )


class ReconcileInput(TypedDict):
    constraints: NotRequired[ConstraintSchema]
    plan: Plan
    critique_tech: Critique
    critique_cost: Critique
    critique_risk: Critique
    avoid: NotRequired[list[str]]
    round: NotRequired[int]


class Reconcile:
    """Sends the plan back when an objection is severe and names what to avoid; otherwise keeps it as dissent."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: ReconcileInput, context: RunContext | None) -> NodeResult:
        critiques = [state["critique_tech"], state["critique_cost"], state["critique_risk"]]
        number, avoided = state.get("round", 1), set(state.get("avoid", []))
        severe = [item for item in critiques if item.severity == "high" and set(item.avoid) - avoided]
        again = bool(severe) and number < ROUNDS and state["plan"].feasible
        found = Reconciliation(
            round=number,
            again=again,
            settled=[f"{item.critic}: {item.claim}" for item in severe] if again else [],
            dissent=[] if again else [item for item in critiques if item.severity != "none"],
            avoid=sorted(avoided.union(*(item.avoid for item in severe))) if again else sorted(avoided),
        )
        stage = "planner" if again else "policy"
        following = number + 1 if again else number
        return NodeResult(
            update={
                "critiques": critiques,
                "reconciliation": found,
                "avoid": found.avoid,
                "round": following,
            },
            cards=[self._card(found, critiques), StageChanged(stage=stage, status="planning", round=following)],
            patch={"stage": stage},
        )

    def _card(self, found: Reconciliation, critiques: list[Critique]) -> ReasonCard:
        provider = self._services.orchestration
        objections = [item for item in critiques if item.severity != "none"]
        resolution = "the planner tries again without it" if found.again else "kept as dissent, shown at the gate"
        return ReasonCard(
            title="Reconciliation",
            decision="Plan again" if found.again else "Go on to policy",
            chosen=f"round {found.round} of {ROUNDS}",
            objections=[
                Objection(
                    critic=item.critic,
                    claim=item.claim,
                    resolution=resolution if item.severity == "high" else "noted: it does not outweigh the plan",
                )
                for item in objections
            ],
            evidence=[f"avoid {label}" for label in found.avoid],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
            round=found.round,
        )


def after_reconcile(state: MLOpsProjectState) -> str:
    found = state.get("reconciliation")
    return "planner" if found and found.again else "policy_eval"
