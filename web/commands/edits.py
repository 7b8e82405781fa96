"""Constraint values that came from outside, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from infra.faults import reason
from storage.records.constraints import FIELD_NAMES, ConstraintSchema, ConstraintValue, FieldName, checked_value
from storage.records.errors import Invalid
from storage.records.ids import DecisionSetId


def checked_edits(edits: Mapping[str, Any]) -> dict[FieldName, ConstraintValue | None]:
    """Raises Invalid, which names the field and what it takes."""
    checked: dict[FieldName, ConstraintValue | None] = {}
    for name, value in edits.items():
        if name not in FIELD_NAMES:
            raise Invalid(f"{name} is not a constraint. The fields are {', '.join(FIELD_NAMES)}.", field=name)
        field = cast(FieldName, name)
        try:
            checked[field] = None if value is None else checked_value(field, value)
        except ValidationError as error:
            raise Invalid(f"{name}: {reason(error.errors()[0])}.", field=name) from error
    return checked


def inherited(constraints: ConstraintSchema, ancestor: DecisionSetId) -> ConstraintSchema:
    """A parent's constraints as its child starts with them: confirmed, their evidence naming who said it."""
    return ConstraintSchema(
        {
            field: item.model_copy(
                update={
                    "status": "confirmed",
                    "evidence": item.evidence
                    and item.evidence.model_copy(update={"decision_set": item.evidence.decision_set or ancestor}),
                }
            )
            for field, item in constraints.root.items()
        }
    )
