"""Whose cards take whose place, and what each row names."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from storage.records.decision_sets import Question
from storage.records.events import (
    TYPE_OF,
    CostUpdate,
    Event,
    Payload,
    QuestionAsked,
    ReasonCard,
    RunComplete,
    StageChanged,
)
from storage.records.ids import DecisionSetId, Sha256
from storage.records.plans import Cost
from web.filters import span
from web.views.feed import Context, card, feed
from web.views.rounds import folded, headings, superseded
from web.views.words import node_word

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def event(seq: int, node: str, payload: Payload) -> Event:
    return Event(
        decision_set=DecisionSetId("d"),
        seq=seq,
        type=TYPE_OF[type(payload)],
        node=node,
        run_id=None,
        checkpoint_id=None,
        at=NOW,
        payload=payload.model_dump(mode="json"),
    )


def reason(seq: int, node: str, title: str) -> Event:
    made = ReasonCard(title=title, decision="d", chosen="c", provider="p", model="m", pack=Sha256("d" * 64))
    return event(seq, node, made)


def test_a_critic_that_speaks_of_the_amended_plan_takes_its_own_place_alone() -> None:
    told = [
        reason(1, "critic_tech", "Critic · tech"),
        reason(2, "critic_risk", "Critic · risk"),
        reason(3, "reconcile", "Reconciliation"),
        reason(4, "process_approval_feedback", "Amendment"),
        reason(5, "process_approval_feedback", "Critic · tech"),
        reason(6, "process_approval_feedback", "Critic · risk"),
    ]
    assert superseded(told) == {1: "Superseded by card 5", 2: "Superseded by card 6"}


def test_a_stage_names_itself_and_not_the_node_before_it() -> None:
    shown = card(event(1, "planner", StageChanged(stage="critics", status="planning")), Context(DecisionSetId("d")))
    assert (shown.head.title, shown.head.node) == ("Critics", "")


def test_nothing_is_called_an_amendment_where_nothing_was_amended() -> None:
    assert node_word("process_approval_feedback") == "Approval comment"


@pytest.mark.parametrize(("days", "words"), [(7, "7 d"), (6.999, "7 d"), (6.4, "6 d"), (2, "2 d")])
def test_days_are_rounded_to_the_nearest(days: float, words: str) -> None:
    assert span(days * 86_400) == words


def priced(seq: int, likely: str) -> Event:
    cost = Cost(low=Decimal(1), likely=Decimal(likely), high=Decimal(9999), lines=[], price_book=Sha256("d" * 64))
    return event(seq, "planner", CostUpdate(cost=cost))


ROUNDS = [
    event(1, "coverage_check", StageChanged(stage="planner", status="planning")),
    reason(2, "planner", "Plan"),
    priced(3, "1240"),
    reason(4, "critic_tech", "Critic · tech"),
    reason(5, "critic_cost", "Critic · cost"),
    event(6, "gate_hitl", StageChanged(stage="approval", status="awaiting_approval")),
    event(7, "gate_hitl", RunComplete(outcome="waiting")),
    event(8, "process_approval_feedback", StageChanged(stage="planner", status="planning", round=2)),
    reason(9, "planner", "Plan"),
    priced(10, "990"),
    reason(11, "critic_tech", "Critic · tech"),
    reason(12, "critic_cost", "Critic · cost"),
]


def test_a_round_that_was_planned_again_is_one_line_that_says_what_it_holds() -> None:
    gone = superseded(ROUNDS)
    assert gone.keys() == {2, 3, 4, 5}
    assert folded(ROUNDS, gone) == {2: "1 plan, 1 cost ($1,240 /mo), 2 critics"}
    assert headings(ROUNDS).keys() == {1}
    assert folded(ROUNDS[:7], superseded(ROUNDS[:7])) == {}


def test_only_the_plan_and_the_cost_stand_open_and_waiting_is_said_once() -> None:
    shown = feed(ROUNDS, Context(DecisionSetId("d"), superseded=superseded(ROUNDS)))
    opened = [item.card.head.title for item in shown if item.seq > 8 and item.card.head.open]
    assert opened == ["Plan", "Cost"]
    assert [item.seq for item in shown if item.hidden] == [6, 7]


def test_the_open_question_stands_in_full_only_where_it_is_answered() -> None:
    asked = Question(id="cloud.1", field="cloud", text="Which cloud?", why="Prices differ.", options=[])
    told = event(1, "adaptive_questioner", QuestionAsked(question=asked))
    now = card(told, Context(DecisionSetId("d"), open_question="cloud.1"))
    assert (now.head.title, now.head.open) == ("Question · Cloud", False)
    assert card(told, Context(DecisionSetId("d"))).head.title == "Which cloud?"
