"""How often a job runs, and what one run costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.rulebook.catalogue import Catalogue
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import BOOK, few, jobs


@pytest.mark.parametrize(
    ("kind", "deadline", "runs"),
    [
        ("batch_inference", None, 30),
        ("batch_inference", 24, 30),
        ("data_pipeline", 30, 4),
        ("data_pipeline", 200, 1),
        ("training", 4, 1),
        ("training", None, 1),
        ("fine_tuning", 24, 1),
        ("realtime_inference", None, 0),
    ],
)
def test_what_may_run_daily_does_and_a_training_runs_once(kind: str, deadline: float | None, runs: int) -> None:
    values = ConstraintValues.model_validate({"workload_type": kind, "deadline_hours": deadline})
    assert workload_of(values).runs_a_month == runs


@few
@given(jobs)
def test_the_runs_of_a_month_fit_in_it_one_after_the_other(stated: dict[str, Any]) -> None:
    catalogue = Catalogue(ConstraintValues.model_validate(stated), BOOK)
    for option in catalogue.options:
        assert option.hours <= 730
        if option.feasible:
            assert catalogue.workload.runs_a_month * option.run_hours <= 730


def test_the_number_of_runs_and_the_cost_of_one_are_said_wherever_the_cost_is(planning: Planning) -> None:
    stated = {"workload_type": "batch_inference", "dataset_size_gb": 500, "model_size_params": 110e6}
    _, proposal = planning.of(**stated, deadline_hours=6, cloud=["aws"])
    made = next(item for item in proposal.plan.candidates if item.chosen)
    line = next(line for line in proposal.cost.lines if line.unit == "machine-hour")
    assert line.usd is not None
    one = line.usd / 30
    sentence = f"30 runs a month assumed, one a day; one run costs ${one:,.0f} of machines."
    assert sentence in proposal.plan.assumptions
    assert sentence in proposal.cost.assumptions
    assert f"{made.run_hours:.1f} hours and about ${one:,.0f} a run; about ${proposal.cost.likely:,.0f} a month" in (
        proposal.plan.summary
    )


def test_a_run_longer_than_a_month_is_billed_by_full_months(planning: Planning) -> None:
    _, proposal = planning.of(
        workload_type="training", model_size_params=13_000_000_000, dataset_size_gb=2000, gpu_type="H100", gpu_count=8,
        deadline_hours=6000, cloud=["aws"], regions=["us-east-1"],
    )  # fmt: skip
    line = next(line for line in proposal.cost.lines if line.unit == "machine-hour")
    assert line.quantity == Decimal(730)
    assert any(sentence.startswith("A run lasts 6.9 months") for sentence in proposal.cost.assumptions)


@few
@given(st.floats(0.1, 1000), st.floats(1, 700))
def test_what_arrives_in_a_day_is_done_within_a_day(rate: float, deadline: float) -> None:
    values = ConstraintValues(workload_type="data_pipeline", throughput_rps=rate, deadline_hours=deadline)
    found = workload_of(values)
    assert (found.runs_a_month, found.deadline_hours <= 24) == (30, True)
