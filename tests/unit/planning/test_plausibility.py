"""What must hold for any workload, whatever the figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues

BOOK = PriceBook.load()
NEVER = Decimal("Infinity")

SERVING = ("realtime_inference", "streaming_inference", "rag", "feature_store")
serving = st.fixed_dictionaries(
    {
        "workload_type": st.sampled_from(SERVING),
        "throughput_rps": st.floats(0.5, 5000),
        "latency_p95_ms": st.floats(15, 3000),
    },
    optional={
        "model_framework": st.sampled_from(["pytorch", "xgboost", "vllm"]),
        "model_size_params": st.sampled_from([10**6, 110 * 10**6, 7 * 10**9, 70 * 10**9]),
        "data_residency": st.sampled_from(["EU", "US", "UK"]),
        "data_sensitivity": st.sampled_from(["pii", "internal"]),
        "cloud": st.sampled_from([["aws"], ["gcp"], ["azure"], ["aws", "gcp"]]),
        "spot_ok": st.booleans(),
        "scale_to_zero": st.booleans(),
    },
)
jobs = st.fixed_dictionaries(
    {
        "workload_type": st.sampled_from(["batch_inference", "training", "fine_tuning", "data_pipeline", "edge"]),
        "dataset_size_gb": st.floats(0.1, 500),
        "deadline_hours": st.floats(0.5, 200),
    },
    optional={
        "model_framework": st.sampled_from(["pytorch", "xgboost"]),
        "model_size_params": st.sampled_from([10**6, 110 * 10**6, 7 * 10**9, 70 * 10**9]),
        "cloud": st.sampled_from([["aws"], ["gcp"], ["azure"]]),
        "spot_ok": st.booleans(),
    },
)
few = settings(max_examples=25, deadline=None, derandomize=True)


def cheapest(stated: dict[str, Any]) -> Decimal:
    """Of all feasible options, in US dollars a month; infinite when there is none."""
    options = Catalogue(ConstraintValues.model_validate(stated), BOOK).options
    return min((option.compared for option in options if option.feasible), default=NEVER)


@few
@given(serving)
def test_doubling_throughput_never_makes_it_cheaper(stated: dict[str, Any]) -> None:
    assert cheapest({**stated, "throughput_rps": stated["throughput_rps"] * 2}) >= cheapest(stated)


@few
@given(jobs)
def test_doubling_the_data_never_makes_it_cheaper(stated: dict[str, Any]) -> None:
    assert cheapest({**stated, "dataset_size_gb": stated["dataset_size_gb"] * 2}) >= cheapest(stated)


@few
@given(serving, st.data())
def test_a_tighter_requirement_never_lowers_the_cost_of_a_service(stated: dict[str, Any], data: st.DataObject) -> None:
    tighter = data.draw(
        st.sampled_from(
            [
                {"latency_p95_ms": stated["latency_p95_ms"] * data.draw(st.floats(0.3, 1))},
                {"throughput_rps": stated["throughput_rps"] * data.draw(st.floats(1, 3))},
                {"availability_slo": 99.9},
                {"max_replicas": data.draw(st.integers(1, 20))},
                {"monthly_budget_usd": data.draw(st.floats(100, 50_000))},
                {"regions": ["eu-west-1", "europe-west4"]},
                {"gpu_count": 4},
                {"gpu_type": "L4"},
                {"gpu_required": False},
                {"data_residency": "Germany"} if stated.get("data_residency") in (None, "EU") else {},
                {"spot_ok": False},
            ]
        )
    )
    assert cheapest({**stated, **tighter}) >= cheapest(stated)


@few
@given(jobs, st.floats(0.2, 1), st.integers(1, 16))
def test_a_tighter_requirement_never_lowers_the_cost_of_a_job(stated: dict[str, Any], share: float, most: int) -> None:
    before = cheapest(stated)
    assert cheapest({**stated, "deadline_hours": stated["deadline_hours"] * share}) >= before
    assert cheapest({**stated, "max_replicas": most}) >= before
    assert cheapest({**stated, "spot_ok": False}) >= before


@few
@given(st.one_of(serving, jobs), st.booleans())
def test_a_70b_model_never_lands_on_a_24_gb_gpu(stated: dict[str, Any], spot: bool) -> None:
    if stated.get("model_framework") == "xgboost" or stated["workload_type"] in ("data_pipeline", "feature_store"):
        return
    stated = {**stated, "model_size_params": 70 * 10**9, "spot_ok": spot}
    made = plan(PlanRequest(ConstraintValues.model_validate(stated)), BOOK).plan
    small = [
        item.sku for item in made.resources if item.accelerator and ACCELERATORS[item.accelerator].memory_gib <= 24
    ]
    assert small == []


@few
@given(st.one_of(serving, jobs), st.one_of(st.none(), st.floats(1, 20_000)))
def test_a_plan_keeps_every_hard_constraint_or_says_it_cannot(stated: dict[str, Any], budget: float | None) -> None:
    values = ConstraintValues.model_validate({**stated, "monthly_budget_usd": budget})
    proposal = plan(PlanRequest(values), BOOK)
    made, cost = proposal.plan, proposal.cost
    assert cost.low <= cost.likely <= cost.high
    if not made.feasible:
        assert (made.resources, made.relax != []) == ([], True)
        return
    chosen = next(item for item in made.candidates if item.chosen)
    assert values.cloud is None or chosen.cloud in values.cloud
    assert values.spot_ok or chosen.purchase == "on_demand"
    assert budget is None or float(cost.likely) <= budget + 0.01
    if values.workload_type in SERVING and values.latency_p95_ms is not None:
        assert (chosen.latency_p95_ms or 0) <= values.latency_p95_ms
        assert (chosen.capacity_rps or 0) >= (values.throughput_rps or 0) - 0.01
