"""Whether each figure in a model's words is one that it was given. The arithmetic stays with the rules, so any other
was invented or calculated, and neither may be shown.

A figure counts as given when it rounds to one that was: to the last digit written, from 1,000 on also to the last one
that is not zero, and never by more than 5 %; a share is not rounded up to 100 %. Units are converted where nothing but
the scale differs (k, million, s to ms, minutes to hours, TB to GB). Whole numbers up to 12 pass without a currency or
a unit of measurement, since they count zones, machines and options. Words with digits, such as a machine's type, and
dates must have been given as they stand. Numbers in words are refused from thirteen on, so that none goes unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

COUNTED = 12
ROUNDED_FROM, MOST_OFF = 1000, 0.05
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_WORD = re.compile(
    r"(?P<name>[^\W\d_][\w.\-]*\d[\w.\-]*|\d{4}-\d\d(?:-\d\d)?(?!\d))"
    rf"|(?:(?P<currency>[$€£¥])[ ]?)?(?P<number>{_NUMBER})(?:[ -]?(?P<unit>%|[^\W\d_]+))?"
)
_SPELLED = re.compile(
    r"(?<![\d,.])(?<!\d )\b(?:(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|dozens?|hundreds?|thousands?|millions?|billions?|trillions?)\b",
    re.IGNORECASE,
)
_SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9,
}  # fmt: skip
_CONVERTED = {
    "s": 1e3, "sec": 1e3, "second": 1e3, "seconds": 1e3, "min": 1 / 60, "minute": 1 / 60, "minutes": 1 / 60,
    "tb": 1e3, "tib": 1024.0,
}  # fmt: skip
"""To the milliseconds, hours and gigabytes that plans are written in."""
_SHARES = frozenset({"%", "percent"})
_MEASURES = frozenset({"ms", "h", "hour", "hours", "gb", "gib", "usd", "dollar", "dollars", "rps", "req", "requests"})

_STRUCTURE = frozenset({"option", "fact", "by_rank", "planned", "round"})
_UNITS = frozenset({*_SCALES, *_CONVERTED, *_SHARES, *_MEASURES})


@dataclass(frozen=True, slots=True)
class _Figure:
    """`unit` is whatever word follows, in lower case."""

    currency: str
    digits: str
    unit: str

    @property
    def written(self) -> str:
        unit = self.unit if self.unit in _UNITS else ""
        return f"{self.currency}{self.digits}{' ' if unit else ''}{unit}"

    @property
    def value(self) -> float:
        return float(self.digits.replace(",", ""))

    @property
    def counts(self) -> bool:
        """A number of things, and no measurement."""
        bare = self.digits.isdecimal() and not self.currency
        return bare and self.unit not in _UNITS and self.value <= COUNTED

    @property
    def readings(self) -> tuple[float, ...]:
        """What the number may stand for."""
        if self.unit in _SCALES:
            return (self.value * _SCALES[self.unit],)
        if self.unit in _CONVERTED:
            return self.value, self.value * _CONVERTED[self.unit]
        return (self.value,)

    @property
    def last_digit(self) -> float:
        """What one step of it is worth, before any scale."""
        whole, _, decimals = self.digits.replace(",", "").partition(".")
        if decimals:
            return 10.0 ** -len(decimals)
        rounded = self.value >= ROUNDED_FROM or self.unit in _SCALES
        return 10.0 ** (len(whole) - len(whole.rstrip("0"))) if rounded and self.value else 1.0

    def rounds(self, given: float) -> bool:
        if self.unit in _SHARES and self.value == 100:
            return given == 100
        return any(self._near(reading, given) for reading in self.readings)

    def _near(self, reading: float, given: float) -> bool:
        step = self.last_digit * (reading / self.value if self.value else 1.0)
        off = abs(reading - given)
        return off <= 1e-9 * abs(given) or off <= min(step / 2 * (1 + 1e-9), MOST_OFF * abs(given))


class Given:
    """What a model was given, as JSON. Numbers that only count or name something there, such as an option's number or
    the zones in its label, license no amount."""

    def __init__(self, told: str) -> None:
        self._numbers: set[float] = set()
        self._names: set[str] = set()
        self._take(json.loads(told))

    def _take(self, told: Any) -> None:
        if isinstance(told, Mapping):
            for key, value in told.items():
                self._name(key)
                if key not in _STRUCTURE:
                    self._take(value)
        elif isinstance(told, list):
            for item in told:
                self._take(item)
        elif isinstance(told, str):
            self._name(told)
            for figure in _figures(told):
                if not figure.counts:
                    self._numbers.update(figure.readings)
        elif isinstance(told, (int, float)):
            self._numbers.add(float(told))

    def _name(self, text: str) -> None:
        for item in _WORD.finditer(text):
            if item["name"]:
                name = item["name"].rstrip(".-").casefold()
                self._names.update((name, *(part for part in re.split(r"[_.\-]", name) if _has_letter(part))))

    def check(self, *texts: str) -> None:
        """Raises ValueError that names the first figure which was not given."""
        for text in texts:
            if spelled := _SPELLED.search(text):
                raise ValueError(f"write figures in digits, and only those that you were given, not {spelled[0]!r}")
            if stranger := next(self._strangers(text), None):
                raise ValueError(
                    f"{stranger!r} is not among the figures that you were given: use those as they are, do not"
                    " calculate, and leave out what is not there"
                )

    def _strangers(self, text: str) -> Iterator[str]:
        for item in _WORD.finditer(text):
            if item["name"]:
                name = item["name"].rstrip(".-")
                if not self._known(name.casefold()):
                    yield name
            elif not (figure := _figure(item)).counts and not self._rounds(figure):
                yield figure.written

    def _known(self, name: str) -> bool:
        """A name, or a word that was joined to a given figure, such as sub-80ms."""
        words, _, rest = name.partition("-")
        joined = None if _has_digit(words) else _WORD.fullmatch(rest)
        return name in self._names or (joined is not None and bool(joined["number"]) and self._rounds(_figure(joined)))

    def _rounds(self, figure: _Figure) -> bool:
        """Amounts are in US dollars."""
        return figure.currency in ("", "$") and any(figure.rounds(given) for given in self._numbers)


def _figures(text: str) -> Iterator[_Figure]:
    return (_figure(item) for item in _WORD.finditer(text) if item["number"])


def _figure(found: re.Match[str]) -> _Figure:
    return _Figure(found["currency"] or "", found["number"], (found["unit"] or "").casefold())


def _has_digit(text: str) -> bool:
    return any(item.isdecimal() for item in text)


def _has_letter(text: str) -> bool:
    """A part such as p95 of latency_p95_ms; the 1 of eu-west-1 is no name."""
    return any(item.isalpha() for item in text)
