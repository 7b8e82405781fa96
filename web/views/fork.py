"""The form of a fork: every constraint as it stood, to be changed in place, several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.records.constraints import ConstraintSchema, ConstraintValue
from storage.records.errors import Invalid
from web.commands.edits import checked_edits
from web.views.fields import parsed, typed_text
from web.views.words import FIELDS, FieldWords, value_words


@dataclass(frozen=True, slots=True)
class ForkField:
    """`typed` and `chosen` are what the control holds; `stood` is the value at the checkpoint in words."""

    words: FieldWords
    typed: str
    chosen: list[str]
    stood: str
    error: str


@dataclass(frozen=True, slots=True)
class ForkForm:
    """`rest` are the fields nobody had stated; `error` is what was wrong with the whole."""

    known: list[ForkField]
    rest: list[ForkField]
    open: bool
    error: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: the values that differ from those that stood. `typed` and `errors` are by field; the error
    of the whole is under the empty name."""

    changes: dict[str, ConstraintValue | None] = field(default_factory=dict)
    typed: dict[str, Sequence[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def asked(known: ConstraintSchema, typed: Mapping[str, Sequence[str]]) -> Asked:
    """Every field is read, so that all that is wrong is said at once."""
    found = Asked(typed=dict(typed))
    stood = {str(name): item.value for name, item in known.root.items()}
    for name, texts in typed.items():
        if name not in FIELDS:
            found.errors[""] = f"{name} is not a constraint."
            continue
        try:
            value = parsed(FIELDS[name], texts)
            checked_edits({name: value})
        except Invalid as error:
            found.errors[name] = error.detail
            continue
        if not _same(value, stood.get(name)):
            found.changes[name] = value
    return found


def _same(value: ConstraintValue | None, stood: ConstraintValue | None) -> bool:
    """Lists hold names in no order."""
    if isinstance(value, list) and isinstance(stood, list):
        return sorted(value) == sorted(stood)
    return value == stood


def fork_form(known: ConstraintSchema, asked: Asked) -> ForkForm:
    fields = [_field(words, known, asked) for words in FIELDS.values()]
    rest = [item for item in fields if not item.stood]
    changed = any(item.error or item.typed or item.chosen for item in rest)
    return ForkForm([item for item in fields if item.stood], rest, changed, asked.errors.get("", ""))


def _texts(value: ConstraintValue) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [typed_text(value)]


def _field(words: FieldWords, known: ConstraintSchema, asked: Asked) -> ForkField:
    item = known.root.get(words.name)
    texts = asked.typed.get(words.name)
    if texts is None:
        texts = [] if item is None else _texts(item.value)
    return ForkField(
        words=words,
        typed=", ".join(texts) if words.kind != "many" else "",
        chosen=list(texts) if words.kind == "many" else [],
        stood="" if item is None else value_words(words.name, item.value),
        error=asked.errors.get(words.name, ""),
    )
