"""Constraint values as a form holds them: text, read back into the field's own type."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.records.constraints import ConstraintValue
from storage.records.errors import Invalid
from web.views.words import FieldWords

_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_NUMBER = re.compile(r"\$?\s*(\d+(?:\.\d+)?)\s*([kmb]?)\s*%?", re.IGNORECASE)


def parsed(words: FieldWords, typed: Sequence[str]) -> ConstraintValue | None:
    """The value; None where nothing was typed, which withdraws the fact. `4,000`, `4k` and `7B` are numbers. Raises
    Invalid, which names the field."""
    given = [text.strip() for text in typed if text.strip()]
    if not given:
        return None
    match words.kind:
        case "yes_no":
            return given[0] == "yes"
        case "many":
            return given
        case "words":
            return [part.strip() for part in ",".join(given).split(",") if part.strip()]
        case "number" | "whole":
            return _number(words, given[0])
        case _:
            return given[0]


def _number(words: FieldWords, text: str) -> ConstraintValue:
    found = _NUMBER.fullmatch(text.replace(",", "").replace("\u202f", "").replace(" ", ""))
    if found is None:
        unit = f" of {words.unit}" if words.unit else ""
        raise Invalid(f"{words.label}: type a number{unit}, such as 80 or 4k.", field=words.name)
    value = float(found[1]) * _FACTORS[found[2].lower()]
    return int(value) if value.is_integer() else value


def typed_text(value: ConstraintValue) -> str:
    """The value as an input holds it; `parsed` reads it back."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
