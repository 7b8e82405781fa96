"""Whose cards take whose place, and what each row names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.records.events import TYPE_OF, Event, Payload, ReasonCard, StageChanged
from storage.records.ids import DecisionSetId, Sha256
from web.filters import span
from web.views.feed import Context, card, superseded
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
    assert node_word("process_approval_feedback") == "Answer"


@pytest.mark.parametrize(("days", "words"), [(7, "7 d"), (6.999, "7 d"), (6.4, "6 d"), (2, "2 d")])
def test_days_are_rounded_to_the_nearest(days: float, words: str) -> None:
    assert span(days * 86_400) == words
