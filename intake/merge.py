"""Takes what a text was read as into what is known, and notices where the two disagree."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import ValidationError

from providers.base import Finding, Reading
from storage.records.constraints import (
    Constraint,
    ConstraintSchema,
    ConstraintValue,
    Evidence,
    FieldName,
    checked_value,
)
from storage.records.intake import Contradiction

_CORRECTING = re.compile(
    r"\b(?:sorry|wait|correction|scratch|make (?:that|it|them)|i meant?|actually|oops|mistake|"
    r"second thou?ght|chang(?:e|ed)|"
    r"instead|update[ds]?|rather|now|no longer|new|lower(?:ed)?|raise[ds]?|increase[ds]?|reduce[ds]?|switch|drop|only|"
    r"doch|statt|neu|korrektur)\b",
    re.IGNORECASE,
)
"""Words by which a later message says that it replaces an earlier one."""


def merge(
    known: ConstraintSchema,
    reading: Reading,
    *,
    message: int,
    status: Literal["stated", "confirmed"] = "stated",
    text: str,
    answering: FieldName | None = None,
) -> tuple[dict[FieldName, Constraint | None], list[Contradiction]]:
    """What the reading changes, and where it disagrees with what was stated before. A finding whose words are not in
    the text, or whose value cannot be, is dropped. A stated value gives way to the answer to its question and to a
    message that says it corrects; otherwise it stands, and the disagreement is returned. What was assumed or confirmed
    gives way at once."""
    changes: dict[FieldName, Constraint | None] = {}
    contradictions: list[Contradiction] = []
    replaces = _CORRECTING.search(text) is not None
    for finding in reading.findings:
        value = _valid(finding, text)
        if value is None:
            continue
        before = known.root.get(finding.field)
        if before is not None and before.value == value and before.status != "assumed":
            continue
        stands = before is not None and before.status == "stated"
        if before is not None and stands and not (replaces or finding.field == answering):
            contradictions.append(
                Contradiction(field=finding.field, earlier=before.value, later=value, message=message)
            )
            continue
        evidence = Evidence(message=message, start=finding.start, end=finding.end)
        changes[finding.field] = Constraint(value=value, status=status, evidence=evidence, source=finding.source)
    return changes, contradictions


def _valid(finding: Finding, text: str) -> ConstraintValue | None:
    if not 0 <= finding.start < finding.end <= len(text):
        return None
    try:
        return checked_value(finding.field, finding.value)
    except ValidationError:
        return None
