"""critic_tech, critic_cost and critic_risk, who don't see each other."""

from __future__ import annotations

from collections.abc import Sequence

from graphs.decision.signed import Signature, asked, signature
from graphs.services import Services
from graphs.state import CriticInput
from intake.reported import origin_of
from intake.schema import label
from providers.authorship import author_of
from providers.base import CriticName
from storage.records.constraints import ConstraintSchema
from storage.records.events import ReasonCard
from storage.records.plans import Critique
from storage.records.steps import NodeResult, RunContext

LEAST_SURE, ASSUMED = 0.3, 0.1
"""The least confidence that is shown, and what each assumed figure takes away, as in the planner's own."""


class Critic:
    def __init__(self, services: Services, name: CriticName) -> None:
        self._services = services
        self._name: CriticName = name

    async def __call__(self, state: CriticInput, context: RunContext | None) -> NodeResult:
        provider, constraints = self._services.orchestration, state["constraints"]
        agent = provider.agent(origin_of(context, f"critic_{self._name}"))
        found = await agent.critique(
            self._name,
            constraints.values,
            state["plan"],
            state["cost_estimate"],
            assumed=constraints.assumed,
        )
        critique = less_sure(found, constraints)
        card = critic_card(critique, signature(provider, agent.call), state.get("round", 1), asked(agent.call))
        return NodeResult(
            update={f"critique_{self._name}": critique}, cards=[card], **author_of(provider, [agent.call])
        )


def less_sure(critique: Critique, constraints: ConstraintSchema) -> Critique:
    """A figure held against what was assumed says less than one held against what somebody stated."""
    known = constraints.root
    assumed = [label(name) for name in critique.rests_on if name in known and known[name].status == "assumed"]
    if not assumed:
        return critique
    words = [critique.confidence_basis, f"assumed: {', '.join(assumed)}"]
    return critique.model_copy(
        update={
            "confidence": round(max(LEAST_SURE, critique.confidence - ASSUMED * len(assumed)), 2),
            "confidence_basis": "; ".join(filter(None, words)),
        }
    )


def critic_card(critique: Critique, signed: Signature, number: int, took: Sequence[str] = ()) -> ReasonCard:
    """`took` says what asking a model took."""
    return ReasonCard(
        title=f"Critic · {critique.critic}",
        decision=critique.claim,
        chosen="No objection" if critique.severity == "none" else f"Objects, severity {critique.severity}",
        evidence=critique.evidence,
        confidence=critique.confidence,
        confidence_basis=critique.confidence_basis
        or ("strength of its evidence" if critique.evidence else "nothing speaks for or against it"),
        changes=[critique.counter_proposal] if critique.counter_proposal else [],
        assumptions=list(took),
        round=number,
        **signed,
    )
