"""What is offered where nothing meets the constraints: the nearest first, one constraint before several."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.pricing import REGIONS, continent_of
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.nearness import distance
from providers.rulebook.relax import within_reach
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import BOOK, few, jobs, serving


@pytest.mark.parametrize("stated", [{"data_residency": "France", "cloud": ["gcp"]}, {"data_residency": "Switzerland"}])
def test_the_nearest_place_is_on_the_same_continent(planning: Planning, stated: dict[str, Any]) -> None:
    values, proposal = planning.fraud(monthly_budget_usd=20_000, **stated)
    assert not proposal.plan.feasible
    near = within_reach(Catalogue(values, BOOK))[0]
    assert near.label in proposal.plan.summary
    assert REGIONS[near.machine.cloud, near.machine.region].bloc == "EU"


def test_every_region_lies_on_a_continent() -> None:
    assert [region.name for region in REGIONS.values() if not continent_of(region.country)] == []


def test_the_closest_availability_comes_first(planning: Planning) -> None:
    _, proposal = planning.fraud(availability_slo=99.999)
    first, *rest = proposal.plan.relax
    assert first.startswith("Accept an availability of 99.99 %")
    assert any(way.startswith("Accept an availability of 99.5 %") for way in rest)
    assert "2 zones" in proposal.plan.summary or "3 zones" in proposal.plan.summary


def test_one_constraint_alone_comes_before_several_at_once(planning: Planning) -> None:
    _, proposal = planning.of(
        workload_type="realtime_inference", model_size_params=70 * 10**9, throughput_rps=500, latency_p95_ms=1000,
        monthly_budget_usd=50,
    )  # fmt: skip
    assert proposal.plan.relax[0].startswith("Raise the budget to $")
    assert " and " not in proposal.plan.relax[0].split(":")[0]


budgets = st.sampled_from([20.0, 200.0, 1000.0])


@few
@given(st.one_of(serving, jobs), budgets, st.sampled_from([{}, {"availability_slo": 99.999}, {"max_replicas": 1}]))
def test_ways_out_give_up_fewest_first_and_the_nearest_of_each_kind_first(
    stated: dict[str, Any], budget: float, also: dict[str, Any]
) -> None:
    catalogue = Catalogue(ConstraintValues.model_validate({**stated, **also, "monthly_budget_usd": budget}), BOOK)
    if catalogue.feasible:
        return
    ways = within_reach(catalogue)
    fields = [frozenset(item.field for item in way.violations) for way in ways]
    assert [len(item) for item in fields] == sorted(len(item) for item in fields)
    for kind in set(fields):
        same = [way for way, item in zip(ways, fields, strict=True) if item == kind]
        assert distance(same[0], catalogue) == min(distance(way, catalogue) for way in same)
