"""The intake graph's nodes: read, measure, ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.assumptions import left_open
from intake.coverage import coverage
from intake.extract import Understanding, captured, take_in
from intake.questions import assumptions, confirm_question, next_question
from intake.schema import label
from intake.state import IntakeState
from providers.base import OrchestrationProvider
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import Question
from storage.records.events import MessageSent, Payload, QuestionAsked, StageChanged
from storage.records.steps import NodeResult, RunContext


class IntakeNodes:
    def __init__(self, provider: OrchestrationProvider) -> None:
        self._provider = provider

    async def extract_constraints(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Reads what came in since the last time, in order."""
        known = Understanding(
            constraints=state.get("constraints") or ConstraintSchema(),
            question=state.get("question"),
            skipped=set(state.get("skipped", [])),
            contradictions=list(state.get("contradictions", [])),
            start=state.get("start", False),
        )
        inputs = state.get("inputs", [])
        for given in inputs:
            await take_in(self._provider, known, given)
        through = max([item.seq for item in inputs], default=state.get("inputs_through", 0))
        update: IntakeState = {
            "constraints": known.constraints,
            "question": None,
            "skipped": sorted(known.skipped),
            "contradictions": known.contradictions,
            "misfits": known.misfits,
            "start": known.start,
            "asked": _settled(state, known),
            "inputs": [],
            "inputs_through": through,
            "intake_messages": [*state.get("intake_messages", []), *inputs],
            "raw_query": state.get("raw_query") or next((item.text for item in inputs if item.text), ""),
        }
        constraints = known.constraints.model_dump(mode="json")
        return NodeResult(
            update=update,
            cards=known.captured,
            patch={"constraints": constraints, "inputs_through": through, "question": None, "stage": "intake"},
            provider=self._provider.name,
            model=self._provider.model,
        )

    async def coverage_check(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Decides whether enough is known. When planning starts, what is missing is assumed and listed."""
        constraints = state.get("constraints") or ConstraintSchema()
        measured = coverage(constraints, disputed=[item.field for item in state.get("contradictions", [])])
        ready = state.get("start", False) or self._next(state) is None
        update: IntakeState = {"coverage": measured, "missing_fields": measured.missing, "ready": ready}
        patch: dict[str, Any] = {"coverage": measured.model_dump(mode="json")}
        cards: list[Payload] = []
        if ready:
            assumed = assumptions(constraints)
            constraints = constraints.with_changes(dict(assumed))
            cards += [captured(name, item, None) for name, item in assumed.items()]
            cards.append(StageChanged(stage="planner", status="planning"))
            update["constraints"] = constraints
            patch |= {"constraints": constraints.model_dump(mode="json"), "status": "planning", "stage": "planner"}
        return NodeResult(update=update, cards=cards, patch=patch)

    async def adaptive_questioner(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Words the one question that is worth most now."""
        question = self._next(state)
        if question is None:
            raise LookupError("there is nothing left to ask")
        cards: list[Payload] = []
        if misfits := state.get("misfits"):
            cards.append(MessageSent(text=" ".join(f"{label(item.field)}: {item.reason}." for item in misfits)))
        cards.append(QuestionAsked(question=question))
        update: IntakeState = {"question": question, "asked": [*state.get("asked", []), question.id]}
        return NodeResult(update=update, cards=cards, patch={"question": question.model_dump(mode="json")})

    def _next(self, state: IntakeState) -> Question | None:
        constraints = state.get("constraints") or ConstraintSchema()
        asked: Sequence[str] = state.get("asked", [])
        disputed = [item.field for item in state.get("contradictions", [])]
        doubtful = [item.field for item in state.get("misfits", [])]
        question = next_question(
            constraints, asked=asked, skipped=set(state.get("skipped", [])), disputed=disputed, doubtful=doubtful
        )
        if question:
            return question
        assumed = assumptions(constraints)
        return confirm_question(assumed, len(asked), left_open(constraints)) if assumed else None


def _settled(state: IntakeState, known: Understanding) -> list[str]:
    """The ids of the questions so far, without the open one unless it was answered or waved away: what came in
    meanwhile may have been about something else, and then it is asked again."""
    asked, question = list(state.get("asked", [])), state.get("question")
    waits = question and question.field and question.field not in known.constraints.root
    if question and waits and question.field not in known.skipped and question.id in asked:
        asked.remove(question.id)
    return asked


def after_coverage(state: IntakeState) -> str:
    """On to planning, or ask."""
    return "planning" if state.get("ready") else "adaptive_questioner"
