from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from graphs.decision.critics import less_sure
from intake.schema import label
from providers.base import CriticName, Proposal
from providers.rulebook.critics import critique
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValues
from storage.records.plans import Critique, Plan

from .plans import Planning


def said(found: Critique) -> str:
    return " ".join([found.claim, *found.evidence])


def with_machine(plan: Plan, **update: Any) -> Plan:
    machine, *others = plan.resources
    return plan.model_copy(update={"resources": [machine.model_copy(update=update), *others]})


def with_chosen(plan: Plan, **update: Any) -> Plan:
    changed = [item.model_copy(update=update) if item.chosen else item for item in plan.candidates]
    return plan.model_copy(update={"candidates": changed})


@pytest.fixture
def fraud(planning: Planning) -> tuple[ConstraintValues, Proposal]:
    return planning.fraud(model_size_params=110_000_000, availability_slo=99.9)


@pytest.mark.parametrize("critic", ["tech", "risk"])
def test_nothing_to_object_to(fraud: tuple[ConstraintValues, Proposal], critic: CriticName) -> None:
    values, proposal = fraud
    found = critique(critic, values, proposal.plan, proposal.cost)
    assert (found.severity, found.evidence, found.avoid) == ("none", [], [])


def test_too_little_capacity_rules_the_candidate_out(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    plan = with_chosen(proposal.plan, capacity_rps=200.0)
    found = critique("tech", values, plan, proposal.cost)
    assert (found.severity, found.claim) == ("high", "The machines do not carry the peak.")
    assert found.avoid == [next(item.label for item in plan.candidates if item.chosen)]
    assert found.evidence[0] == "200 requests a second against 300"


@pytest.mark.parametrize(("latency", "severity"), [(78.0, "medium"), (90.0, "high")])
def test_a_tight_or_missed_latency(fraud: tuple[ConstraintValues, Proposal], latency: float, severity: str) -> None:
    values, proposal = fraud
    plan = with_chosen(proposal.plan, latency_p95_ms=latency)
    found = critique("tech", values, plan, proposal.cost)
    assert found.severity == severity
    assert next(item.label for item in plan.candidates if item.chosen) in found.avoid


def test_scale_to_zero_against_latency(planning: Planning) -> None:
    values, proposal = planning.fraud(scale_to_zero=True, model_size_params=110_000_000)
    assert proposal.plan.min_replicas == 0
    found = critique("tech", values, proposal.plan, proposal.cost)
    assert (found.severity, "waits for a machine to start" in found.claim) == ("high", True)


def test_an_assumed_size_is_said(planning: Planning) -> None:
    values, proposal = planning.fraud(model_size_params=None)
    found = critique("tech", values, proposal.plan, proposal.cost)
    assert (found.severity, "10 million parameters" in said(found)) == ("low", True)


def test_weights_that_fill_the_memory(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    large = values.model_copy(update={"model_size_params": 13 * 10**9})
    found = critique("tech", large, proposal.plan, proposal.cost)
    assert (found.severity, "weights need 29 GiB, the machine has 16 GiB" in said(found)) == ("high", True)


def test_the_budget_is_nearly_used(planning: Planning) -> None:
    values, proposal = planning.fraud(monthly_budget_usd=1350, cloud=["gcp"])
    found = critique("cost", values, proposal.plan, proposal.cost)
    assert found.severity == "medium"
    assert "of the budget" in found.claim
    assert "A high month overruns the budget." in said(found)
    assert "No price is known for Load balancer." in said(found)
    assert found.counter_proposal is not None
    assert found.counter_proposal.startswith("Take ")


def test_autoscaling_past_the_budget_names_the_cap_that_would_do(planning: Planning) -> None:
    values, proposal = planning.fraud()
    found = critique("cost", values, proposal.plan, proposal.cost)
    assert found.claim == "Autoscaling may go past the budget."
    cap = int((found.counter_proposal or "").removeprefix("Cap replicas at ").removesuffix("."))
    capped, again = planning.fraud(max_replicas=cap)
    assert critique("cost", capped, again.plan, again.cost).severity == "none"


def test_no_budget_is_said(planning: Planning) -> None:
    values, proposal = planning.fraud(monthly_budget_usd=None)
    assert "No budget is stated" in said(critique("cost", values, proposal.plan, proposal.cost))


def test_idle_accelerators(planning: Planning) -> None:
    values, proposal = planning.fraud(throughput_rps=5, gpu_type="L4")
    assert "idle" in said(critique("cost", values, proposal.plan, proposal.cost))


def test_an_old_price(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    old = proposal.cost.lines[1].model_copy(update={"as_of": "2021-01-01"})
    cost = proposal.cost.model_copy(update={"lines": [proposal.cost.lines[0], old]})
    assert "more than two years older" in said(critique("cost", values, proposal.plan, cost))


def test_one_zone(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    plan = proposal.plan.model_copy(update={"zones": 1})
    assert critique("risk", values, plan, proposal.cost).severity == "high"
    relaxed = values.model_copy(update={"availability_slo": None})
    assert critique("risk", relaxed, plan, proposal.cost).severity == "medium"


def test_a_zone_lost_leaves_too_little(planning: Planning) -> None:
    values, proposal = planning.fraud(cloud=["aws"], monthly_budget_usd=1300, availability_slo=99.9)
    assert proposal.plan.zones == 2
    assert "Without one zone the peak is not carried." in said(critique("risk", values, proposal.plan, proposal.cost))


def test_spot_behind_a_service_is_ruled_out(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    found = critique("risk", values, with_machine(proposal.plan, purchase="spot"), proposal.cost)
    assert (found.severity, len(found.avoid)) == ("high", 1)


def test_sensitive_data_exposed_or_in_the_clear(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    exposed = proposal.plan.model_copy(update={"public_endpoint": True, "encrypted": False})
    found = critique("risk", values, exposed, proposal.cost)
    assert (found.severity, "reachable from the internet" in said(found)) == ("high", True)
    assert "unencrypted" in said(found)


def test_a_retired_accelerator(planning: Planning) -> None:
    values, proposal = planning.fraud(gpu_type="V100", monthly_budget_usd=30_000)
    assert proposal.plan.feasible
    assert "V100 is being withdrawn" in said(critique("risk", values, proposal.plan, proposal.cost))


def test_spot_training_without_checkpoints(planning: Planning) -> None:
    values, proposal = planning.of(workload_type="training", spot_ok=True, cloud=["aws"])
    assert "Spot with checkpointing" in {pattern.name for pattern in proposal.plan.patterns}
    assert critique("risk", values, proposal.plan, proposal.cost).severity == "none"
    without = proposal.plan.model_copy(update={"patterns": []})
    assert critique("risk", values, without, proposal.cost).severity == "high"


def test_an_infeasible_plan_is_the_tech_critics_case_and_the_cost_critics_where_the_budget_is_short(
    planning: Planning,
) -> None:
    values, proposal = planning.fraud(monthly_budget_usd=Decimal(20))
    assert critique("tech", values, proposal.plan, proposal.cost).severity == "high"
    found = critique("cost", values, proposal.plan, proposal.cost)
    assert (found.severity, found.claim) == ("high", "The likely cost is more than ten times the budget.")
    assert "more than ten times apart" in found.confidence_basis
    late, proposal = planning.fraud(latency_p95_ms=3)
    assert not proposal.plan.feasible
    assert critique("tech", late, proposal.plan, proposal.cost).severity == "high"
    assert critique("cost", late, proposal.plan, proposal.cost).severity == "none"


@pytest.mark.parametrize(
    ("share", "said"), [(0.99, "more than"), (0.4, "2.5 times"), (0.05, "more than ten times"), (1e-9, "more than ten")]
)
def test_a_cost_over_the_budget_is_severe_by_whatever_factor(
    fraud: tuple[ConstraintValues, Proposal], share: float, said: str
) -> None:
    values, proposal = fraud
    short = values.model_copy(update={"monthly_budget_usd": float(proposal.cost.likely) * share})
    found = critique("cost", short, proposal.plan, proposal.cost)
    assert found.severity == "high"
    assert f"is {said}" in found.claim
    assert len(found.confidence_basis) < 100


@pytest.mark.parametrize(("latency", "confidence"), [(78.0, 0.635), (90.0, 0.775), (120.0, 0.95)])
def test_confidence_grows_with_the_distance_from_the_limit(
    fraud: tuple[ConstraintValues, Proposal], latency: float, confidence: float
) -> None:
    values, proposal = fraud
    found = critique("tech", values, with_chosen(proposal.plan, latency_p95_ms=latency), proposal.cost)
    assert found.confidence == pytest.approx(confidence, abs=0.01)
    assert found.confidence_basis == f"p95 {latency:g} against 80 ms, {abs(latency - 80) / 80:.0%} apart"
    assert found.rests_on == ["latency_p95_ms"]


def test_what_is_read_off_the_plan_is_no_estimate(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    found = critique("risk", values, proposal.plan.model_copy(update={"zones": 1}), proposal.cost)
    assert (found.confidence, found.confidence_basis) == (0.95, "read off the plan, nothing is estimated")


def test_no_objection_is_as_sure_as_the_closest_call_and_less_where_nothing_was_stated(planning: Planning) -> None:
    values, proposal = planning.fraud(model_size_params=110_000_000)
    sure = critique("tech", values, proposal.plan, proposal.cost)
    unstated = values.model_copy(update={"latency_p95_ms": None, "throughput_rps": None})
    unsure = critique("tech", unstated, proposal.plan, proposal.cost)
    assert sure.severity == unsure.severity == "none"
    assert " against " in sure.confidence_basis
    assert unsure.confidence_basis.endswith("not stated: throughput_rps, latency_p95_ms")
    assert unsure.confidence == pytest.approx(0.75)


def test_what_was_assumed_takes_confidence_away_and_is_named(fraud: tuple[ConstraintValues, Proposal]) -> None:
    values, proposal = fraud
    found = critique("tech", values, with_chosen(proposal.plan, latency_p95_ms=90.0), proposal.cost)
    stated = ConstraintSchema({"latency_p95_ms": Constraint(value=80, status="stated")})
    assumed = ConstraintSchema({"latency_p95_ms": Constraint(value=80, status="assumed")})
    assert less_sure(found, stated) == found
    weaker = less_sure(found, assumed)
    assert weaker.confidence == pytest.approx(found.confidence - 0.1)
    assert weaker.confidence_basis == f"{found.confidence_basis}; assumed: {label('latency_p95_ms')}"


@pytest.mark.parametrize(("purchase", "severity"), [("spot", "medium"), ("on_demand", "low")])
def test_a_run_that_hardly_fits_its_deadline(planning: Planning, purchase: str, severity: str) -> None:
    values, proposal = planning.of(workload_type="training", model_size_params=10**9, deadline_hours=10, spot_ok=True)
    plan = with_machine(with_chosen(proposal.plan, run_hours=9.5), purchase=purchase)
    found = critique("tech", values, plan, proposal.cost)
    assert (found.severity, "9.5 hours of 10 hours" in said(found)) == (severity, True)
    roomy = with_machine(with_chosen(proposal.plan, run_hours=5.0), purchase=purchase)
    assert "deadline" not in critique("tech", values, roomy, proposal.cost).claim
