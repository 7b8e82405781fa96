from __future__ import annotations

import time
from typing import Any

import pytest
from pydantic import ValidationError

from providers.amendment import Approved, Refit, looser, objected, refit
from providers.policies import PolicyBundle, evaluate
from providers.whatif import what_if
from storage.records.constraints import ConstraintValues
from storage.records.plans import Critique

from .plans import FRAUD, Planning


def fitted(planning: Planning, bundle: PolicyBundle, approved: dict[str, Any], changes: dict[str, Any]) -> Refit:
    values, proposal = planning.fraud(**approved)
    policy = evaluate(bundle, values, proposal.plan, proposal.cost)
    after = ConstraintValues.model_validate({**values.model_dump(), **changes})
    covered = Approved(values, proposal.plan, proposal.cost, policy)
    return refit(after, approved=covered, book=planning.book, bundle=bundle)


def test_a_cap_and_a_lower_budget_are_only_tighter(planning: Planning, bundle: PolicyBundle) -> None:
    found = fitted(planning, bundle, {}, {"max_replicas": 6, "monthly_budget_usd": 3500})
    assert (found.tighter, found.reasons) == (True, [])
    assert found.plan.max_replicas == 6
    assert found.cost.likely <= 3500


ON_CPUS = {"cloud": ["aws"], "gpu_required": False, "model_size_params": 10e6}


def test_a_cap_that_costs_a_zone_asks_again_and_says_what_is_given_up(planning: Planning, bundle: PolicyBundle) -> None:
    found = fitted(planning, bundle, ON_CPUS, {"max_replicas": 6, "monthly_budget_usd": 3500})
    _, approved = planning.fraud(**ON_CPUS)
    assert (approved.plan.zones, found.plan.zones) == (3, 2)
    assert not found.tighter
    assert found.reasons == [
        "It would run in 2 zones instead of 3.",
        "A risk that was not approved: the loss of a zone leaves less than the peak needs.",
    ]
    pattern = next(item for item in found.plan.patterns if item.name == "Multi-zone")
    assert pattern.reason == "Machines in 2 zones, so that part of the peak is served when one fails."


def test_multi_zone_promises_only_what_the_machines_carry(planning: Planning) -> None:
    _, proposal = planning.fraud(**ON_CPUS)
    machine, chosen = proposal.plan.resources[0], proposal.plan.candidates[0]
    assert chosen.capacity_rps
    assert chosen.capacity_rps * (machine.count - machine.count / proposal.plan.zones) / machine.count >= 300
    pattern = next(item for item in proposal.plan.patterns if item.name == "Multi-zone")
    assert pattern.reason == "Machines in 3 zones, so that one may fail."


def test_the_plan_stays_in_its_place_though_a_better_one_is_elsewhere(planning: Planning, bundle: PolicyBundle) -> None:
    """The critics had ruled out the best one, so that another was approved."""
    values, best = planning.fraud(**ON_CPUS)
    _, proposal = planning.fraud(**ON_CPUS, regions=["eu-central-1"])
    covered = Approved(values, proposal.plan, proposal.cost, evaluate(bundle, values, proposal.plan, proposal.cost))
    after = ConstraintValues.model_validate({**values.model_dump(), "availability_slo": 99.9})
    found = refit(after, approved=covered, book=planning.book, bundle=bundle)
    assert proposal.plan.resources[0].region != best.plan.resources[0].region
    assert found.plan.resources == proposal.plan.resources
    assert (found.tighter, found.reasons) == (True, [])


def test_a_looser_constraint_leads_to_the_best_plan_and_asks_again(planning: Planning, bundle: PolicyBundle) -> None:
    found = fitted(planning, bundle, {**ON_CPUS, "monthly_budget_usd": 2000}, {"monthly_budget_usd": 4000})
    assert found.plan.zones == 3
    assert found.reasons == ["The likely cost would rise from $1,854.78 to $2,734.55 a month."]


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"monthly_budget_usd": 4000}, {"monthly_budget_usd": 3000}, []),
        ({"monthly_budget_usd": 4000}, {"monthly_budget_usd": None}, ["monthly_budget_usd"]),
        ({"latency_p95_ms": 80}, {"latency_p95_ms": 90}, ["latency_p95_ms"]),
        ({"throughput_rps": 300}, {"throughput_rps": 200}, ["throughput_rps"]),
        ({"cloud": ["aws", "gcp"]}, {"cloud": ["aws"]}, []),
        ({"cloud": ["aws"]}, {"cloud": ["aws", "gcp"]}, ["cloud"]),
        ({}, {"spot_ok": True, "max_replicas": 6}, ["spot_ok"]),
    ],
)
def test_what_is_looser(before: dict[str, Any], after: dict[str, Any], fields: list[str]) -> None:
    assert looser(ConstraintValues.model_validate(before), ConstraintValues.model_validate(after)) == fields


def test_fewer_machines_for_less_traffic_are_not_weaker(planning: Planning, bundle: PolicyBundle) -> None:
    found = fitted(planning, bundle, ON_CPUS, {"throughput_rps": 200})
    assert (found.plan.resources[0].count, found.plan.zones) == (12, 3)
    assert (found.tighter, found.reasons) == (True, [])


def critique(critic: Any, severity: Any, claim: str) -> Critique:
    return Critique(critic=critic, claim=claim, evidence=[], severity=severity, confidence=0.9)


def test_only_a_severe_objection_that_is_new_asks_again() -> None:
    before = [critique("tech", "high", "Old."), critique("risk", "medium", "Zones.")]
    after = [critique("tech", "high", "Old."), critique("risk", "high", "Zones."), critique("cost", "medium", "Dear.")]
    assert objected(before, after) == ["The risk critic objects, severity high: Zones."]


def test_nothing_changed_is_tighter(planning: Planning, bundle: PolicyBundle) -> None:
    assert fitted(planning, bundle, {}, {}).tighter


@pytest.mark.parametrize(
    ("approved", "changes", "reason"),
    [
        ({}, {"throughput_rps": 3000.0, "monthly_budget_usd": None}, "The likely cost would rise from $"),
        ({}, {"cloud": ["azure"]}, "It would run on azure, which was not approved."),
        ({"cloud": ["aws"]}, {"regions": ["eu-central-1"]}, "It would run in eu-central-1, which was not approved."),
        ({}, {"orchestrator": "kubernetes"}, "It would need a cluster, which was not approved."),
        (
            {"cloud": ["aws"]},
            {"monthly_budget_usd": 1250.0},
            "The policy “A high month stays within the budget” would warn",
        ),
        ({}, {"monthly_budget_usd": 20.0}, "No plan meets this."),
        ({}, {"workload_type": "streaming_inference"}, "It would be streaming inference instead of realtime inference"),
        ({}, {"data_sensitivity": "public"}, "It would be reachable from the internet, which was not approved."),
        ({}, {"data_sensitivity": "internal"}, "It would no longer have: Audit logging."),
        (ON_CPUS, {"spot_ok": True, "monthly_budget_usd": 1500}, "It would run on spot machines"),
        ({}, {"cloud": ["azure"]}, "The policy “Every part has a price” would warn"),
    ],
)
def test_anything_else_asks_again_and_says_why(
    planning: Planning, bundle: PolicyBundle, approved: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    found = fitted(planning, bundle, approved, changes)
    assert not found.tighter
    assert any(reason in item for item in found.reasons), found.reasons


def test_the_same_machines_in_smaller_batches_are_still_what_was_approved(
    planning: Planning, bundle: PolicyBundle
) -> None:
    """A shorter p95 leaves less time to wait for a batch: they carry less, and still more than is required."""
    values, approved = planning.fraud()
    found = fitted(planning, bundle, {}, {"latency_p95_ms": 75, "monthly_budget_usd": 3500})
    before, after = (next(item for item in plan.candidates if item.chosen) for plan in (approved.plan, found.plan))
    assert found.plan.resources == approved.plan.resources
    assert (before.capacity_rps or 0) > (after.capacity_rps or 0) >= (values.throughput_rps or 0)
    assert (found.tighter, found.reasons) == (True, [])


def test_what_if_answers_without_touching_anything(planning: Planning, bundle: PolicyBundle) -> None:
    values, proposal = planning.fraud()
    same = what_if(values, {}, planning.book, bundle)
    assert (same.plan, same.cost) == (proposal.plan, proposal.cost)
    less = what_if(values, {"monthly_budget_usd": 1500, "data_sensitivity": None}, planning.book, bundle)
    assert less.cost.likely <= 1500
    assert "Private networking" not in {pattern.name for pattern in less.plan.patterns}
    assert values == ConstraintValues.model_validate(FRAUD)


def test_an_impossible_value_is_named(planning: Planning, bundle: PolicyBundle) -> None:
    with pytest.raises(ValidationError, match="availability_slo"):
        what_if(ConstraintValues(), {"availability_slo": 120}, planning.book, bundle)


def test_what_if_is_quick(planning: Planning, bundle: PolicyBundle) -> None:
    """The benchmark holds it to 50 ms; here a busy machine gets three times that."""
    values, _ = planning.fraud()
    taken: list[float] = []
    for budget in (100, 1000, 4000):
        before = time.process_time()
        what_if(values, {"monthly_budget_usd": budget}, planning.book, bundle)
        taken.append(time.process_time() - before)
    assert min(taken) < 0.15
