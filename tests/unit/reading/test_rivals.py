"""Two figures for one field in one text."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName


@pytest.mark.parametrize(
    ("text", "field", "first", "second"),
    [
        ("The budget is $600 a month. Our budget is $2,500 a month.", "monthly_budget_usd", 600, 2500),
        ("p95 below 60 ms on GCP, p95 below 250 ms", "latency_p95_ms", 60, 250),
        ("We expect 30 rps. It will see 700 rps.", "throughput_rps", 30, 700),
        ("The uptime has to be 99.5 %. The availability has to be 99.99 %.", "availability_slo", 99.5, 99.99),
        ("make the budget $2k but also at least $9000 a month", "monthly_budget_usd", 2000, 9000),
        ("The budget is $2k a month, but it must be at least $9k", "monthly_budget_usd", 2000, 9000),
        ("budget $2k, and the budget is $9k a month", "monthly_budget_usd", 9000, 2000),
        ("Keep it under $2k a month and below $9k a month", "monthly_budget_usd", 2000, 9000),
        ("At most 4 replicas. No more than 12 replicas.", "max_replicas", 4, 12),
        ("only on premises but must be in AWS us-east-1", "cloud", ["onprem"], ["aws"]),
        ("Serve our ranker exclusively on AWS. It must run on GCP.", "cloud", ["aws"], ["gcp"]),
    ],
)
def test_both_are_kept(text: str, field: FieldName, first: ConstraintValue, second: ConstraintValue) -> None:
    reading = read(text)

    assert [item.value for item in reading.findings if item.field == field] == [first]
    assert [item.value for item in reading.rivals] == [second]
    assert all(text[item.start : item.end] for item in reading.rivals)


@pytest.mark.parametrize(
    "text",
    [
        "The budget is between $600 and $2,500 a month.",
        "The budget is $600 a month. Sorry, make that $2,500 a month.",
        "p95 below 60 ms. p99 below 250 ms.",
        "p95 under 60 ms for the ranking, p95 under 250 ms for the search.",
        "30 rps on average. Peaks of 700 rps.",
        "The budget is $24,000 a year. That is a budget of $2,000 a month.",
        "500 images a second. 3 uploads a second.",
        "p95 is 900 ms today. We need p95 under 300 ms.",
        "We pay $4,000 a month. The budget is $2,500 a month.",
        "It runs on AWS. It runs on Azure.",
        "Training only on premises, serving on AWS.",
        "Data stays only on premises; it must run in AWS.",
        "On prem only, sorry, it must run on AWS.",
        "Only on AWS or GCP, and it must run on GCP in an emergency.",
        "p95 below 60 ms. Again: p95 below 60 ms.",
        "We spend at least $2,000 a month on it in any case, and the budget is $9,000 a month.",
        "The budget is $9,000 a month, at least $2,000 a month.",
        "Budget $5k a month, alert at $4k a month.",
        "$2k a month for training and $9k a month for serving.",
        "max $2k a month, no, actually up to $9k",
    ],
)
def test_what_does_not_disagree_has_no_rival(text: str) -> None:
    assert read(text).rivals == ()
