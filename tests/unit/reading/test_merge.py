from __future__ import annotations

from collections.abc import Sequence

import pytest

from intake.merge import merge
from providers.base import Finding, Reading
from providers.rulebook.reading import read
from storage.records.constraints import Constraint, ConstraintSchema, Evidence
from storage.records.intake import Contradiction


def disputes(found: Sequence[Contradiction]) -> list[tuple[object, ...]]:
    return [(item.field, item.earlier, item.later, item.message) for item in found]


STATED = ConstraintSchema({"latency_p95_ms": Constraint(value=80.0, status="stated")})


def test_a_fact_is_taken_over_with_its_evidence() -> None:
    text = "p95 under 80 ms"
    changes, contradictions = merge(ConstraintSchema(), read(text), message=7, text=text)

    assert changes == {
        "latency_p95_ms": Constraint(
            value=80.0,
            status="stated",
            evidence=Evidence(message=7, start=0, end=len(text)),
            source="rule:latency",
        )
    }
    assert contradictions == []


def test_words_that_are_not_in_the_text_are_dropped() -> None:
    reading = Reading([Finding("max_replicas", 6, 3, 40, "replicas"), Finding("gpu_count", 2, 4, 4, "count")])

    assert merge(ConstraintSchema(), reading, message=1, text="cap at 6") == ({}, [])


def test_an_impossible_value_is_dropped() -> None:
    reading = Reading([Finding("availability_slo", 120.0, 0, 3, "model")])

    assert merge(ConstraintSchema(), reading, message=1, text="120 %") == ({}, [])


def test_what_was_stated_stands_against_another_value() -> None:
    text = "p95 under 100 ms"

    changes, contradictions = merge(STATED, read(text), message=9, text=text)
    assert (changes, disputes(contradictions)) == ({}, [("latency_p95_ms", 80.0, 100.0, 9)])
    assert contradictions[0].evidence == Evidence(message=9, start=0, end=len(text))


def test_a_correction_replaces_what_was_stated() -> None:
    text = "Sorry, p95 under 100 ms"
    changes, contradictions = merge(STATED, read(text), message=9, text=text)

    assert {field: item.value for field, item in changes.items() if item} == {"latency_p95_ms": 100.0}
    assert contradictions == []


def test_the_answer_to_its_question_replaces_what_was_stated() -> None:
    reading = read("100", answering="latency_p95_ms")
    changes, contradictions = merge(STATED, reading, message=9, text="100", answering="latency_p95_ms")

    assert {field: item.value for field, item in changes.items() if item} == {"latency_p95_ms": 100.0}
    assert contradictions == []


def test_the_same_again_changes_nothing() -> None:
    text = "p95 under 80 ms"

    assert merge(STATED, read(text), message=9, text=text) == ({}, [])


def test_what_was_assumed_or_inherited_gives_way() -> None:
    text = "p95 under 100 ms"
    for status in ("assumed", "confirmed"):
        known = ConstraintSchema({"latency_p95_ms": Constraint(value=80.0, status=status)})
        changes, contradictions = merge(known, read(text), message=9, text=text)

        assert {field: item.value for field, item in changes.items() if item} == {"latency_p95_ms": 100.0}
        assert contradictions == []


CLOUDS = ConstraintSchema({"cloud": Constraint(value=["azure", "gcp"], status="stated")})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("AWS is welcome, too", ["aws", "azure", "gcp"]),
        ("You may add AWS", ["aws", "azure", "gcp"]),
        ("In addition, take AWS", ["aws", "azure", "gcp"]),
        ("AWS wäre auch möglich", ["aws", "azure", "gcp"]),
        ("Switch to AWS, that is cheaper too", ["aws"]),
        ("Only AWS now, also for the tests", ["aws"]),
    ],
)
def test_what_is_allowed_as_well_is_added(text: str, value: list[str]) -> None:
    changes, contradictions = merge(CLOUDS, read(text), message=4, text=text)

    assert {field: item.value for field, item in changes.items() if item} == {"cloud": value}
    assert contradictions == []


def test_another_list_without_a_word_of_adding_is_asked_about() -> None:
    text = "It runs on AWS"

    changes, contradictions = merge(CLOUDS, read(text), message=4, text=text)
    assert (changes, disputes(contradictions)) == ({}, [("cloud", ["azure", "gcp"], ["aws"], 4)])


def test_two_values_in_one_message_are_asked_about() -> None:
    text = "We may spend $700 a month. The allowance is $5,000 a month."
    changes, contradictions = merge(ConstraintSchema(), read(text), message=2, text=text)

    assert {field: item.value for field, item in changes.items() if item} == {"monthly_budget_usd": 700.0}
    assert disputes(contradictions) == [("monthly_budget_usd", 700.0, 5000.0, 2)]


def test_a_rival_of_what_stands_is_asked_about_once() -> None:
    text = "p95 under 100 ms. Every p95 under 300 ms."

    contradictions = merge(STATED, read(text), message=2, text=text)[1]
    assert disputes(contradictions) == [("latency_p95_ms", 80.0, 100.0, 2)]
