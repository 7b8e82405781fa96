"""What a comment at the gate changes."""

from __future__ import annotations

import pytest

from graphs.decision.feedback import SAY_IT, changed_by, unheard
from providers.rulebook.reading import read
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName
from storage.records.plans import Approval

PLANNED = ConstraintSchema.model_validate(
    {
        "cloud": {"value": ["azure", "gcp"], "status": "stated"},
        "monthly_budget_usd": {"value": 4000.0, "status": "stated"},
        "monitoring": {"value": ["grafana"], "status": "assumed"},
    }
)


def changes(comment: str) -> dict[FieldName, ConstraintValue]:
    approval = Approval.model_construct(comment=comment, comment_event=3)
    found: dict[FieldName, Constraint] = changed_by(PLANNED, read(comment), approval)
    return {name: item.value for name, item in found.items()}


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("AWS may be used as well", {"cloud": ["aws", "azure", "gcp"]}),
        ("Run it on AWS", {"cloud": ["aws"]}),
        ("Datadog too, please", {"monitoring": ["datadog", "grafana"]}),
        ("keep it under $2,000 a month", {"monthly_budget_usd": 2000.0}),
        ("the budget is $4,000 a month", {}),
        ("The budget is $900 a month, on AWS. Our budget is $8,000 a month.", {"cloud": ["aws"]}),
    ],
)
def test_a_comment_replaces_and_adds(comment: str, expected: dict[FieldName, ConstraintValue]) -> None:
    assert changes(comment) == expected


RETRIEVAL = ConstraintSchema.model_validate({"workload_type": {"value": "rag", "status": "assumed"}})


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("make it batch", "batch_inference"),
        ("Make it batch, please", "batch_inference"),
        ("Run it as a batch job", "batch_inference"),
        ("switch to streaming inference", "streaming_inference"),
        ("it is batch inference, not real time", "batch_inference"),
        ("make it realtime", "realtime_inference"),
        ("this is a training job", "training"),
        ("Looks good, retrain it weekly", None),
        ("we will retrain every week", None),
        ("please retrain on 40k tickets", None),
    ],
)
def test_a_comment_changes_the_workload_only_when_it_says_so(comment: str, kind: str | None) -> None:
    reading, approval = read(comment), Approval.model_construct(comment=comment, comment_event=3)
    found = changed_by(RETRIEVAL, reading, approval)
    assert (found["workload_type"].value if found else None) == kind
    assert bool(unheard(reading, found, comment)) == (kind is None)


def told(comment: str) -> list[str]:
    approval, reading = Approval.model_construct(comment=comment, comment_event=3), read(comment)
    return unheard(reading, changed_by(PLANNED, reading, approval), comment)


def test_what_nothing_can_hold_is_said_with_what_could() -> None:
    assert told("Data must be encrypted with our own KMS key. Also tag the resources.") == [
        "Nothing was built: your comment asks for something that could not be read as a constraint: “Data must be"
        " encrypted with our own KMS key”.",
        "Nothing was built: your comment asks for something that could not be read as a constraint: “Also tag the"
        " resources”.",
        SAY_IT,
    ]
    assert "Budget" in SAY_IT
    assert SAY_IT.endswith("with its value, or approve without a condition.")


def test_a_topic_that_is_known_already_is_no_reading_of_what_is_asked_about_it() -> None:
    known = ConstraintSchema.model_validate({"data_sensitivity": {"value": "pii", "status": "stated"}})
    comment = "PII must be encrypted with our own key"
    reading = read(comment)
    assert [item.field for item in reading.findings] == ["data_sensitivity"]
    changed = changed_by(known, reading, Approval.model_construct(comment=comment, comment_event=3))
    assert len(unheard(reading, changed, comment)) == 2


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("it needs an availability of 120 %", "asks for what could not be taken. Availability SLO, “"),
        ("The budget is $900 a month. Our budget is $8,000 a month.", "gives Budget two values. Name one."),
    ],
)
def test_what_cannot_be_is_said_as_well(comment: str, words: str) -> None:
    (said,) = told(comment)
    assert said.startswith("Nothing was built: your comment ")
    assert words in said


@pytest.mark.parametrize("comment", ["", "Looks good, thanks", "cap replicas at 6", "keep it under $2,000 a month"])
def test_what_is_read_or_no_demand_leaves_nothing_to_say(comment: str) -> None:
    assert told(comment) == []
