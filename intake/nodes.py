"""The intake graph's nodes: read, measure, ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from intake.assumptions import assumptions, left_open
from intake.coverage import coverage
from intake.extract import Understanding, take_in
from intake.questions import (
    MOST_USUAL_BUDGET,
    confirm_question,
    is_known,
    next_question,
    with_budgets_around,
)
from intake.repeats import other_runs
from intake.reported import in_its_words, origin_of, reports
from intake.revision import Reread, differences, in_place, in_words, reread
from intake.schema import label
from intake.starting import settle, without_assumptions
from intake.state import IntakeState
from intake.worth import LEAST_SHARE, LEAST_USD, Weigh
from providers.authorship import author_of
from providers.base import OrchestrationProvider, Reader
from storage.records.constraints import ConstraintSchema, ConstraintValue, FieldName
from storage.records.decision_sets import Question
from storage.records.events import MessageSent, Payload, QuestionAsked, StageChanged
from storage.records.intake import IntakeInput
from storage.records.steps import NodeResult, RunContext


@dataclass(frozen=True, slots=True)
class Next:
    """The question, the fields that would have come before it had an answer changed anything, and that in words."""

    question: Question | None = None
    unasked: list[FieldName] = field(default_factory=list)
    passed_over: str = ""


class IntakeNodes:
    def __init__(self, provider: OrchestrationProvider, weigh: Weigh | None = None) -> None:
        self._provider, self._weigh = provider, weigh

    async def extract_constraints(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Reads what came in since the last time, in order; everything anew when an earlier message was edited."""
        inputs = [_with_question(item, state.get("question")) for item in state.get("inputs", [])]
        heard = [*state.get("intake_messages", []), *inputs]
        reader = self._provider.reader(origin_of(context, "extract_constraints"))
        if any(item.replaces is not None for item in inputs):
            read = await self._reread(reader, state, heard)
        else:
            read = await self._read_on(reader, state, inputs)
        known = read.known
        through = max([item.seq for item in inputs], default=state.get("inputs_through", 0))
        update: IntakeState = {
            "constraints": known.constraints,
            "question": None,
            "following": None,
            "skipped": sorted(known.skipped),
            "contradictions": known.contradictions,
            "misfits": known.misfits,
            "start": known.start,
            "set_aside": read.set_aside,
            "asked": read.asked,
            "inputs": [],
            "inputs_through": through,
            "intake_messages": heard,
            "raw_query": next((item.text for item in in_place(heard) if item.text), ""),
        }
        constraints = known.constraints.model_dump(mode="json")
        return NodeResult(
            update=update,
            cards=[*known.captured, *reports(reader, known.captured), *_remarks(read, inputs)],
            patch={"constraints": constraints, "inputs_through": through, "question": None, "stage": "intake"},
            effects=reader.effects,
            **author_of(self._provider, reader.calls),
        )

    async def _read_on(self, reader: Reader, state: IntakeState, inputs: Sequence[IntakeInput]) -> Reread:
        known = Understanding(
            constraints=state.get("constraints") or ConstraintSchema(),
            question=state.get("question"),
            skipped=set(state.get("skipped", [])),
            contradictions=list(state.get("contradictions", [])),
            misfits=list(state.get("misfits", [])),
            start=state.get("start", False),
        )
        for given in inputs:
            await take_in(reader, known, given)
        return Reread(known, _settled(state, known), state.get("set_aside", []))

    async def _reread(self, reader: Reader, state: IntakeState, heard: Sequence[IntakeInput]) -> Reread:
        read = await reread(reader, state.get("given", ConstraintSchema()), state.get("settled", []), heard)
        before = state.get("constraints") or ConstraintSchema()
        read.known.captured = differences(before, read.known.constraints)
        read.words = in_words(read, already=state.get("set_aside", []))
        return read

    async def coverage_check(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Decides whether enough is known. When planning starts, what is missing is assumed and listed. It comes here
        again where something was handed in while it decided to plan."""
        before, decided = state.get("constraints") or ConstraintSchema(), state.get("ready", False)
        constraints = without_assumptions(before, state.get("given", ConstraintSchema())) if decided else before
        in_doubt = [*state.get("contradictions", []), *state.get("misfits", [])]
        measured = coverage(constraints, disputed=[item.field for item in in_doubt])
        found = Next() if state.get("start", False) else await self._next(state, constraints, context)
        ready = found.question is None
        update: IntakeState = {
            "coverage": measured,
            "missing_fields": measured.missing,
            "ready": ready,
            "following": found.question,
            "unasked": found.unasked,
        }
        patch: dict[str, Any] = {"coverage": measured.model_dump(mode="json")}
        cards: list[Payload] = []
        if ready:
            settled = settle(state.get("contradictions", []), state.get("skipped", []))
            constraints = constraints.with_changes(dict(settled.changes))
            constraints = constraints.with_changes(dict(assumptions(constraints)))
            update["contradictions"] = settled.left
            cards += differences(before, constraints)
            passed_over = found.passed_over if found.unasked else ""
            said = (settled.words, passed_over, _runs_said(state, constraints))
            cards += [MessageSent(text=text) for text in said if text]
        if ready or decided:
            stage, status = ("planner", "planning") if ready else ("intake", "intake")
            cards += [StageChanged(stage=stage, status=status)] if ready != decided else []
            update["constraints"] = constraints
            patch |= {"constraints": constraints.model_dump(mode="json"), "status": status, "stage": stage}
        return NodeResult(update=update, cards=cards, patch=patch)

    async def adaptive_questioner(self, state: IntakeState, context: RunContext | None) -> NodeResult:
        """Words the one question that is worth most now."""
        question = state.get("following")
        if question is None:
            raise LookupError("there is nothing left to ask")
        reader = self._provider.reader(origin_of(context, "adaptive_questioner"))
        worded, reply = await in_its_words(reader, question, state)
        cards: list[Payload] = [*reports(reader), *reply, QuestionAsked(question=worded)]
        update: IntakeState = {"question": worded, "asked": [*state.get("asked", []), question.id]}
        patch = {"question": worded.model_dump(mode="json")}
        return NodeResult(
            update=update,
            cards=cards,
            patch=patch,
            effects=reader.effects,
            **author_of(self._provider, reader.calls),
        )

    async def _next(self, state: IntakeState, constraints: ConstraintSchema, context: RunContext | None) -> Next:
        asked: Sequence[str] = state.get("asked", [])
        disputed: dict[FieldName, ConstraintValue] = {
            item.field: item.later for item in state.get("contradictions", [])
        }
        doubtful: dict[FieldName, str] = {item.field: item.reason for item in state.get("misfits", [])}
        skipped, unasked, hopeless = set(state.get("skipped", [])), list[FieldName](), ""
        while (
            question := next_question(
                constraints, asked=asked, skipped=skipped.union(unasked), disputed=disputed, doubtful=doubtful
            )
        ) is not None:
            if self._weigh is None or question.field is None:
                return Next(question, unasked)
            worth = await self._weigh(constraints, question, context)
            asks_for = question.field
            settled = asks_for not in {*disputed, *doubtful}
            if asks_for == "monthly_budget_usd" and settled and min(worth.costs, default=0) > MOST_USUAL_BUDGET:
                question = with_budgets_around(question, min(worth.costs))
                worth = await self._weigh(constraints, question, context)
            if worth.asks or not settled or asks_for == "workload_type":
                return Next(question.model_copy(update={"worth": worth.words}), unasked)
            unasked.append(asks_for)
            hopeless = worth.hopeless
        assumed, left = assumptions(constraints), left_open(constraints)
        passed_over = not_asked(unasked, hopeless)
        runs = _runs_said(state, constraints.with_changes(dict(assumed)))
        confirm = confirm_question(assumed, len(asked), left, f"{passed_over} {runs}".strip()) if assumed else None
        return Next(confirm, unasked, passed_over)


def not_asked(fields: Sequence[FieldName], hopeless: str = "") -> str:
    """Why, in words; empty where there is nothing to say. `hopeless` says why no answer leads to a plan."""
    if not fields:
        return ""
    named = f"Not asked: {', '.join(label(name) for name in fields)}."
    if hopeless:
        return f"{named} As things stand no answer leads to a plan. {hopeless}"
    return (
        f"{named} No usual answer would change the plan or a policy"
        f" result, or move the cost by ${LEAST_USD} a month or {LEAST_SHARE:.0%}."
    )


def _runs_said(state: IntakeState, known: ConstraintSchema) -> str:
    return other_runs((item.text for item in in_place(state.get("intake_messages", []))), known)


def _with_question(given: IntakeInput, question: Question | None) -> IntakeInput:
    """With the question it answers, so that the answer can be understood again later."""
    answers = question is not None and given.question_id == question.id and given.replaces is None
    return given.model_copy(update={"question": question}) if answers else given


def _remarks(read: Reread, inputs: Sequence[IntakeInput]) -> list[MessageSent]:
    """What changed by an edit, and what could not be understood just now and is not asked, since planning starts."""
    new = {item.seq for item in inputs} if read.known.start else set()
    unasked = [f"{label(item.field)}: {item.reason}" for item in read.known.misfits if item.message in new]
    return [MessageSent(text=text) for text in (read.words, " ".join(unasked)) if text]


def _settled(state: IntakeState, known: Understanding) -> list[str]:
    """The ids of the questions so far, without the open one unless it was answered or waved away: what came in
    meanwhile may have been about something else, and then it is asked again."""
    asked, question = list(state.get("asked", [])), state.get("question")
    if question is None or question.field is None or question.id not in asked:
        return asked
    open_fields = {item.field for item in [*known.contradictions, *known.misfits]}
    answered = is_known(known.constraints, question.field) and question.field not in open_fields
    if not answered and question.field not in known.skipped:
        asked.remove(question.id)
    return asked


def after_coverage(state: IntakeState) -> str:
    """On to planning, or ask."""
    return "planning" if state.get("ready") else "adaptive_questioner"
