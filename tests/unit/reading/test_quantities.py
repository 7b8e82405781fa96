"""Sums of money and sizes of data that stand without a word that announces them."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("host it at $3k/month in Canada", 3000),
        ("fraud scoring $1,800 per month", 1800),
        ("p95 60 ms $5k/month", 5000),
        ("serve mistral using vLLM at $900 a month", 900),
        ("a churn model for $60k per year", 5000),
        ("no more than $7.500", 7500),
        ("$15.250 a month", 15250),
        ("not more than 2.000 USD a month", 2000),
        ("up to 3.000 € per month", 3460.2),
        ("under $7.50 a month", 7.5),
        ("budget $2.5k", 2500),
    ],
)
def test_a_budget_needs_no_announcement(text: str, dollars: float) -> None:
    assert facts(text).get("monthly_budget_usd") == dollars


@pytest.mark.parametrize(
    "text",
    [
        "The instance is $800 per month.",
        "Snowflake charges $400 per month.",
        "That would save $3k/month.",
        "Our clients pay $25 a month.",
        "The vendor quoted $6k a month.",
        "Plans start at $90/month.",
        "It brings in revenue of $20k per month.",
        "Other companies manage with $1k/month.",
        "Last year it took $4k a month.",
        "two m5.large at $140/month",
        "halve our $6k/month",
        "Cut the $9k a month in half.",
        "lower it by $300 a month",
        "$0.02 per GB per month",
    ],
)
def test_a_price_a_bill_or_a_change_is_no_budget(text: str) -> None:
    assert "monthly_budget_usd" not in facts(text)


@pytest.mark.parametrize("text", ["halve the latency", "twice the throughput", "30% faster than today"])
def test_a_relative_wish_is_left_unread(text: str) -> None:
    assert facts(text) == {}


@pytest.mark.parametrize(
    ("text", "gigabytes"),
    [
        ("Retrain the ranker on 3 TB of impressions", 3000),
        ("LightGBM on 400 GB", 400),
        ("Train on 1.5 TB of purchases with one GPU", 1500),
        ("a nightly pipeline over 700 GB of ledger entries", 700),
        ("batch scoring with 20 GB of claims", 20),
    ],
)
def test_what_work_is_done_on_is_the_dataset(text: str, gigabytes: float) -> None:
    assert facts(text).get("dataset_size_gb") == gigabytes


@pytest.mark.parametrize(
    "text",
    [
        "Train on machines with 16 GB RAM.",
        "fine-tune it on 24 GB",
        "train with 128 GB of memory",
        "train with 500 GB of local disk",
        "train with 2 TB of fast storage",
        "batch scoring over 5 GB of letters per user",
        "train on 512 GB nodes",
        "it runs on 2 TB",
    ],
)
def test_memory_disks_and_shares_are_no_dataset(text: str) -> None:
    assert "dataset_size_gb" not in facts(text)


@pytest.mark.parametrize(
    "text",
    [
        '<section hx-post="/api/training/endpoint" class="realtime">Save</section>',
        "The link /api/v2/training is dead.",
        "POST /predict answers 404",
        "look at models.example.com/inference/endpoint",
        'the route "/inference/api" is gone',
    ],
)
def test_markup_and_addresses_are_no_evidence(text: str) -> None:
    assert facts(text) == {}


def test_a_unit_behind_a_slash_is_no_path() -> None:
    found = facts("200 req /s, p95 < 40 ms, $2k /month")

    assert (found["throughput_rps"], found["latency_p95_ms"], found["monthly_budget_usd"]) == (200, 40, 2000)
