"""Unknown prices: told of the plan that has them, and no reason to choose where every option has the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.rulebook.catalogue import Catalogue
from providers.rulebook.options import RISK_WORDS
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import BOOK, few, jobs, serving

CONTRACTS: dict[str, Any] = {
    "workload_type": "rag", "throughput_rps": 1, "latency_p95_ms": 3000, "model_size_params": 8_000_000_000,
    "cloud": ["azure"], "regions": ["uksouth"], "data_sensitivity": "financial", "availability_slo": 99.9,
    "monthly_budget_usd": 25_000,
}  # fmt: skip


def test_a_dearer_machine_does_not_make_up_for_the_same_unknown_prices(planning: Planning) -> None:
    _, proposal = planning.of(**CONTRACTS)
    chosen = next(item for item in proposal.plan.candidates if item.chosen)
    spared = [item for item in proposal.plan.candidates if item.saves_usd_month is not None]
    assert all("unknown" not in (item.rejected_because or "") for item in spared)
    assert chosen.sku == "Standard_NC24ads_A100_v4"


def test_the_chosen_plan_says_that_part_of_its_own_price_is_unknown(planning: Planning) -> None:
    _, proposal = planning.of(**CONTRACTS)
    assert proposal.cost.unknown
    assert proposal.plan.risks == [RISK_WORDS["price"]]
    assert proposal.plan.summary.endswith("a month plus what has no price.")


def test_a_cloud_with_all_prices_is_preferred_to_one_that_lacks_what_matters(planning: Planning) -> None:
    stated = {"workload_type": "realtime_inference", "throughput_rps": 20, "gpu_required": False}
    _, everywhere = planning.of(**stated)
    assert everywhere.cost.unknown == []
    options = Catalogue(ConstraintValues.model_validate(stated), BOOK).feasible
    counted = {option.machine.cloud for option in options if option.unpriced_counts}
    assert "aws" not in counted
    assert "azure" in counted
    alone = Catalogue(ConstraintValues.model_validate({**stated, "cloud": ["azure"]}), BOOK).feasible
    assert not any(option.unpriced_counts for option in alone)


@few
@given(st.one_of(serving, jobs), st.sampled_from(["aws", "gcp", "azure"]))
def test_within_a_cloud_an_unknown_price_ranks_nothing(stated: dict[str, Any], cloud: str) -> None:
    catalogue = Catalogue(ConstraintValues.model_validate({**stated, "cloud": [cloud]}), BOOK)
    for option in catalogue.feasible:
        assert not option.unpriced_counts
        assert ("price" in option.risks) == option.unpriced


@pytest.mark.parametrize("cloud", ["gcp", "azure"])
def test_what_is_unknown_everywhere_is_said_in_the_risks(planning: Planning, cloud: str) -> None:
    _, proposal = planning.fraud(cloud=[cloud])
    assert bool(proposal.cost.unknown) == (RISK_WORDS["price"] in proposal.plan.risks)
