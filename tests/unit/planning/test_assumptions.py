"""What was stated and is not in the bill, or not followed, is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import BOOK, few, jobs


@pytest.mark.parametrize(
    ("orchestrator", "said"),
    [
        ("airflow", "Airflow is taken to run already"),
        ("step_functions", "what Step functions adds is not in the price book"),
        ("sagemaker", "what SageMaker adds is not in the price book"),
    ],
)
def test_a_stated_orchestrator_is_in_the_plan_and_its_price_is_spoken_of(
    planning: Planning, orchestrator: str, said: str
) -> None:
    _, proposal = planning.of(workload_type="data_pipeline", cloud=["aws"], orchestrator=orchestrator)
    pattern = next(item for item in proposal.plan.patterns if item.name == "Orchestration")
    assert pattern.from_ == ["orchestrator"]
    assert any(said in item for item in proposal.plan.assumptions), proposal.plan.assumptions


def test_kubernetes_is_priced_and_nothing_is_said_where_nobody_named_one(planning: Planning) -> None:
    _, proposal = planning.of(workload_type="data_pipeline", cloud=["aws"], orchestrator="kubernetes")
    assert any(item.kind == "cluster" for item in proposal.plan.resources)
    assert not any("priced" in item for item in proposal.plan.assumptions)
    _, proposal = planning.of(workload_type="data_pipeline", cloud=["aws"])
    assert "Orchestration" not in {item.name for item in proposal.plan.patterns}


@few
@given(jobs, st.sampled_from(["aws", "gcp", "azure"]))
def test_a_job_that_may_be_interrupted_takes_what_is_cheapest(stated: dict[str, Any], cloud: str) -> None:
    values = ConstraintValues.model_validate({**stated, "spot_ok": True, "cloud": [cloud]})
    made = plan(PlanRequest(values), BOOK).plan
    if made.feasible:
        chosen = next(item for item in made.candidates if item.chosen)
        assert chosen.label == min(Catalogue(values, BOOK).feasible, key=lambda option: option.order).label


def test_a_service_that_may_be_interrupted_says_why_it_is_not(planning: Planning) -> None:
    _, proposal = planning.fraud(spot_ok=True, cloud=["aws"])
    assert proposal.plan.resources[0].purchase == "on_demand"
    said = next(item for item in proposal.plan.assumptions if item.startswith("On demand though spot is accepted"))
    assert "would save $" in said
    assert "two minutes' notice" in said
    _, unsaid = planning.fraud(cloud=["aws"])
    assert not any("spot is accepted" in item for item in unsaid.plan.assumptions)


def test_words_for_people(planning: Planning) -> None:
    _, nothing = planning.fraud(monthly_budget_usd=50)
    autoscaling = next(item for item in nothing.plan.patterns if item.name == "Autoscaling")
    assert autoscaling.reason == "As many machines as are planned, by utilisation."
    _, proposal = planning.of(workload_type="edge", cloud=["gcp"], model_size_params=3_500_000)
    reasons = [item.rejected_because or "" for item in proposal.plan.candidates]
    assert any(reason == "Costs the same." for reason in reasons)
    assert not any("$0 " in reason for reason in reasons)


def test_an_endpoint_is_public_only_where_the_data_are(planning: Planning) -> None:
    words = "The endpoint is private"
    _, public = planning.of(workload_type="realtime_inference", data_sensitivity="public")
    assert public.plan.public_endpoint
    assert not any(item.startswith(words) for item in public.plan.assumptions)
    _, internal = planning.of(workload_type="realtime_inference", data_sensitivity="internal")
    assert not internal.plan.public_endpoint
    assert any(item.startswith(words) for item in internal.plan.assumptions)


def test_adapters_and_what_several_machines_do_together_are_said(planning: Planning) -> None:
    _, made = planning.of(workload_type="fine_tuning", model_size_params=70e9, deadline_hours=12, cloud=["aws"])
    count = made.plan.resources[0].count
    assert count > 1
    assert any("Adapters (LoRA)" in item for item in made.plan.assumptions)
    assert any(item.startswith(f"{count} machines together do 90%") for item in made.plan.assumptions)
