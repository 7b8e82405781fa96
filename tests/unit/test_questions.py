from __future__ import annotations

import pytest

from intake.assumptions import assumptions
from intake.coverage import coverage
from intake.questions import MOST_QUESTIONS, START, confirm_question, field_of, next_question
from intake.schema import show
from providers.rulebook.reading import read
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName

MAIN_SENTENCE = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"


def said(text: str) -> ConstraintSchema:
    return ConstraintSchema({item.field: Constraint(value=item.value, status="stated") for item in read(text).findings})


def asked_for(schema: ConstraintSchema) -> list[FieldName | None]:
    """The fields of all questions, if each is left unanswered."""
    ids: list[str] = []
    fields: list[FieldName | None] = []
    while (question := next_question(schema, ids)) is not None:
        ids.append(question.id)
        fields.append(question.field)
    return fields


def test_the_main_sentence_leaves_two_questions() -> None:
    assert asked_for(said(MAIN_SENTENCE)) == ["cloud", "gpu_required"]


def test_without_a_workload_that_is_asked_first() -> None:
    assert asked_for(ConstraintSchema())[0] == "workload_type"


@pytest.mark.parametrize(
    "text",
    [
        MAIN_SENTENCE,
        "",
        "Nightly batch on AWS",
        "Train a 7B model",
        "RAG over our handbook",
        "ETL on GCP",
        "An app on Android phones",
        "A feature store",
    ],
)
def test_it_never_asks_more_than_three_or_what_was_said(text: str) -> None:
    schema = said(text)
    fields = asked_for(schema)

    assert len(fields) <= MOST_QUESTIONS
    assert len(set(fields)) == len(fields)
    assert set(fields) & set(schema.root) == set()


def test_a_question_says_why_and_offers_answers() -> None:
    question = next_question(said(MAIN_SENTENCE))

    assert question is not None
    assert (question.id, question.field, question.worth) == ("cloud.1", "cloud", "")
    assert question.why != ""
    assert [option.value for option in question.options] == [["aws"], ["gcp"], ["azure"], ["onprem"]]


def test_the_same_state_leads_to_the_same_question() -> None:
    schema = said(MAIN_SENTENCE)

    assert next_question(schema, ["cloud.1"]) == next_question(schema, ["cloud.1"])


def test_a_skipped_field_is_not_asked() -> None:
    question = next_question(said(MAIN_SENTENCE), skipped={"cloud"})

    assert question is not None
    assert question.field == "gpu_required"


def test_a_dispute_comes_first_and_offers_what_was_said() -> None:
    question = next_question(said(MAIN_SENTENCE), disputed={"monthly_budget_usd": 3000.0})

    assert question is not None
    assert question.field == "monthly_budget_usd"
    assert [option.label for option in question.options] == ["$4,000 /mo", "$3,000 /mo"]
    assert all(option.label in question.why for option in question.options)


def test_what_could_not_be_understood_is_asked_again() -> None:
    question = next_question(said(MAIN_SENTENCE), ["cloud.1"], doubtful={"cloud": "“purple” could not be read."})

    assert question is not None
    assert (question.id, question.field) == ("cloud.2", "cloud")
    assert question.why.startswith("“purple” could not be read. ")


def test_assumptions_fill_what_is_missing_and_name_the_default() -> None:
    assumed = assumptions(said(MAIN_SENTENCE))

    assert {field: item.value for field, item in assumed.items()} == {
        "cloud": ["aws", "azure", "gcp"],
        "availability_slo": 99.5,
    }
    assert {item.status for item in assumed.values()} == {"assumed"}
    assert all(item.source.startswith("default:") for item in assumed.values())


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Serve a 13B parameter model", "gpu_required", True),
        ("Serve an XGBoost model", "gpu_required", False),
        ("Train with PyTorch", "gpu_required", True),
        ("Serve a model in europe-west4", "cloud", ["gcp"]),
        ("Serve a model, HIPAA", "data_sensitivity", "phi"),
        ("Nightly batch scoring", "deadline_hours", 8.0),
        ("", "workload_type", "realtime_inference"),
    ],
)
def test_a_default_follows_from_what_is_known(text: str, field: FieldName, value: ConstraintValue) -> None:
    known = said(text)

    assert {**known.root, **assumptions(known)}[field].value == value


def test_no_budget_and_no_residency_is_assumed() -> None:
    assumed = assumptions(ConstraintSchema())

    assert "monthly_budget_usd" not in assumed
    assert "data_residency" not in assumed


def test_nothing_is_assumed_twice() -> None:
    known = ConstraintSchema()

    assert assumptions(known.with_changes(dict(assumptions(known)))) == {}


def test_the_last_question_lists_the_assumptions_and_starts() -> None:
    schema = said(MAIN_SENTENCE)
    assumed = assumptions(schema)
    question = confirm_question(assumed, ordinal=2)

    assert (question.id, question.field) == ("assumptions.3", None)
    assert [option.label for option in question.options] == [START]
    assert all(show(field, item.value) in question.why for field, item in assumed.items())
    assert field_of(question.id) is None
    assert coverage(schema).score < 1


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("latency_p95_ms", 80.0, "80 ms"),
        ("throughput_rps", 0.002315, "200 a day"),
        ("throughput_rps", 0.03472, "3,000 a day"),
        ("throughput_rps", 1e-6, "0.0864 a day"),
        ("throughput_rps", 0.5, "0.5 req/s"),
        ("throughput_rps", 1200.0, "1,200 req/s"),
        ("monthly_budget_usd", 4000.0, "$4,000 /mo"),
        ("monthly_budget_usd", 1153.4, "$1,153.40 /mo"),
        ("model_size_params", 7_000_000_000, "7B parameters"),
        ("availability_slo", 99.95, "99.95 %"),
        ("deadline_hours", 1.5, "1.5 h"),
        ("cloud", ["aws", "onprem"], "AWS, on premises"),
        ("data_residency", "EU", "EU"),
        ("gpu_required", False, "no"),
        ("max_replicas", 6, "6"),
    ],
)
def test_a_value_as_a_person_reads_it(field: FieldName, value: ConstraintValue, shown: str) -> None:
    assert show(field, value) == shown
