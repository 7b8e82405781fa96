"""Where the decision graph goes after an answer, by what became of it."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from graphs.decision.feedback import Answered, after_feedback
from graphs.state import FeedbackOutcome

NEXT: dict[FeedbackOutcome, str] = {
    "approved": "codegen",
    "amended": "gate_hitl",
    "unheard": "gate_hitl",
    "request_changes": "planner",
    "unread": "planner",
    "rejected": "rejected",
}


def test_each_outcome_leads_somewhere() -> None:
    assert set(NEXT) == set(get_args(FeedbackOutcome))
    assert {outcome: after_feedback(Answered(outcome=outcome)) for outcome in NEXT} == NEXT


@pytest.mark.parametrize(("state", "error"), [({}, KeyError), ({"outcome": "completed"}, AssertionError)])
def test_what_is_no_outcome_of_an_answer_is_not_taken_for_a_rejection(state: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        after_feedback(state)
