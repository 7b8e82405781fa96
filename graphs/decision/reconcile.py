"""reconcile: settles what the critics object to as the project asks for, and keeps the rest as dissent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from graphs.decision.strategies import Verdict, objects, weigh
from graphs.services import Services
from graphs.state import MLOpsProjectState
from providers.rulebook.answers import answer
from providers.rulebook.options import ruled_out
from storage.records.constraints import ConstraintSchema
from storage.records.events import Objection, ReasonCard, StageChanged
from storage.records.plans import Critique, Plan, Reconciliation
from storage.records.steps import NodeResult, RunContext


class ReconcileInput(TypedDict):
    constraints: NotRequired[ConstraintSchema]
    plan: Plan
    critique_tech: Critique
    critique_cost: Critique
    critique_risk: Critique
    avoid: NotRequired[list[str]]
    round: NotRequired[int]
    last_round: NotRequired[int]


class Reconcile:
    """Sends the plan back while the project's strategy asks for it, rounds are left and an objection names an option to
    do without; otherwise keeps the objections as dissent, each with the planner's answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: ReconcileInput, context: RunContext | None) -> NodeResult:
        settling = await self._services.settling(context)
        critiques = [state["critique_tech"], state["critique_cost"], state["critique_risk"]]
        number, last = state.get("round", 1), state.get("last_round", settling.rounds)
        avoided, plan = set(state.get("avoid", [])), state["plan"]
        verdict = weigh(critiques, settling)
        chosen = next((item for item in plan.candidates if item.chosen), None)
        heard = [item for item in critiques if objects(item) and chosen and ruled_out(chosen, item.avoid)]
        heard = [item for item in heard if set(item.avoid) - avoided]
        stop = _stop(verdict, plan, avoided, heard, number, last)
        again = not stop
        found = Reconciliation(
            round=number,
            again=again,
            settled=[f"{item.critic}: {item.claim}" for item in heard] if again else [],
            dissent=[] if again else dissent(critiques, plan, avoided),
            avoid=sorted(avoided.union(*(item.avoid for item in heard))) if again else sorted(avoided),
            strategy=settling.strategy,
            reached=verdict.reached,
            threshold=verdict.needed,
            rounds=settling.rounds,
        )
        stage = "planner" if again else "policy"
        following = number + 1 if again else number
        return NodeResult(
            update={"critiques": critiques, "reconciliation": found, "avoid": found.avoid, "round": following},
            cards=[
                self._card(found, critiques, verdict, stop or "Without what is objected to", last),
                StageChanged(stage=stage, status="planning", round=following),
            ],
            patch={"stage": stage},
        )

    def _card(
        self, found: Reconciliation, critiques: Sequence[Critique], verdict: Verdict, why: str, last: int
    ) -> ReasonCard:
        provider = self._services.orchestration
        answers = {item.critic: item.answer for item in found.dissent}
        return ReasonCard(
            title="Reconciliation",
            decision=f"{'Plan again' if found.again else 'Go on to policy'}: {why[:1].lower()}{why[1:]}.",
            chosen=f"round {found.round} of {last}",
            objections=[
                Objection(critic=item.critic, claim=item.claim, resolution=_resolution(item, found, answers))
                for item in critiques
                if item.severity != "none"
            ],
            evidence=[f"{verdict.words}.", *(f"Avoid {label}." for label in found.avoid)],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
            round=found.round,
        )


def _stop(
    verdict: Verdict, plan: Plan, avoided: Collection[str], heard: Sequence[Critique], number: int, last: int
) -> str:
    """Why the plan is not made again; empty when it is."""
    chosen = next((item for item in plan.candidates if item.chosen), None)
    if not plan.feasible:
        return "Nothing meets the constraints, and no objection changes that"
    if not verdict.again:
        return verdict.words
    if chosen is not None and ruled_out(chosen, avoided):
        return "The planner came back to what was ruled out: nothing else meets the constraints"
    if not heard:
        return "No objection names an option to do without, so the same plan would come again"
    used = "The only round is used" if last == 1 else f"All {last} rounds are used"
    return used if number >= last else ""


def dissent(critiques: Sequence[Critique], plan: Plan, avoided: Collection[str]) -> list[Critique]:
    """What was not settled, each with the planner's answer: both cases go to the gate."""
    return [
        item.model_copy(update={"answer": answer(item, plan, avoided)}) for item in critiques if item.severity != "none"
    ]


def _resolution(item: Critique, found: Reconciliation, answers: dict[str, str]) -> str:
    if not found.again:
        return f"dissent, shown at the gate. The planner: {answers[item.critic]}"
    heard = objects(item) and item.avoid and set(item.avoid) <= set(found.avoid)
    return "the planner tries again without it" if heard else "noted; weighed again next round"


def after_reconcile(state: MLOpsProjectState) -> str:
    found = state.get("reconciliation")
    return "planner" if found and found.again else "policy_eval"
