"""What one input from a person changes in the constraints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from infra.excerpt import excerpt
from intake.assumptions import assumptions
from intake.conflicts import conflicts
from intake.merge import held, merge
from providers.base import Reading, Reads
from storage.records.constraints import Constraint, ConstraintSchema, Evidence, FieldName
from storage.records.decision_sets import Question
from storage.records.events import ConstraintCaptured
from storage.records.intake import WORDLESS, Contradiction, IntakeInput, Misfit


@dataclass
class Understanding:
    """What stands after the inputs so far; `captured` are the events that led there. `aside` are the fields that the
    next input is not read for."""

    constraints: ConstraintSchema
    question: Question | None
    skipped: set[FieldName] = field(default_factory=set)
    contradictions: list[Contradiction] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    captured: list[ConstraintCaptured] = field(default_factory=list)
    start: bool = False
    aside: tuple[FieldName, ...] = ()

    def change(self, changes: dict[FieldName, Constraint | None]) -> None:
        """Takes the changes over and notes each that is one."""
        for name, item in changes.items():
            before = self.constraints.root.get(name)
            if item == before or (item and before and item.value == before.value and item.status == before.status):
                continue
            self.captured.append(captured(name, item, before))
        self.constraints = self.constraints.with_changes(changes)
        self.contradictions = [found for found in self.contradictions if found.field not in changes]
        self.settle(changes)

    def settle(self, fields: Collection[FieldName]) -> None:
        """What could not be understood of them matters no longer."""
        self.misfits = [item for item in self.misfits if item.field not in fields]

    def compare(self, before: Mapping[FieldName, str], message: int) -> None:
        """Doubts what no longer holds together, and lets be what does again. `before` are the conflicts so far."""
        now = conflicts(self.constraints)
        gone = before.items() - now.items()
        self.misfits = [item for item in self.misfits if (item.field, item.reason) not in gone]
        self.doubt(
            [
                Misfit(field=name, reason=reason, message=message)
                for name, reason in now.items()
                if before.get(name) != reason
            ]
        )

    def doubt(self, doubts: Sequence[Misfit]) -> None:
        """The later words on a field are the ones to ask about, even where it was passed over before."""
        fields: set[FieldName] = {item.field for item in doubts}
        self.settle(fields)
        self.skipped -= fields
        self.misfits += doubts


def captured(name: FieldName, item: Constraint | None, before: Constraint | None) -> ConstraintCaptured:
    return ConstraintCaptured(
        field=name,
        value=item.value if item else None,
        status=item.status if item else "stated",
        evidence=item.evidence if item else None,
        previous=before.value if before else None,
        source=item.source if item else "",
    )


async def take_in(provider: Reads, known: Understanding, given: IntakeInput) -> None:
    """Reads one input into `known`."""
    before = conflicts(known.constraints)
    await _take_in(provider, known, given)
    known.compare(before, given.seq)


async def _take_in(provider: Reads, known: Understanding, given: IntakeInput) -> None:
    question = known.question if known.question and known.question.id == given.question_id else None
    if given.start:
        known.start = True
    if given.edits:
        _edit(known, given)
    if given.choice in WORDLESS and question and question.field is None:
        known.start = True  # it asks for nothing else than to go on with what is assumed
    if given.choice in WORDLESS and question and question.field:
        known.skipped.add(question.field)
        known.settle([question.field])
    if given.choice == "assume" and question and question.field:
        default = assumptions(known.constraints).get(question.field)
        if default:
            known.change({question.field: default})
    if given.text.strip() and not given.edits:  # with edits, the words only describe them
        await _read(provider, known, given, question)


def _edit(known: Understanding, given: IntakeInput) -> None:
    changes: dict[FieldName, Constraint | None] = {
        name: None if value is None else Constraint(value=value, status="confirmed", source="edit")
        for name, value in (given.edits or {}).items()
    }
    known.change(changes)
    known.skipped -= set(changes)


async def _read(provider: Reads, known: Understanding, given: IntakeInput, question: Question | None) -> None:
    if question and question.field is None and _means_start(question, given.text):
        known.start = True
        return
    asked = question.field if question else None
    reading = without(await provider.read(given.text, answering=asked), known.aside)
    if asked and reading.unsure and not reading.findings:
        known.skipped.add(asked)
        known.settle([asked])
        return
    changes, contradictions = merge(
        known.constraints, reading, message=given.seq, status="stated", text=given.text, answering=asked
    )
    if question and asked and asked not in changes and (chosen := _chosen_option(question, given)):
        changes[asked] = chosen
    doubts = [
        Misfit(field=item.field, reason=item.reason, message=given.seq)
        for item in reading.problems
        if item.field not in changes
    ]
    if asked and any(item.field == asked for item in reading.findings):
        known.settle([asked])  # the same value again is an answer, too
        known.contradictions = [item for item in known.contradictions if item.field != asked]
    elif asked and not changes and not contradictions and not doubts:
        reason = f"The answer “{excerpt(given.text, 60)}” could not be read."
        doubts.append(Misfit(field=asked, reason=reason, message=given.seq))
    known.change(changes)
    known.change(dict(held(known.constraints, reading, message=given.seq)))
    known.doubt(doubts)
    known.contradictions = [
        item for item in known.contradictions if all(item.field != other.field for other in contradictions)
    ] + contradictions


def without(reading: Reading, fields: Collection[FieldName]) -> Reading:
    """The reading, but for these fields."""
    return replace(
        reading,
        findings=[item for item in reading.findings if item.field not in fields],
        problems=[item for item in reading.problems if item.field not in fields],
        rivals=tuple(item for item in reading.rivals if item.field not in fields),
    )


def _means_start(question: Question, text: str) -> bool:
    return text.strip().casefold() in {option.label.casefold() for option in question.options}


def _chosen_option(question: Question, given: IntakeInput) -> Constraint | None:
    """The option whose label was sent, word for word, as the answer."""
    for option in question.options:
        if option.value is not None and option.label.casefold() == given.text.strip().casefold():
            evidence = Evidence(message=given.seq, start=0, end=len(given.text))
            return Constraint(value=option.value, status="stated", evidence=evidence, source="option")
    return None
