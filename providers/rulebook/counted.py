"""Numbers with what they count, in the singular for one."""

from __future__ import annotations


def plain(figure: float | None) -> str:
    """As it was stated, with commas between thousands and never an exponent: "10,000,000", "99.95"."""
    if figure is None:
        return "none"
    return f"{figure:,.0f}" if abs(figure) >= 1e12 else f"{figure:,.12g}"


def machines(count: int) -> str:
    return counted(str(count), "machine")


def requests(rate: str) -> str:
    """`rate` is requests a second, rounded as its place needs it."""
    return f"{counted(rate, 'request')} a second"


def counted(number: str, one: str) -> str:
    return f"{number} {one}{'' if number == '1' else 's'}"
