"""One CEL expression of a policy: compiled, and checked against the names a policy may use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cel

from providers.policies.document import Document

OPERATORS = frozenset(
    {"!_", "-_", "_+_", "_-_", "_*_", "_/_", "_%_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "_&&_", "_||_"}
    | {"_?_:_", "_[_]", "@in", "@not_strictly_false"}
)
BUILT_IN = frozenset({"size", "string", "int", "double", "contains", "startsWith", "endsWith"})
NOT_EVALUATED = (RuntimeError, TypeError, ValueError, LookupError, ArithmeticError)
"""What the engine raises for an unknown function or variable, a missing key, mixed types or a division by zero."""

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
_PATH = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)(?![\w(])")
_INDEXED = re.compile(r"(?<![\w.])(constraints|plan|cost|figures)\s*\[")


def usd(amount: object) -> str:
    return f"${amount:,.0f}" if isinstance(amount, int | float) else "unknown"


def listed(items: object) -> str:
    return ", ".join(map(str, items)) if isinstance(items, list) and items else "none"


def plain(value: object) -> str:
    """A value as an operator would write it: 80 rather than 80.0."""
    return f"{value:g}" if isinstance(value, float) else "unknown" if value is None else str(value)


def percent(share: object) -> str:
    return f"{share:.0%}" if isinstance(share, int | float) else "unknown"


def share_older(ages: list[dict[str, Any]], days: int) -> float:
    """Of `cost.ages`: the share, 0 to 1, of the priced amount whose figure is older than that many days."""
    total = sum(item["usd"] for item in ages)
    return sum(item["usd"] for item in ages if item["days"] > days) / total if total else 0.0


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "usd": usd,
    "listed": listed,
    "plain": plain,
    "percent": percent,
    "share_older": share_older,
}


class Inputs:
    """A document as the engine takes it; made once for all rules."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.context = cel.Context(variables=document, functions=FUNCTIONS)


class NotEvaluated(Exception):
    """An expression gave no answer of the type it must have."""


@dataclass(frozen=True, slots=True)
class Expression:
    """`paths` are the document's names it reads, as (section, name)."""

    source: str
    program: cel.Program
    paths: frozenset[tuple[str, str]]

    @classmethod
    def compiled(cls, source: str) -> Expression:
        """Raises ValueError on a syntax error."""
        bare = _STRING.sub("''", source)
        bound = set(_BOUND.findall(bare))
        paths = frozenset(path for path in _PATH.findall(bare) if path[0] not in bound)
        return cls(source, cel.compile(source), paths)

    def fault(self, document: Document) -> str | None:
        """A name or function that no policy may use, in words; None when all are known."""
        bare = _STRING.sub("''", self.source)
        bound = set(_BOUND.findall(bare))
        if indexed := _INDEXED.search(bare):
            return f"names are read with a dot, as in {indexed[1]}.name"
        allowed = OPERATORS | BUILT_IN | FUNCTIONS.keys()
        for name in self.program.functions():
            if name not in allowed:
                return f"unknown function {name!r}"
        for name in self.program.variables():
            if name not in document and name not in bound:
                return f"unknown name {name!r}"
        return next((f"unknown name '{a}.{b}'" for a, b in sorted(self.paths) if b not in document.get(a, {})), None)

    def require(self, inputs: Inputs) -> None:
        """Raises NotEvaluated when an input is missing, even one that `||` or a condition would skip."""
        for section, name in sorted(self.paths):
            if name not in inputs.document.get(section, {}):
                raise NotEvaluated(f"the input {section}.{name} is missing")

    def boolean(self, inputs: Inputs) -> bool:
        """Raises NotEvaluated."""
        value = self._value(inputs)
        if not isinstance(value, bool):
            raise NotEvaluated(f"gives {type(value).__name__}, not true or false")
        return value

    def text(self, inputs: Inputs) -> str:
        """Raises NotEvaluated."""
        value = self._value(inputs)
        if not isinstance(value, str):
            raise NotEvaluated(f"gives {type(value).__name__}, not text")
        return value

    def _value(self, inputs: Inputs) -> Any:
        try:
            return self.program.execute(inputs.context)
        except NOT_EVALUATED as error:
            raise NotEvaluated(str(error).split(". ", 1)[0]) from error
