"""Why clouds and regions are not used: the nearest option there, by its name and with its own figures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.fallen import fell_out
from providers.rulebook.nearest import PLACE_FIELDS, Nearest, nearest, place_of
from providers.rulebook.nearness import FURTHEST, distance, reach
from providers.rulebook.options import Option
from providers.rulebook.planner import plan
from providers.rulebook.relax import within_reach
from storage.records.constraints import ConstraintValues
from storage.records.plans import FellOut

from .plans import FRAUD, Planning
from .test_plausibility import BOOK, few, jobs, serving

budgets = st.sampled_from([None, 20.0, 150.0, 500.0, 2000.0, 10_000.0])
also = st.sampled_from([{}, {"data_residency": "EU"}, {"regions": ["eu-west-1"]}, {"availability_slo": 99.999}])
MISTRAL: dict[str, Any] = {
    "workload_type": "fine_tuning", "model_size_params": 7 * 10**9, "dataset_size_gb": 3, "deadline_hours": 24,
}  # fmt: skip


def catalogue_of(**stated: Any) -> Catalogue:
    return Catalogue(ConstraintValues.model_validate(stated), BOOK)


def clouds(found: list[FellOut]) -> dict[str, str]:
    return {item.cloud: item.reason for item in found if item.kind == "cloud"}


@few
@given(st.one_of(serving, jobs), budgets, also)
def test_nothing_in_a_place_is_nearer_than_what_stands_for_it(
    stated: dict[str, Any], budget: float | None, more: dict[str, Any]
) -> None:
    catalogue = catalogue_of(**{**stated, **more, "monthly_budget_usd": budget})
    best = {place_of(option) for option in catalogue.feasible}
    for place, item in nearest(catalogue, best).items():
        own = [option for option in catalogue.options if place_of(option) == place]
        assert item.option in own
        if item.barred:
            assert all(set(item.lacks) <= set(option.violations) for option in own)
            continue
        assert item.lacks[: len(item.option.violations)] == item.option.violations
        for other in own:
            assert not _plainly_nearer(other, item, catalogue), other.label


def _plainly_nearer(other: Option, item: Nearest, catalogue: Catalogue) -> bool:
    """Of an option that fits and could be let in: fewer constraints, or as many and less of them."""
    if other.capacity is None or not other.relaxable or reach(other.violations, other, catalogue)[1]:
        return False
    if any(violation.field is None for violation in item.lacks) or reach(item.lacks, item.option, catalogue)[1]:
        return True
    asked = len(other.violations), distance(other, catalogue)
    return asked < (len(item.lacks), reach(item.lacks, item.option, catalogue)[0])


@few
@given(st.one_of(serving, jobs), budgets, also)
def test_a_reason_has_the_figures_of_an_option_of_its_places(
    stated: dict[str, Any], budget: float | None, more: dict[str, Any]
) -> None:
    catalogue = catalogue_of(**{**stated, **more, "monthly_budget_usd": budget})
    chosen = next(iter(catalogue.feasible), None)
    for item in fell_out(catalogue, chosen):
        if not item.reason.startswith("The nearest there, "):
            continue
        there = [option for option in catalogue.options if place_of(option) in {(item.cloud, it) for it in item.places}]
        named = [option for option in there if item.reason.startswith(f"The nearest there, {option.label}: ")]
        said = [all(broken.reason in item.reason for broken in option.violations) for option in named]
        assert any(said), item.reason


@few
@given(st.one_of(serving, jobs), budgets, also)
def test_the_nearest_plan_gives_up_no_less_than_what_its_cloud_is_said_to_lack(
    stated: dict[str, Any], budget: float | None, more: dict[str, Any]
) -> None:
    catalogue = catalogue_of(**{**stated, **more, "monthly_budget_usd": budget})
    near = [] if catalogue.feasible else within_reach(catalogue)
    if not near:
        return
    own = [item for item in nearest(catalogue, ()).values() if item.option.machine.cloud == near[0].machine.cloud]
    item = min(own, key=lambda item: item.key)
    if item.barred:
        assert {broken.field for broken in near[0].violations} & set(PLACE_FIELDS)
    elif not any(option.label == near[0].label for option in catalogue.options):
        assert all(broken.field for broken in item.lacks)
    else:
        assert all(broken.field for broken in item.lacks)
        assert item.key[4:6] <= (len(near[0].violations), distance(near[0], catalogue))


def test_a_reason_agrees_with_the_nearest_plan(planning: Planning) -> None:
    _, proposal = planning.of(
        workload_type="realtime_inference", model_framework="vllm", model_size_params=405 * 10**9, throughput_rps=10,
        monthly_budget_usd=2000,
    )  # fmt: skip
    assert "azure" in proposal.plan.summary
    said = clouds(proposal.plan.fell_out)
    assert "ND96isr_H200_v5" in said["azure"]
    assert "GiB" not in said["azure"]
    assert "the budget is $2,000" in said["azure"]
    assert "576 GiB can be used" in said["aws"]


def test_a_machine_that_is_nearly_quick_enough_is_nearer_than_the_first_in_the_book(planning: Planning) -> None:
    _, proposal = planning.fraud(latency_p95_ms=20)
    for reason in clouds(proposal.plan.fell_out).values():
        assert "p95 is 21 ms at best" in reason


def test_hardly_too_dear_is_nearer_than_what_nothing_lets_in_or_what_takes_years() -> None:
    for budget in (20.0, 60.0, 100.0):
        catalogue = catalogue_of(**MISTRAL, monthly_budget_usd=budget)
        for item in nearest(catalogue, {place_of(option) for option in catalogue.feasible}).values():
            relaxable = [o for o in catalogue.options if place_of(o) == place_of(item.option) and o.relaxable]
            late = [o for o in relaxable if reach(o.violations, o, catalogue)[1]]
            assert all(broken.field for broken in item.lacks) == bool(relaxable)
            assert len(late) == len(relaxable) or not reach(item.lacks, item.option, catalogue)[1]


def test_what_takes_ten_times_as_long_is_absurd() -> None:
    catalogue = catalogue_of(workload_type="training", deadline_hours=10, dataset_size_gb=1)
    for option in catalogue.options:
        late = [float(item.needed or 0) for item in option.violations if item.field == "deadline_hours"]
        assert reach(option.violations, option, catalogue)[1] == any(hours > 10 * FURTHEST for hours in late)


@pytest.mark.parametrize("stated", [{"cloud": ["gcp"]}, {"data_residency": "EU"}])
def test_a_barred_place_says_no_more_than_that(planning: Planning, stated: dict[str, Any]) -> None:
    _, proposal = planning.fraud(latency_p95_ms=60, monthly_budget_usd=3000, **{"data_residency": None, **stated})
    barred = [item for item in proposal.plan.fell_out if set(item.from_) & set(PLACE_FIELDS)]
    assert barred
    assert {item.reason for item in barred} <= {"Only gcp is allowed.", "Outside EU."}


def test_a_cloud_with_a_region_that_is_allowed_does_not_lie_outside(planning: Planning) -> None:
    _, proposal = planning.fraud(monthly_budget_usd=100)
    assert not proposal.plan.feasible
    for reason in clouds(proposal.plan.fell_out).values():
        assert reason.startswith("The nearest there, ")
        assert "the budget is $100" in reason


def test_what_the_critics_ruled_out_says_so() -> None:
    values = ConstraintValues.model_validate(FRAUD)
    azure = [option.label for option in Catalogue(values, BOOK).feasible if option.machine.cloud == "azure"]
    made = plan(PlanRequest(values, frozenset(azure)), BOOK).plan
    assert made.feasible
    assert clouds(made.fell_out)["azure"] == "The critics ruled out what meets the constraints there."
