"""The intake: what is known, what is still asked, and the box to answer in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.assumptions import assumptions, left_open
from storage.records.constraints import Constraint, ConstraintValue
from storage.records.decision_sets import DecisionSet, Question
from web.views.words import FIELDS, FieldWords, Mark, field_label, value_words

_STATED = Mark("done", "stated", "ok")
_CONFIRMED = Mark("done", "confirmed", "ok")
_ASSUMED = Mark("tilde", "assumed", "waiting")
_NOW = Mark("question", "asked now", "running")
_MISSING = Mark("pending", "missing", "stale")
_READING = Mark("running", "being read", "running")
_UNKNOWN = Mark("minus", "not stated", "stale")


@dataclass(frozen=True, slots=True)
class Fact:
    """One constraint field. `typed` is its value as an input holds it; `listed` says that it belongs on the short list;
    `said_at` is the seq of the message it was read from, None when there is none in this decision set."""

    words: FieldWords
    mark: Mark
    value: str
    typed: str
    chosen: list[str]
    known: bool
    listed: bool
    said_at: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class FactsPanel:
    """`editable` while the intake is open and the caller may change it."""

    decision_set: str
    editable: bool
    facts: list[Fact]
    key: str


@dataclass(frozen=True, slots=True)
class FactRow:
    facts: FactsPanel
    fact: Fact


@dataclass(frozen=True, slots=True)
class CoverageView:
    """`missing` are the labels of the required facts nobody has stated; `percent` counts those resolved, by weight;
    `will_assume` is what planning would fill in if it started now."""

    percent: int
    known: int
    missing: list[str]
    assumed: list[str]
    will_assume: list[str]


@dataclass(frozen=True, slots=True)
class Composer:
    """The box one answers in. `text` and `choice` are what was typed before a refusal; `error` says what was wrong."""

    decision_set: str
    key: str
    question: Question | None
    options: list[str]
    may_write: bool
    ended: bool
    text: str = ""
    error: str = ""


def facts_panel(found: DecisionSet, *, may_write: bool, key: str, errors: dict[str, tuple[str, str]]) -> FactsPanel:
    """`errors` maps a field to what was typed and what was wrong with it."""
    asked = found.question.field if found.question else None
    facts = []
    for name, words in FIELDS.items():
        item = found.constraints.root.get(words.name)
        typed, error = errors.get(name, (_typed(item.value) if item else "", ""))
        missing = words.name in found.coverage.missing
        facts.append(
            Fact(
                words=words,
                mark=_mark(item, asked=words.name == asked, missing=missing),
                value=value_words(name, item.value) if item else "",
                typed=typed,
                chosen=[str(part) for part in item.value] if item and isinstance(item.value, list) else [],
                known=item is not None,
                listed=item is not None or missing or words.name == asked,
                said_at=_said_at(item),
                error=error,
            )
        )
    return FactsPanel(found.id, may_write and found.status == "intake", facts, key)


def fact_row(facts: FactsPanel, name: str, *, reading: bool) -> FactRow:
    """`reading`: the change was handed in, and the worker has not read it yet."""
    fact = next(item for item in facts.facts if item.words.name == name)
    return FactRow(facts, replace(fact, mark=_READING, value="", listed=True) if reading else fact)


def _said_at(item: Constraint | None) -> int | None:
    if item is None or item.evidence is None or item.evidence.decision_set is not None:
        return None
    return item.evidence.message


def _mark(item: Constraint | None, *, asked: bool, missing: bool) -> Mark:
    if item is None:
        return _NOW if asked else _MISSING if missing else _UNKNOWN
    return {"stated": _STATED, "confirmed": _CONFIRMED, "assumed": _ASSUMED}[item.status]


def _typed(value: ConstraintValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def coverage_view(found: DecisionSet) -> CoverageView:
    known = found.constraints.root
    assumed = assumptions(found.constraints)
    return CoverageView(
        percent=round(found.coverage.score * 100),
        known=sum(item.status != "assumed" for item in known.values()),
        missing=[field_label(name) for name in found.coverage.missing],
        assumed=[
            f"{field_label(name)}: {value_words(name, item.value)}"
            for name, item in known.items()
            if item.status == "assumed"
        ],
        will_assume=[f"{field_label(name)}: {value_words(name, item.value)}" for name, item in assumed.items()]
        + [f"{field_label(name)}: {words}" for name, words in left_open(found.constraints).items()],
    )


def composer(found: DecisionSet, *, may_write: bool, key: str, text: str = "", error: str = "") -> Composer:
    question = found.question
    options = [item.label for item in question.options] if question else []
    return Composer(found.id, key, question, options, may_write, found.status != "intake", text, error)
