"""A person's own words, cut where a part of them became a constraint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage.records.constraints import ConstraintSchema, ConstraintValue, Evidence, FieldName
from storage.records.events import ConstraintCaptured, Event
from web.views.words import field_label, value_words


@dataclass(frozen=True, slots=True)
class Span:
    """Code points of a message, half open, and what they became; `holds` while that value rests on these words."""

    start: int
    end: int
    field: FieldName
    became: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """`field` is empty for words that became nothing; `holds` is false for those that no longer count."""

    text: str
    field: str = ""
    became: str = ""
    holds: bool = True


Spans = dict[int, list[Span]]
"""By the seq of the event that holds the text."""


def spans_of(events: Iterable[Event], constraints: ConstraintSchema) -> Spans:
    """Every piece of evidence that lies in this decision set's own events, what holds now before what held once."""
    spans: Spans = {}
    for field, item in constraints.root.items():
        _note(spans, field, item.value, item.evidence, holds=True)
    for event in events:
        payload = event.typed
        if isinstance(payload, ConstraintCaptured):
            _note(spans, payload.field, payload.value, payload.evidence, holds=False)
    return spans


def _note(
    spans: Spans, field: FieldName, value: ConstraintValue | None, evidence: Evidence | None, *, holds: bool
) -> None:
    if evidence is None or evidence.decision_set is not None:
        return
    span = Span(evidence.start, evidence.end, field, f"{field_label(field)}: {value_words(field, value)}", holds)
    found = spans.setdefault(evidence.message, [])
    if all((span.start, span.end, span.field) != (other.start, other.end, other.field) for other in found):
        found.append(span)


def segments(text: str, spans: Iterable[Span]) -> list[Segment]:
    """The whole text in order. Where spans overlap, the earlier one keeps the shared words and both are named."""
    cut: list[Segment] = []
    end = 0
    for span in sorted(spans, key=lambda item: (item.start, -item.end)):
        start, stop = max(span.start, end), min(span.end, len(text))
        if start >= stop:
            if cut and span.start < end:
                last = cut[-1]
                both = f"{last.became}; {span.became}"
                cut[-1] = Segment(last.text, last.field, both, last.holds or span.holds)
            continue
        if start > end:
            cut.append(Segment(text[end:start]))
        cut.append(Segment(text[start:stop], span.field, span.became, span.holds))
        end = stop
    if end < len(text):
        cut.append(Segment(text[end:]))
    return cut
