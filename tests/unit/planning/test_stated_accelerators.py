"""A stated number of accelerators bounds a plan from both sides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.critics import critique
from providers.rulebook.limits import Limits
from providers.rulebook.planner import plan
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import BOOK, few

PRETRAINING: dict[str, Any] = {
    "workload_type": "training", "model_framework": "pytorch", "model_size_params": 13_000_000_000,
    "dataset_size_gb": 2000, "gpu_type": "H100", "gpu_count": 8, "deadline_hours": 240, "cloud": ["aws"],
    "regions": ["us-east-1"], "spot_ok": True,
}  # fmt: skip


def most(book: PriceBook, type: str, region: str, stated: int) -> int | None:
    values = ConstraintValues(gpu_count=stated)
    machine = next(item for item in book.instances if (item.type, item.region) == (type, region))
    return Limits(values, workload_of(values), book).most(machine)


@pytest.mark.parametrize(
    ("type", "region", "stated", "machines"),
    [
        ("p5.48xlarge", "us-east-1", 8, 1),
        ("p5.48xlarge", "us-east-1", 1, 1),  # H100s are sold by eight there
        ("p5.48xlarge", "us-east-1", 12, 2),
        ("g5.48xlarge", "us-east-1", 4, 0),  # A10Gs are sold one by one
        ("g5.12xlarge", "us-east-1", 4, 1),
        ("g5.xlarge", "us-east-1", 3, 3),
        ("m6i.xlarge", "us-east-1", 4, None),
    ],
)
def test_how_many_machines_a_stated_number_allows(
    book: PriceBook, type: str, region: str, stated: int, machines: int | None
) -> None:
    assert most(book, type, region, stated) == machines


def test_a_deadline_does_not_buy_more_accelerators_than_stated(planning: Planning) -> None:
    _, proposal = planning.of(**PRETRAINING)
    assert not proposal.plan.feasible
    waits, buys = proposal.plan.relax
    assert waits.startswith("Allow 212 days a run instead of 10: 1 × p5.48xlarge spot")
    assert buys.startswith("Allow 192 × H100 instead of 8: 24 × p5.48xlarge spot")
    assert all(" a run, about $" in way for way in (waits, buys))


@pytest.mark.parametrize("relaxed", [{"deadline_hours": 212 * 24}, {"gpu_count": 192}])
def test_each_way_out_of_too_few_accelerators_leads_to_a_plan(planning: Planning, relaxed: dict[str, Any]) -> None:
    _, proposal = planning.of(**{**PRETRAINING, **relaxed})
    assert proposal.plan.feasible
    [machine] = [item for item in proposal.plan.resources if item.kind == "compute"]
    assert machine.count * machine.accelerator_count == relaxed.get("gpu_count", 8)


def test_a_deadline_that_nobody_stated_does_not_stand_against_a_stated_number(planning: Planning) -> None:
    stated = {**PRETRAINING, "dataset_size_gb": 100, "deadline_hours": None}
    _, proposal = planning.of(**stated)
    assert proposal.plan.feasible
    assert any("up to 730 hours" in sentence for sentence in proposal.plan.assumptions)


def test_a_machine_that_is_sold_whole_is_said_and_objected_to(planning: Planning) -> None:
    values, proposal = planning.of(
        workload_type="fine_tuning", model_size_params=7_000_000_000, gpu_type="H100", gpu_count=1, cloud=["aws"]
    )
    said = "8 × H100 instead of 1: aws us-east-1 sells them by 8."
    assert any(said == sentence for sentence in proposal.plan.assumptions), proposal.plan.assumptions
    found = critique("cost", values, proposal.plan, proposal.cost)
    assert (found.severity, found.claim) == ("high", "More accelerators are planned than stated.")


def test_a_plan_of_far_too_many_accelerators_is_objected_to(planning: Planning) -> None:
    values, proposal = planning.of(**{**PRETRAINING, "gpu_count": None})
    stated = values.model_copy(update={"gpu_count": 8})
    found = critique("cost", stated, proposal.plan, proposal.cost)
    assert found.severity == "high"
    assert "24 × p5.48xlarge have 192 × H100, 8 are stated" in found.evidence


def test_a_service_keeps_within_the_stated_number_or_says_what_it_takes(planning: Planning) -> None:
    stated = {"gpu_type": "T4", "throughput_rps": 2000, "monthly_budget_usd": 30_000}
    _, proposal = planning.fraud(**stated, gpu_count=2)
    assert not proposal.plan.feasible
    assert any(way.startswith("Allow ") and "× T4 instead of 2" in way for way in proposal.plan.relax)


counted = st.fixed_dictionaries(
    {
        "workload_type": st.sampled_from(["training", "fine_tuning", "batch_inference", "realtime_inference"]),
        "gpu_count": st.integers(1, 24),
    },
    optional={
        "model_size_params": st.sampled_from([110 * 10**6, 7 * 10**9]),
        "gpu_type": st.sampled_from(["L4", "A100", "H100"]),
        "spot_ok": st.booleans(),
    },
)


@few
@given(counted)
def test_no_plan_has_more_accelerators_than_stated_but_for_whole_hosts(stated: dict[str, Any]) -> None:
    values = ConstraintValues.model_validate(stated)
    made = plan(PlanRequest(values), BOOK).plan
    for item in made.resources:
        planned = item.count * item.accelerator_count
        if item.kind == "compute" and planned > stated["gpu_count"]:
            catalogue = Catalogue(values, BOOK)
            sold = {
                machine.accelerators
                for machine in catalogue.book.instances
                if (machine.cloud, machine.region, machine.accelerator) == (item.cloud, item.region, item.accelerator)
            }
            assert planned - stated["gpu_count"] < min(sold)
            assert any("instead of" in sentence for sentence in made.assumptions)
