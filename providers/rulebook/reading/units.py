"""Units of time and of data, and the patterns that stand behind an amount. Factors come from pint."""

from __future__ import annotations

import re
from functools import cache

from pint import UnitRegistry

_TIME = {
    "microsecond": r"µs|us|microseconds?",
    "millisecond": r"ms|msecs?|millis|milli-?seconds?|millisekunden?",
    "second": r"s|secs?|seconds?|sekunden?",
    "minute": r"mins?|minutes?|minuten?",
    "hour": r"h|hrs?|hours?|std|stunden?",
    "day": r"d|days?|tagen?|tage?",
    "week": r"wks?|weeks?|wochen?",
    "fortnight": r"fortnights?",
    "month": r"mo|months?|monate?n?",
    "year": r"yrs?|years?|jahre?n?|annum|annually",
}
_PERIOD = {
    "second": r"s|secs?|seconds?|sekunden?",
    "minute": r"mins?|minutes?|minuten?",
    "hour": r"h|hrs?|hours?|stunden?",
    "day": r"d|days?|nights?|tag|nacht|24 ?h(?:ours)?",
    "week": r"w|wks?|weeks?|woche|sundays?|mondays?|fridays?|saturdays?",
    "month": r"mo|mth|months?|monat",
    "quarter": r"quarters?|quartal",
    "year": r"y|yrs?|years?|annum|jahr",
}
_ADVERB = {
    "hour": r"hourly|stündlich",
    "day": r"daily|nightly|overnight|täglich|nächtlich",
    "week": r"weekly|wöchentlich",
    "month": r"monthly|monatlich|im monat|pcm|mtl\.?",
    "quarter": r"quarterly",
    "year": r"yearly|annual(?:ly)?|jährlich|im jahr|p\. ?a\b",
}
_SIZE = {
    "byte": r"bytes?",
    "kB": r"kb|kilobytes?",
    "KiB": r"kib",
    "MB": r"mb|megabytes?",
    "GB": r"gb|gigs?|gigabytes?|g",
    "TB": r"tb|terabytes?|t",
    "PB": r"pb|petabytes?",
    "MiB": r"mib",
    "GiB": r"gib",
    "TiB": r"tib",
    "PiB": r"pib",
}
_UNITS = {*_TIME, *_PERIOD, *_SIZE}


def _named(units: dict[str, str], suffix: str = "") -> str:
    return "|".join(f"(?P<{name}{suffix}>{pattern})" for name, pattern in units.items())


DURATION = re.compile(rf"[ -]?(?:{_named(_TIME)})(?![\w/])")
PERIOD = re.compile(
    rf"\s?(?:(?:/|\bper\b|\bp\.|\bpro\b|\beach\b|\bevery\b|\bje\b|\bjede[nrs]?\b|\balle\b|\ba\b|\ban\b|\bin a\b|"
    rf"\bim\b|\bam\b|"
    rf"\beinem?r?\b)\s?(?:single )?(?:{_named(_PERIOD)}))(?![\w])"
)
ADVERB = re.compile(rf"(?:{_named(_ADVERB, '_ly')})\b")
SIZE = re.compile(rf"[ -]?(?:{_named(_SIZE)})(?![\w])")


@cache
def _registry() -> UnitRegistry:
    return UnitRegistry()


@cache
def factor(unit: str, to: str) -> float:
    """How many `to` one `unit` is. A month is the twelfth part of a Julian year, a quarter three of them."""
    if unit == "quarter":
        return 3 * factor("month", to)
    if to == "quarter":
        return factor(unit, "month") / 3
    return float(_registry().Quantity(1, unit).to(to).magnitude)


def unit_of(match: re.Match[str]) -> str:
    """The name of the unit that a DURATION, PERIOD, ADVERB or SIZE match found, also as a part of a longer pattern."""
    for name, words in match.groupdict().items():
        unit = name.removesuffix("_ly")
        if words is not None and unit in _UNITS:
            return unit
    raise LookupError(match.re.pattern)


def rounded(value: float) -> float:
    """To four significant digits: what was said is seldom more exact, and sums of units should not pretend to be."""
    if value == 0:
        return 0.0
    return float(f"{value:.4g}") if abs(value) < 10_000 else float(round(value))
