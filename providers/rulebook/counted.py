"""Numbers with what they count, in the singular for one."""

from __future__ import annotations


def machines(count: int) -> str:
    return counted(str(count), "machine")


def requests(rate: str) -> str:
    """`rate` is requests a second, rounded as its place needs it."""
    return f"{counted(rate, 'request')} a second"


def counted(number: str, one: str) -> str:
    return f"{number} {one}{'' if number == '1' else 's'}"
