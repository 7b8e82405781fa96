"""Bare answers, understood as the field of the open question."""

from __future__ import annotations

import pytest

from intake.questions import next_question
from intake.requirements import REQUIRED, WORKLOAD
from providers.rulebook.reading import read
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName


def answered(text: str, field: FieldName) -> ConstraintValue | None:
    return next((item.value for item in read(text, answering=field).findings if item.field == field), None)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("80", "latency_p95_ms", 80),
        ("<100 ms", "latency_p95_ms", 100),
        ("1s", "latency_p95_ms", 1000),
        ("100-200", "latency_p95_ms", 200),
        ("300", "throughput_rps", 300),
        ("86,400 a day", "throughput_rps", 1),
        ("4k", "monthly_budget_usd", 4000),
        ("$24,000 per year", "monthly_budget_usd", 2000),
        ("1.000 €", "monthly_budget_usd", 1153.4),
        ("yes", "gpu_required", True),
        ("nope", "gpu_required", False),
        ("ja", "spot_ok", True),
        ("that's fine", "spot_ok", True),
        ("EU only", "data_residency", "EU"),
        ("Germany", "data_residency", "Germany"),
        ("batch", "workload_type", "batch_inference"),
        ("it's a training job", "workload_type", "training"),
        ("aws", "cloud", ["aws"]),
        ("azure or gcp", "cloud", ["azure", "gcp"]),
        ("our own servers", "cloud", ["onprem"]),
        ("Frankfurt", "regions", ["eu-central-1"]),
        ("99.9", "availability_slo", 99.9),
        ("three nines", "availability_slo", 99.9),
        ("2 days", "deadline_hours", 48),
        ("8", "deadline_hours", 8),
        ("2 TB", "dataset_size_gb", 2000),
        ("500", "dataset_size_gb", 500),
        ("7B", "model_size_params", 7_000_000_000),
        ("13", "model_size_params", 13_000_000_000),
        ("6", "max_replicas", 6),
        ("4", "gpu_count", 4),
        ("personal data", "data_sensitivity", "pii"),
        ("gdpr and hipaa", "compliance", ["gdpr", "hipaa"]),
        ("Tinygrad", "model_framework", "Tinygrad"),
    ],
)
def test_a_bare_answer(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert answered(text, field) == value


@pytest.mark.parametrize("text", ["don't know", "not sure", "whatever", "", "no idea", "it depends"])
@pytest.mark.parametrize("field", ["latency_p95_ms", "gpu_required", "cloud", "monthly_budget_usd", "model_framework"])
def test_no_answer_is_no_answer(text: str, field: FieldName) -> None:
    assert answered(text, field) is None


def test_a_bare_number_means_nothing_without_a_question() -> None:
    assert read("80").findings == []


def test_an_answer_may_say_more_than_was_asked() -> None:
    found = {item.field: item.value for item in read("80 ms, on AWS", answering="latency_p95_ms").findings}

    assert found == {"latency_p95_ms": 80, "cloud": ["aws"]}


@pytest.mark.parametrize(
    ("text", "field"), [("-5", "latency_p95_ms"), ("120", "availability_slo"), ("2.5", "max_replicas")]
)
def test_an_impossible_answer_is_a_problem(text: str, field: FieldName) -> None:
    reading = read(text, answering=field)

    assert reading.findings == []
    assert [item.field for item in reading.problems] == [field]


def _every_question() -> list[tuple[FieldName, str, ConstraintValue]]:
    """Each option of each question that any workload leads to."""
    found: dict[tuple[str, str], tuple[FieldName, str, ConstraintValue]] = {}
    for workload, facts in REQUIRED.items():
        for wanted in (WORKLOAD, *facts):
            known = ConstraintSchema()
            if wanted != WORKLOAD:
                known = ConstraintSchema({"workload_type": Constraint(value=workload, status="stated")})
            others: set[FieldName] = {fact.field for fact in facts if fact.field != wanted.field}
            question = next_question(known, skipped=others)
            if question is None or question.field is None:
                continue
            for option in question.options:
                if option.value is not None:
                    found[question.field, option.label] = (question.field, option.label, option.value)
    return list(found.values())


@pytest.mark.parametrize(("field", "label", "value"), _every_question())
def test_each_option_reads_back_as_its_value(field: FieldName, label: str, value: ConstraintValue) -> None:
    assert answered(label, field) == value


@pytest.mark.parametrize(
    ("text", "field", "source"),
    [
        (
            "Fraud-Modell auf AWS, höchstens 800 Euro im Monat",
            None,
            "rule:budget, 800 EUR at 1.1534 USD, ECB 2026-08-13",
        ),
        ("at most £1,200.50 a week", None, "rule:budget, 1,200.50 GBP a week at 1.3492 USD, ECB 2026-08-13"),
        ("at most $800 a month", None, "rule:budget"),
        ("800 €", "monthly_budget_usd", "rule:answer, 800 EUR at 1.1534 USD, ECB 2026-08-13"),
        ("800", "monthly_budget_usd", "rule:answer"),
    ],
)
def test_money_of_another_currency_says_its_rate_and_the_day_of_it(
    text: str, field: FieldName | None, source: str
) -> None:
    found = read(text, answering=field).findings
    assert [item.source for item in found if item.field == "monthly_budget_usd"] == [source]
