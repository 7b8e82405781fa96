"""What a comment at the gate changes."""

from __future__ import annotations

import pytest

from graphs.decision.feedback import changed_by
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
