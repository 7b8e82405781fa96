"""An answer in another unit, or below zero, is asked about and never taken for what was asked."""

from __future__ import annotations

import pytest

from intake.extract import Understanding, take_in
from intake.questions import next_question
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.reading import read
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.intake import IntakeInput


@pytest.mark.parametrize(
    ("field", "answer", "reason"),
    [
        ("latency_p95_ms", "minus five", "The answer is below zero, and has to be a time, such as 80 ms."),
        ("latency_p95_ms", "300 GB", "The answer is an amount of data, and has to be a time, such as 80 ms."),
        (
            "latency_p95_ms",
            "about 500k yen",
            "An amount in this currency cannot be read: the answer has to be a time, such as 80 ms.",
        ),
        (
            "throughput_rps",
            "0.1 seconds",
            "The answer is a time, and has to be requests for a time, such as 50 a second.",
        ),
        (
            "throughput_rps",
            "2 billion tokens a day",
            "The answer is a number of tokens, and has to be requests for a time, such as 50 a second.",
        ),
        (
            "monthly_budget_usd",
            "2 weeks",
            "The answer is a time, and has to be US dollars, euros, pounds or Swiss francs a month.",
        ),
        (
            "model_size_params",
            "14 GB",
            "The answer is an amount of data, and has to be how many parameters, such as 7B.",
        ),
        (
            "dataset_size_gb",
            "40 million rows",
            "The answer is a number of records, and has to be an amount of data, such as 200 GB.",
        ),
        ("gpu_count", "$400", "The answer is an amount of money, and has to be how many GPUs."),
    ],
)
def test_it_is_named_with_what_would_do(field: FieldName, answer: str, reason: str) -> None:
    found = read(answer, answering=field)
    assert (found.findings, [item.reason for item in found.problems]) == ([], [reason])


@pytest.mark.parametrize(
    ("field", "answer", "value"),
    [
        ("latency_p95_ms", "80", 80),
        ("latency_p95_ms", "80-100 ms", 100),
        ("latency_p95_ms", "0.2 s", 200),
        ("throughput_rps", "26 million a day", 300.9),
        ("throughput_rps", "3 images a second", 3),
        ("monthly_budget_usd", "2k", 2000),
        ("model_size_params", "13 billion", 13_000_000_000),
        ("dataset_size_gb", "2 TB", 2000),
        ("availability_slo", "99.9 %", 99.9),
        ("deadline_hours", "2d", 48),
        ("max_replicas", "6 pods", 6),
    ],
)
def test_its_own_unit_or_none_is_fine(field: FieldName, answer: str, value: float) -> None:
    assert {item.field: item.value for item in read(answer, answering=field).findings}[field] == value


@pytest.mark.anyio
@pytest.mark.parametrize("words", ["dunno", "egal", "No idea, sorry", "what would you recommend?", "keine Ahnung"])
async def test_not_knowing_is_an_answer(words: str) -> None:
    known = ConstraintSchema({"workload_type": Constraint(value="rag", status="stated")})
    question = next_question(known)
    assert question is not None
    understood = Understanding(known, question)
    given = IntakeInput(seq=2, text=words, question_id=question.id)
    await take_in(Rulebook(PriceBook.load()), understood, given)
    assert (understood.skipped, understood.misfits, understood.constraints) == ({question.field}, [], known)
