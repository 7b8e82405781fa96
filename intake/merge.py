"""Takes what a text was read as into what is known, and notices where the two disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from intake.requirements import required
from providers.base import Finding, Reading
from providers.rulebook.reading.outright import says_outright
from providers.rulebook.workload import WITHOUT_MODEL
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
_ADDING = re.compile(
    r"\b(?:too|also|as well|in addition|additionally|besides|plus|add|include|ebenfalls|auch|zusätzlich|"
    r"außerdem|dazu)\b",
    re.IGNORECASE,
)
_REPLACING = re.compile(
    r"\b(?:instead|switch|only|no longer|replace[sd]?|rather than|statt|nur|nicht mehr)\b|\bnot\b", re.IGNORECASE
)
_PART_END = re.compile(r"[.!?;\n](?:\s|$)")


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
    message that says it corrects; otherwise it stands, and the disagreement is returned, as is one within the message.
    What was assumed or confirmed gives way at once, but for a workload, which changes only where it is called another
    outright: "retrain weekly" is no other workload. What a list is said to hold as well is added to it."""
    changes: dict[FieldName, Constraint | None] = {}
    contradictions: list[Contradiction] = []
    replaces = _CORRECTING.search(text) is not None
    for finding in reading.findings:
        value = _valid(finding, text)
        if value is None:
            continue
        before = known.root.get(finding.field)
        if before is not None and _adds(finding, text):
            value = _together(before.value, value)
        if before is not None and before.value == value and before.status != "assumed":
            continue
        stands = before is not None and before.status == "stated"
        gives_way = replaces or finding.field == answering or _adds(finding, text)
        if finding.field == "workload_type" and before is not None and before.status != "assumed":
            stands = True
            gives_way = finding.field == answering or says_outright(text, finding.start, finding.end)
        if before is not None and stands and not gives_way:
            contradictions.append(_disagreement(finding, before.value, value, message))
            continue
        evidence = Evidence(message=message, start=finding.start, end=finding.end)
        changes[finding.field] = Constraint(value=value, status=status, evidence=evidence, source=finding.source)
    contradictions += _between(reading, changes, contradictions, message, text)
    return changes, contradictions


def held(known: ConstraintSchema, reading: Reading, *, message: int) -> dict[FieldName, Constraint]:
    """What is assumed by the words themselves: "p99 under 50 ms" of p95. It gives way to what was stated or confirmed,
    and a known workload that has no need of it goes without."""
    assumed: dict[FieldName, Constraint] = {}
    workload = known.values.workload_type
    needed = {name for fact in required(known) for name in fact.fields} if workload else None
    if needed is not None and workload not in WITHOUT_MODEL:
        needed.add("model_size_params")
    for item in reading.held:
        before = known.root.get(item.field)
        if (before is None or before.status == "assumed") and (needed is None or item.field in needed):
            evidence = Evidence(message=message, start=item.start, end=item.end)
            source = f"default:{item.reason}"
            assumed[item.field] = Constraint(value=item.value, status="assumed", evidence=evidence, source=source)
    return assumed


def _between(
    reading: Reading,
    changes: Mapping[FieldName, Constraint | None],
    found: Sequence[Contradiction],
    message: int,
    text: str,
) -> Iterator[Contradiction]:
    """Two values within the message itself; where one of them also disagrees with what stands, that is asked alone."""
    asked = {item.field for item in found}
    for rival in reading.rivals:
        taken = next((item for item in reading.findings if item.field == rival.field), None)
        value = _valid(rival, text)
        if taken is None or value is None or rival.field in asked:
            continue
        now = changes.get(rival.field)
        earlier = taken.value if now is None else now.value
        if earlier != value:
            yield _disagreement(rival, earlier, value, message)


def _disagreement(finding: Finding, earlier: ConstraintValue, later: ConstraintValue, message: int) -> Contradiction:
    evidence = Evidence(message=message, start=finding.start, end=finding.end)
    return Contradiction(
        field=finding.field, earlier=earlier, later=later, message=message, evidence=evidence, source=finding.source
    )


def _adds(finding: Finding, text: str) -> bool:
    """ "allow AWS too": the values of a list come to what is known, in a sentence that takes nothing away."""
    if not isinstance(finding.value, list):
        return False
    first = max((match.end() for match in _PART_END.finditer(text, 0, finding.start)), default=0)
    end = _PART_END.search(text, finding.end)
    words = text[first : len(text) if end is None else end.start()]
    return _ADDING.search(words) is not None and _REPLACING.search(words) is None


def _together(known: ConstraintValue, more: ConstraintValue) -> ConstraintValue:
    return sorted({*known, *more}) if isinstance(known, list) and isinstance(more, list) else more


def _valid(finding: Finding, text: str) -> ConstraintValue | None:
    if not 0 <= finding.start < finding.end <= len(text):
        return None
    try:
        return checked_value(finding.field, finding.value)
    except ValidationError:
        return None
