"""The intake: what is known, what is still asked, and the box to answer in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.assumptions import assumptions, left_open
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.decision_sets import DecisionSet, Question
from web.views.fields import typed_text
from web.views.words import FIELDS, FieldWords, Mark, converted, field_label, value_words

_STATED = Mark("done", "stated", "ok")
_CONFIRMED = Mark("done", "confirmed", "ok")
_ASSUMED = Mark("tilde", "assumed", "waiting")
_NOW = Mark("question", "asked now", "running")
_MISSING = Mark("pending", "missing", "stale")
_OPEN = Mark("minus", "left open", "stale")
_READING = Mark("running", "being read", "running")
_UNKNOWN = Mark("minus", "not stated", "stale")


@dataclass(frozen=True, slots=True)
class Fact:
    """One constraint field. `typed` is its value as an input holds it; `listed` says that it belongs on the short list;
    `said_at` is the seq of the message it was read from, None when there is none in this decision set;
    `converted` says from which sum of another currency, if it was."""

    words: FieldWords
    mark: Mark
    value: str
    typed: str
    chosen: list[str]
    known: bool
    listed: bool
    said_at: int | None
    error: str = ""
    converted: str = ""


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
class Assumption:
    """What planning would take for granted of a field if it started now, and why, or what it means that nothing is.
    `handed_in`: another value was, and the worker has not read it yet."""

    fact: Fact
    reason: str
    handed_in: bool = False


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    facts: FactsPanel
    assumption: Assumption


@dataclass(frozen=True, slots=True)
class CoverageView:
    """`missing` are the labels of the required facts nobody has stated; `percent` counts those resolved, by weight;
    `will_assume` is what planning would fill in if it started now; `confirms`: nothing but the start is asked for."""

    percent: int
    known: int
    missing: list[str]
    assumed: list[str]
    will_assume: list[Assumption]
    confirms: bool


@dataclass(frozen=True, slots=True)
class Composer:
    """The box one answers in. `default` is what can be assumed instead of an answer, `passed_over` what happens when
    the question is. `text` and `picked` are what was typed and chosen before a refusal; `error` says what was wrong."""

    decision_set: str
    key: str
    question: Question | None
    options: list[str]
    may_write: bool
    ended: bool
    default: str = ""
    passed_over: str = ""
    text: str = ""
    picked: str = ""
    error: str = ""


def facts_panel(found: DecisionSet, *, may_write: bool, key: str, errors: dict[str, tuple[str, str]]) -> FactsPanel:
    """`errors` maps a field to what was typed and what was wrong with it."""
    asked = found.question.field if found.question else None
    facts = []
    for name, words in FIELDS.items():
        item = found.constraints.root.get(words.name)
        typed, error = errors.get(name, (typed_text(item.value) if item else "", ""))
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
                converted=converted(item.source) if item else "",
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
    if asked:
        return _NOW
    if item is None:
        return _MISSING if missing else _UNKNOWN
    return {"stated": _STATED, "confirmed": _CONFIRMED, "assumed": _ASSUMED}[item.status]


def coverage_view(found: DecisionSet) -> CoverageView:
    known = found.constraints.root
    return CoverageView(
        percent=round(found.coverage.score * 100),
        known=sum(item.status != "assumed" for item in known.values()),
        missing=[field_label(name) for name in found.coverage.missing],
        assumed=[
            f"{field_label(name)}: {value_words(name, item.value)}"
            for name, item in known.items()
            if item.status == "assumed"
        ],
        will_assume=_will_assume(found.constraints),
        confirms=found.question is not None and found.question.field is None,
    )


def _will_assume(known: ConstraintSchema) -> list[Assumption]:
    assumed = [
        _assumption(name, item, item.source.removeprefix("default:")) for name, item in assumptions(known).items()
    ]
    return assumed + [_assumption(name, None, words) for name, words in left_open(known).items()]


def _assumption(
    name: FieldName, item: Constraint | None, reason: str, *, typed: str = "", error: str = ""
) -> Assumption:
    fact = Fact(
        words=FIELDS[name],
        mark=_ASSUMED if item else _OPEN,
        value=value_words(name, item.value) if item else "",
        typed=typed or (typed_text(item.value) if item else ""),
        chosen=[str(part) for part in item.value] if item and isinstance(item.value, list) else [],
        known=False,
        listed=True,
        said_at=None,
        error=error,
    )
    return Assumption(fact, reason)


def assumption_row(
    found: DecisionSet, facts: FactsPanel, name: str, *, problem: tuple[str, str] | None = None
) -> AssumptionRow:
    """An assumption as it is being changed; `problem` is what was typed and what was wrong with it."""
    standing = next((item for item in _will_assume(found.constraints) if item.fact.words.name == name), None)
    if standing is None:
        fact = next(item for item in facts.facts if item.words.name == name)
        standing = Assumption(fact, "")
    if problem is None:
        fact = replace(standing.fact, mark=_READING, value="")
    else:
        fact = replace(standing.fact, typed=problem[0], error=problem[1])
    return AssumptionRow(facts, replace(standing, fact=fact, handed_in=problem is None))


def composer(
    found: DecisionSet, *, may_write: bool, key: str, text: str = "", picked: str = "", error: str = ""
) -> Composer:
    """An option that was picked and is no longer offered goes into the box, so that it is not lost. Where only the
    start is asked for, the button that starts is the answer."""
    question = found.question
    asked = question.field if question else None
    options = [item.label for item in question.options] if question and asked else []
    default = assumptions(found.constraints).get(asked) if asked and asked not in found.constraints.root else None
    if picked and picked not in options:
        text, picked = "\n".join(filter(None, (picked, text))), ""
    return Composer(
        decision_set=found.id,
        key=key,
        question=question,
        options=options,
        may_write=may_write,
        ended=found.status != "intake",
        default=value_words(asked, default.value) if asked and default else "",
        passed_over=_passed_over(found.constraints, asked) if asked else "",
        text=text,
        picked=picked,
        error=error,
    )


def _passed_over(known: ConstraintSchema, field: FieldName) -> str:
    stands, default = known.root.get(field), assumptions(known).get(field)
    if stands is not None:
        return f"{value_words(field, stands.value)} stands"
    if default is not None:
        return f"{value_words(field, default.value)} is assumed: {default.source.removeprefix('default:')}"
    return f"it is left open: {left_open(known).get(field, 'the plan does without')}"
