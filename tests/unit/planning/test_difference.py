"""One number for one difference: what the table, what-if and the gate show, and beside it what has no price."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.difference import UNPRICED, unevenly_unpriced
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues
from storage.records.plans import Candidate, Plan

from .plans import Planning
from .test_plausibility import BOOK, few, jobs, serving

sensitive = st.sampled_from([{}, {"data_sensitivity": "pii"}, {"compliance": ["soc2"]}])


def more(item: Candidate, chosen: Candidate) -> Decimal:
    assert item.cost_usd_month is not None
    assert chosen.cost_usd_month is not None
    return item.cost_usd_month - chosen.cost_usd_month


def chosen_of(made: Plan) -> Candidate:
    return next(item for item in made.candidates if item.chosen)


@few
@given(st.one_of(serving, jobs), sensitive)
def test_a_reason_says_the_difference_of_the_costs_that_are_shown(stated: dict[str, Any], also: dict[str, Any]) -> None:
    values = ConstraintValues.model_validate({**stated, **also})
    made, options = plan(PlanRequest(values), BOOK).plan, {item.label: item for item in Catalogue(values, BOOK).options}
    if not made.feasible:
        return
    chosen = chosen_of(made)
    for item in made.candidates:
        option = options[item.label]
        if item.chosen or not option.feasible:
            continue
        words, apart = item.rejected_because or "", more(item, chosen)
        assert item.saves_usd_month in (None, -apart)
        assert words.startswith("Saves ") == (item.saves_usd_month is not None and round(item.saves_usd_month) > 0)
        if round(apart):
            assert f"${abs(apart):,.0f}" in words, words
        uneven = unevenly_unpriced(option, options[chosen.label])
        assert (UNPRICED in words or "what other clouds ask" in words) == uneven, words


def test_fraud_saves_what_the_table_shows(planning: Planning) -> None:
    made = planning.fraud()[1].plan
    other = next(item for item in made.candidates if item.label.startswith("2 × g2-standard-4 on demand, gcp"))
    assert other.saves_usd_month == -more(other, chosen_of(made)) == Decimal("319.64")
    words = "aves $320 a month, before what has no price, but part of its price is unknown."
    assert other.rejected_because == f"S{words}"
    assert any(item.cloud == "gcp" and item.reason.endswith(f" s{words}") for item in made.fell_out)


def test_what_costs_more_only_with_unknown_prices_saves_nothing(planning: Planning) -> None:
    made = planning.of(
        workload_type="feature_store", throughput_rps=5000, latency_p95_ms=10, data_residency="EU",
        data_sensitivity="pii",
    )[1].plan  # fmt: skip
    chosen = chosen_of(made)
    turned = [
        item for item in made.candidates if item.rejected_because and "what other clouds ask" in item.rejected_because
    ]
    assert turned
    for item in turned:
        assert more(item, chosen) < 0
        assert item.saves_usd_month is None
        assert re.search(r"Costs \$[\d,]+ a month more with what other clouds ask", item.rejected_because or "")
