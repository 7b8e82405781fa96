"""What the reader makes of a text, field by field."""

from __future__ import annotations

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}
