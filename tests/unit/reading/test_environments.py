"""Figures for several environments in one text: production's holds."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Serve it for $800 a month for dev and $9,000 a month for prod.", "monthly_budget_usd", 9000),
        ("Budget: $9k/month for production, $800/month for staging.", "monthly_budget_usd", 9000),
        ("Dev budget is $500/month, prod budget is $4000/month.", "monthly_budget_usd", 4000),
        ("p95 under 200 ms in staging and under 50 ms in production", "latency_p95_ms", 50),
        ("10 rps in test, 900 rps in production", "throughput_rps", 900),
        ("Our staging runs in us-west-2, prod must be in eu-west-1.", "regions", ["eu-west-1"]),
    ],
)
def test_the_figure_for_production_is_taken(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("$500 a month for the dev environment of the model API.", "monthly_budget_usd", 500),
        ("p95 under 80 ms for tests on images", "latency_p95_ms", 80),
        ("The staging cluster is in eu-west-1.", "regions", ["eu-west-1"]),
    ],
)
def test_the_only_figure_stands(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value
