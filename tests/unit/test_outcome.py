"""What the comments of an approval became, as the page of a run tells it."""

from __future__ import annotations

from storage.records.events import ConstraintCaptured, Event, GateAnswered, Payload, ReasonCard, StageChanged
from storage.records.ids import GateId, Sha256
from storage.records.plans import GateAction
from tests.unit.test_views_feed import event
from web.views.outcome import Heeded, heeded

READER = "process_approval_feedback"
CAPSULE = Sha256("c" * 64)
ON_TO_CODE = StageChanged(stage="codegen", status="building")
ASKED_AGAIN = StageChanged(stage="approval", status="planning")
CAPPED = ConstraintCaptured(field="max_replicas", value=6, status="stated", evidence=None)


def answered(comment: str, action: GateAction = "approve", by: str = "ana") -> GateAnswered:
    return GateAnswered(gate=GateId("g"), action=action, by=by, comment=comment, capsule=CAPSULE)


def told(*payloads: Payload) -> list[Event]:
    return [
        event(seq, "gate_hitl" if isinstance(item, GateAnswered) else READER, item)
        for seq, item in enumerate(payloads, 1)
    ]


def comment_card(decision: str) -> ReasonCard:
    return ReasonCard(title="Comment", decision=decision, chosen="Go on", provider="p", model="m", pack=CAPSULE)


def test_before_it_is_read_nothing_is_told() -> None:
    assert heeded(told(answered("cap replicas at 6"))) == []
    assert heeded(told(answered("cap replicas at 6"), CAPPED, ASKED_AGAIN)) == []


def test_each_approval_that_changed_something_is_told_with_its_own_words() -> None:
    budget = ConstraintCaptured(field="monthly_budget_usd", value=3000, status="stated", evidence=None, previous=4000)
    events = told(
        answered("cap replicas at 6"), CAPPED, ASKED_AGAIN,
        answered("and $3k a month", by="ben"), budget, ASKED_AGAIN,
        answered(""), ON_TO_CODE,
    )  # fmt: skip
    assert heeded(events) == [
        Heeded("ana", "cap replicas at 6", ["Replicas at most: not stated → 6"]),
        Heeded("ben", "and $3k a month", ["Budget: $4,000 /mo → $3,000 /mo"]),
    ]


def test_what_was_asked_before_the_plan_was_made_again_is_no_part_of_it() -> None:
    events = told(answered("cap at 6", "request_changes"), CAPPED, answered("fine"), comment_card("None"), ON_TO_CODE)
    assert heeded(events) == [Heeded("ana", "fine", [], "None")]


def test_no_comment_has_nothing_to_tell() -> None:
    assert heeded(told(answered(""), ON_TO_CODE)) == []
