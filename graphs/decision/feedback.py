"""process_approval_feedback: turns an answer's comment into an amendment before any code is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

from typing_extensions import TypedDict

from graphs.decision.amend import Amend, FeedbackInput, shown_before
from graphs.decision.policy_eval import basis_of
from graphs.services import Services
from graphs.state import FeedbackOutcome
from intake.extract import captured
from intake.merge import merge
from intake.schema import label, show
from providers import capsule as capsules
from providers.base import Reading
from providers.inputs import Inputs
from providers.rulebook.reading.demands import unread
from storage.records.canonical import sha256_of
from storage.records.constraints import FIELD_NAMES, Constraint, ConstraintSchema, FieldName
from storage.records.events import Payload, ReasonCard, StageChanged
from storage.records.plans import Approval
from storage.records.steps import NodeFailed, NodeResult, RunContext

UNREAD = (
    "Nothing in the comment was read as a constraint that differs from the plan's. Name what to change with its value,"
    " such as “at most $2,000 a month” or “600 req/s”, and each only once."
)
NOT_BUILT = "Nothing was built: your comment"
SAY_IT = (
    f"Say it as one of {', '.join(label(name) for name in FIELD_NAMES)}, with its value,"
    " or approve without a condition."
)
TOPICS: frozenset[FieldName] = frozenset({"data_sensitivity", "workload_type"})
"""Named in passing by what asks for something else: "PII must be encrypted with our own key"."""


class ProcessApprovalFeedback:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._amend = Amend(services)

    async def __call__(self, state: FeedbackInput, context: RunContext | None) -> NodeResult:
        approval = state.get("approval")
        if approval is None:
            raise LookupError("process_approval_feedback ran before an answer")
        inputs = await self._services.current(context)
        self._check_capsule(state, approval, inputs)
        if approval.action == "reject":
            return self._reject(approval)
        changes, unheard, held = await self._read(state["constraints"], approval)
        if approval.action == "request_changes":
            rounds = (await self._services.settling(context)).rounds
            return self._plan_again(state, approval, changes, rounds)
        if not changes:
            return self._ask_again(state, approval, unheard) if unheard else self._go_on(approval, held)
        return await self._amend(state, approval, changes, unheard, inputs, context)

    def _check_capsule(self, state: FeedbackInput, approval: Approval, inputs: Inputs) -> None:
        """What runs after the gate must be what was approved."""
        moved = capsules.basis_moved(state["basis"], basis_of(self._services, inputs))
        parts = capsules.covered(
            state["plan"], state["cost_estimate"], state["policy_results"], state["basis"], state["constraints"]
        )
        sealed = state.get("covered", {})
        moved += [name for name, now in capsules.seals(parts).items() if sealed.get(name, now) != now]
        if state.get("amendment") is None and not moved and sha256_of(parts) != state["capsule"]:
            moved.append("capsule")
        if approval.capsule != state["capsule"] and "capsule" not in moved:
            moved.append("capsule")
        if approval.action == "approve" and moved:
            raise NodeFailed(
                f"What was approved is not what would run: {', '.join(moved)} moved since the gate opened.",
                next_action="Start a child decision set to plan again with what holds now.",
            )

    def _reject(self, approval: Approval) -> NodeResult:
        return NodeResult(update={"outcome": "rejected", "feedback": approval.comment})

    def _go_on(self, approval: Approval, held: list[str]) -> NodeResult:
        cards: list[Payload] = []
        if approval.comment:
            holds, none = "What the comment asks for holds already", "No constraint was read from the comment"
            what = f"{holds}: {', '.join(held)}" if held else none
            cards.append(self._card("Comment", what, "Go on as approved", approval))
        cards.append(StageChanged(stage="codegen", status="building"))
        return NodeResult(
            update={"outcome": "approved", "feedback": approval.comment},
            cards=cards,
            patch={"status": "building", "stage": "codegen"},
        )

    async def _read(
        self, known: ConstraintSchema, approval: Approval
    ) -> tuple[dict[FieldName, Constraint], list[str], list[str]]:
        """The constraints in the comment, with their place in it as evidence, what it asks for besides, and what of it
        holds already. What stands gives way to it, and a list grows where the comment adds to it."""
        if not approval.comment:
            return {}, [], []
        reading = await self._services.orchestration.read(approval.comment)
        changes = changed_by(known, reading, approval)
        held = [
            f"{label(item.field)} {show(item.field, item.value)}"
            for item in reading.findings
            if item.field in known.root and known.root[item.field].value == item.value
        ]
        return changes, unheard(reading, changes, approval.comment), held

    def _ask_again(self, state: FeedbackInput, approval: Approval, reasons: list[str]) -> NodeResult:
        """The same plan under the same capsule, which the approval does not stand for: nothing was begun on it."""
        stage = StageChanged(stage="approval", status="planning", round=state.get("round", 1))
        return NodeResult(
            update={"outcome": "unheard", "feedback": approval.comment, "unheard": reasons},
            cards=[self._card("Comment", "Nothing was built", "Ask for approval again", approval, reasons), stage],
            patch={"status": "planning", "stage": "approval"},
        )

    def _plan_again(
        self, state: FeedbackInput, approval: Approval, changes: dict[FieldName, Constraint], rounds: int
    ) -> NodeResult:
        """Without a change the plan is made anew all the same, since prices may have moved, but that is not counted
        among the times a person may ask."""
        constraints, following = state["constraints"].with_changes(dict(changes)), state.get("round", 1) + 1
        counted = f"{len(changes)} constraint{'' if len(changes) == 1 else 's'} read from the comment"
        cards: list[Payload] = [
            captured(name, item, state["constraints"].root.get(name)) for name, item in changes.items()
        ]
        cards.append(self._card("Changes requested", counted if changes else UNREAD, "Plan again", approval))
        cards.append(StageChanged(stage="planner", status="planning", round=following))
        return NodeResult(
            update={
                "outcome": "request_changes" if changes else "unread",
                "feedback": approval.comment,
                "constraints": constraints,
                "revision": state.get("revision", 0) + bool(changes),
                "round": following,
                "last_round": following + rounds - 1,
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

    def _card(
        self, title: str, decision: str, chosen: str, approval: Approval, reasons: Sequence[str] = ()
    ) -> ReasonCard:
        provider = self._services.orchestration
        return ReasonCard(
            title=title,
            decision=decision,
            chosen=chosen,
            evidence=[approval.comment, *reasons],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
        )


def changed_by(known: ConstraintSchema, reading: Reading, approval: Approval) -> dict[FieldName, Constraint]:
    """What differs from the plan's constraints. A field that the comment gives two values is left as it is."""
    yielding = ConstraintSchema(
        {name: item.model_copy(update={"status": "confirmed"}) for name, item in known.root.items()}
    )
    found, unclear = merge(yielding, reading, message=approval.comment_event, status="stated", text=approval.comment)
    twice = {item.field for item in unclear}
    return {
        name: item
        for name, item in found.items()
        if item and name not in twice and (name not in known.root or known.root[name].value != item.value)
    }


def unheard(reading: Reading, changes: Mapping[FieldName, Constraint], comment: str) -> list[str]:
    """What the comment asks for and nothing will hold, each as a sentence for whoever answers: a demand in which
    nothing was read, a value that cannot be, and two values for one field."""
    heard = [(item.start, item.end) for item in reading.findings if item.field not in TOPICS or item.field in changes]
    impossible = [
        f"{label(item.field)}, “{comment[item.start : item.end]}”: {item.reason}" for item in reading.problems
    ]
    twice = sorted({label(item.field) for item in reading.rivals})
    said = [(item.start, item.end) for item in [*reading.problems, *reading.rivals]]
    asked = [
        f"{NOT_BUILT} asks for something that could not be read as a constraint: “{words}”."
        for words in unread(comment, [*heard, *said])
    ]
    return [
        *asked,
        *([SAY_IT] if asked else []),
        *(f"{NOT_BUILT} asks for what could not be taken. {words}" for words in impossible),
        *(f"{NOT_BUILT} gives {name} two values. Name one." for name in twice),
    ]


class Answered(TypedDict):
    outcome: FeedbackOutcome


def after_feedback(state: Answered) -> Literal["codegen", "gate_hitl", "planner", "rejected"]:
    """Tighter or plain approval: on to code. Otherwise the gate again, the planner again, or the end."""
    match state["outcome"]:
        case "approved":
            return "codegen"
        case "amended" | "unheard":
            return "gate_hitl"
        case "request_changes" | "unread":
            return "planner"
        case "rejected":
            return "rejected"
        case unknown:
            assert_never(unknown)
