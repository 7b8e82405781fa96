"""What pydantic finds wrong, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PREFIXES = ("Value error, ", "Assertion failed, ")


def reason(fault: Mapping[str, Any]) -> str:
    """One of a ValidationError's `errors()`, without what pydantic calls the exception that a validator raised."""
    words = str(fault["msg"])
    for prefix in _PREFIXES:
        words = words.removeprefix(prefix)
    return words
