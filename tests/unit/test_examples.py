"""What the console offers as examples leads to a plan."""

from __future__ import annotations

from datetime import date

import pytest

from intake.assumptions import assumptions
from intake.merge import held, merge
from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from providers.rulebook.reading import read
from storage.records.constraints import ConstraintSchema
from web.views.new import EXAMPLES


@pytest.mark.parametrize(
    ("words", "workload"),
    list(zip(EXAMPLES, ["realtime_inference", "batch_inference", "fine_tuning", "rag", "training"], strict=True)),
)
def test_an_example_is_read_and_planned(words: str, workload: str) -> None:
    reading = read(words)
    changes, contradictions = merge(ConstraintSchema(), reading, text=words, message=1)
    known = ConstraintSchema().with_changes(changes)
    known = known.with_changes(dict(held(known, reading, message=1)))
    known = known.with_changes(dict(assumptions(known)))
    found = plan(PlanRequest(known.values, today=date(2026, 11, 22)), PriceBook.load())

    assert (known.values.workload_type, contradictions, reading.problems) == (workload, [], [])
    assert len(changes) >= 4
    assert found.plan.feasible
