"""What the reading tool takes, and how its arguments become findings: checked against the text, word for word."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model

from providers.base import Dropped, Finding, Problem, Reading
from providers.resilience import Tool
from providers.rulebook.reading.exchange import Currency, in_dollars
from providers.rulebook.reading.injection import injected
from providers.rulebook.reading.text import Text, prepare
from storage.records.constraints import FIELD_NAMES, ConstraintValues, FieldName

TOOL = "record_constraints"
_Quote = Annotated[str, Field(min_length=1, max_length=600, description="copied letter by letter from the text")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Impossible(_Strict):
    field: FieldName
    quote: _Quote
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Recorded(_Strict):
    """The arguments' model has one more field per constraint: `extraction()`."""

    impossible: list[_Impossible] = Field(default_factory=list, max_length=23)


@cache
def extraction() -> type[Recorded]:
    """Each constraint of ConstraintValues with its own type, so that a wrong value is told apart at once."""
    fields: dict[str, Any] = {}
    for name, info in ConstraintValues.model_fields.items():
        plain, *_ = get_args(info.annotation)
        value = Annotated[plain, *info.metadata] if info.metadata else plain
        parts: dict[str, Any] = {"value": (value, ...), "quote": (_Quote, ...)}
        if name == "monthly_budget_usd":
            parts["currency"] = (Currency, "USD")
        stated = create_model(name, __base__=_Strict, **parts)
        fields[name] = (stated | None, None)
    return create_model(TOOL, __base__=Recorded, **fields)


@cache
def tool() -> Tool:
    return Tool(TOOL, "Records the constraints that the text states.", extraction().model_json_schema())


def reading(recorded: Recorded, text: str, source: str) -> Reading:
    """Findings with their place in the text. What is not there, or stands where somebody addresses the machine, is
    dropped by name. `source` is what the evidence is said to come from."""
    found, dropped, prepared = Reading(), [], prepare(text)
    for name in FIELD_NAMES:
        stated = getattr(recorded, name, None)
        if stated is None:
            continue
        value = _in_dollars(stated) if name == "monthly_budget_usd" else stated.value
        place = located(stated.quote, prepared)
        if isinstance(place, str):
            dropped.append(Dropped(name, value, stated.quote, place))
        else:
            found.findings.append(Finding(name, value, *place, source))
    for item in recorded.impossible:
        place = located(item.quote, prepared)
        if not isinstance(place, str):
            found.problems.append(Problem(item.field, *place, item.reason.rstrip(".")))
    return Reading(found.findings, found.problems, tuple(dropped))


def _in_dollars(stated: Any) -> float:
    return round(in_dollars(stated.value, stated.currency), 2)


def located(quote: str, text: Text) -> tuple[int, int] | Literal["not in the text", "addressed to the machine"]:
    """Where the words are, half open; blanks and case may differ. Else why they do not count."""
    words = quote.split()
    pattern = r"\s+".join(re.escape(word) for word in words)
    first: tuple[int, int] | None = None
    for match in re.finditer(pattern, text.original, re.IGNORECASE) if words else ():
        first = match.span()
        if not injected(text, max(0, bisect_right(text.starts, first[0]) - 1)):
            return first
    return "addressed to the machine" if first else "not in the text"
