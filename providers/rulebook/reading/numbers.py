"""Finds every amount in a text once: digits, scales ("4k", "1.2 million"), number words, ranges."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from providers.rulebook.reading.patterns import listed

_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "grand": 1e3,
    "tausend": 1e3,
    "tsd": 1e3,
    "m": 1e6,
    "mm": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "mil": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "mrd": 1e9,
    "billion": 1e9,
    "milliarde": 1e9,
    "milliarden": 1e9,
    "trillion": 1e12,
    "hundred": 1e2,
    "dozen": 12,
}
_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS = {
    **{word: number for number, word in enumerate(listed(f"{_UNITS} eighteen nineteen twenty"), start=1)},
    **{
        word: 10 * number
        for number, word in enumerate(listed("thirty forty fifty sixty seventy eighty ninety"), start=3)
    },
    **{
        word: number
        for number, word in enumerate(listed("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"), start=2)
    },
    "eine": 1,
    "einer": 1,
    "single": 1,
    "dual": 2,
    "eine halbe": 0.5,
    "einer halben": 0.5,
    "half a": 0.5,
    "a quarter of a": 0.25,
    "a quarter of an": 0.25,
    "quarter of a": 0.25,
    "einer viertel": 0.25,
    "eine viertel": 0.25,
    "half": 0.5,
    "a pair of": 2,
    "pair of": 2,
}
_DIGITS = r"\d{1,3}(?:[,' ]\d{3})+(?![\d])(?:[.,]\d+)?|\d{1,3}(?:\.\d{3}){2,}(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)*|\.\d+"
_SCALE = (
    r"(?:[ -]?(?:(?:thousand|grand|tausend|millionen|millions?|mil|milliarden?|billion|trillion|hundred|dozen)\b|"
    r"(?:tsd|mio|mrd)\b\.?)|\s?(?:k|m|mm|mn|b|bn)(?!\w)|\s?k(?=[rqt]ps\b|req))"
)
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_REST = rf"(?<=hundred|housand)(?: and | )(?:{_WORD})(?:[ -](?:{_ONES}))?\b(?! (?:hundred|thousand|million))"
"""What follows a spelled hundred or thousand: "and fifty", "twenty-five"."""
_AMOUNT = re.compile(
    rf"(?:(?<![\w.,])(?<!\w[-'])(?P<sign>-)|(?<![\w.])(?<!\w-)(?<!\d[,'])|(?<=\d-)|(?<=\dk-)|(?<=\d\.\.)|(?<=\bsub-)|"
    rf"(?<=[€$£~<>=(]))"
    rf"(?:(?P<digits>{_DIGITS})(?P<scale>{_SCALE})*"
    rf"|\b(?P<word>{_WORD})(?:[ -](?P<unit_word>{_ONES}))?\b(?:(?P<word_scale>{_SCALE})+(?P<word_rest>{_REST})?)?"
    rf"|\ba quarter(?: of a)? (?P<quarter_of>thousand|million|billion)\b"
    rf"|\b(?P<article>a|per)?\s(?P<bare>(?:hundred|thousand|million|dozen)(?: (?:thousand|million))?)\b"
    rf"(?P<bare_rest>{_REST})?)"
)
_VERSION = re.compile(r"\d+(?:\.\d{1,2}){2,}|\d+\.\d+\.\d{4,}|[1-9]\d*\.\d{4,}")
"""Versions and dates, and what only an instrument counts so finely."""
_CONNECTOR = re.compile(
    r"\s?(?P<unit>ms|s|sec|seconds|rps|qps|gb|tb|hours?|h|%|€|k|minutes|days|gpus?)?\s?(?:-{1,2}|\.{2,3}|to|bis|"
    r"\bthrough)\s?[$€£]?\s?"
)
_PAIR = re.compile(
    r"\s?(?P<unit>ms|s|sec|seconds|rps|qps|gb|tb|hours?|h|%|€|\$|usd|eur|k|minutes|days|gpus?)?\s(?:and|"
    r"und)\s[$€£]?\s?"
)
_BETWEEN = re.compile(r"\b(?:between|zwischen|from|von)\s+[$€£]?\s?$")


_CHANGES = re.compile(r"\b(?:to|bis)\b")
"""Between a higher and a lower figure it names a change, not a range."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range. `dotted` marks a figure such as 4.000: four in English, four thousand in German. `scaled`
    says that a word or letter such as "k" was part of it. `letter` is that letter when it could be a unit, too."""

    start: int
    end: int
    low: float
    high: float
    dotted: bool = False
    letter: str = ""
    words: bool = False

    @property
    def count(self) -> float:
        """The upper end, read as a count of whole things or of money."""
        return self.high * 1000 if self.dotted else self.high

    @property
    def is_range(self) -> bool:
        return self.low != self.high


def amounts(working: str, german: bool) -> list[Amount]:
    found = list(_singles(working, german))
    joined: list[Amount] = []
    position = 0
    while position < len(found):
        first = found[position]
        second = found[position + 1] if position + 1 < len(found) else None
        if second is not None and _is_range(working, first, second):
            joined.append(_range(first, second))
            position += 2
        else:
            joined.append(first)
            position += 1
    return joined


def near(found: list[Amount], amount: Amount, reach: int) -> list[Amount]:
    """The amounts of a sorted list that begin within `reach` code points of another."""
    first = bisect_left(found, amount.start - reach, key=lambda item: item.start)
    last = bisect_right(found, amount.start + reach, key=lambda item: item.start)
    return found[first:last]


def _singles(working: str, german: bool) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(working):
        scale, letter = _scale(working[match.start() : match.end()], match)
        dotted = False
        if match["digits"] and _VERSION.fullmatch(match["digits"]):
            continue
        if match["digits"]:
            value, dotted = _number(match["digits"], german)
        elif match["word"]:
            value = _WORDS[match["word"]]
            if match["unit_word"] and value >= 20:
                value += _WORDS[match["unit_word"]]
        elif match["quarter_of"]:
            value, scale = 0.25, _SCALES[match["quarter_of"]]
        else:
            value, scale = 1.0, prod(_SCALES[word] for word in match["bare"].split())
        value = (value * scale + _rest(match["word_rest"] or match["bare_rest"])) * (-1 if match["sign"] else 1)
        yield Amount(match.start(), match.end(), value, value, dotted and scale == 1, letter, not match["digits"])


def _rest(words: str | None) -> float:
    return sum(_WORDS[word] for word in re.findall(r"[a-zäöüß]+", words or "") if word in _WORDS)


def _scale(words: str, match: re.Match[str]) -> tuple[float, str]:
    if not (match["scale"] or match["word_scale"]):
        return 1.0, ""
    number = match["digits"] or match["word"]
    tail = words[words.index(number) + len(number) :]
    scale, letter = 1.0, ""
    for word in re.findall(r"[a-z]+", tail):
        if word in _SCALES:
            scale *= _SCALES[word]
            letter = word if len(word) == 1 else ""
    return scale, letter


def _number(digits: str, german: bool) -> tuple[float, bool]:
    """The value, and whether it could mean a thousand times as much."""
    digits = digits.replace(" ", "").replace("'", "").rstrip(".,")
    commas, dots = digits.count(","), digits.count(".")
    grouped_comma = re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", digits) is not None
    grouped_dot = re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", digits) is not None
    if commas and dots:
        decimal = max(digits.rfind(","), digits.rfind("."))
        whole = re.sub(r"[.,]", "", digits[:decimal])
        return float(f"{whole}.{digits[decimal + 1 :]}"), False
    if commas:
        if grouped_comma and not (german and commas == 1):
            return float(digits.replace(",", "")), False
        return float(digits.replace(",", ".", 1).replace(",", "")), False
    if dots > 1 or (dots and german and grouped_dot):
        return float(digits.replace(".", "")), False
    return float(digits or 0), grouped_dot


def _is_range(working: str, first: Amount, second: Amount) -> bool:
    gap = working[first.end : second.start]
    if len(gap) > 14 or second.low < 0:
        return False
    between = _CONNECTOR.fullmatch(gap)
    if between is None:
        between = _PAIR.fullmatch(gap)
        if between is None or _BETWEEN.search(working, max(0, first.start - 12), first.start) is None:
            return False
    if first.low > second.high * 1.0 and second.letter == first.letter and _CHANGES.search(gap):
        return False
    unit = between["unit"]
    if unit in {None, "k", "€", "$", "%", "usd", "eur"}:
        return True
    return re.match(rf"[ -]?{re.escape(unit)}\b", working[second.end :]) is not None


def _range(first: Amount, second: Amount) -> Amount:
    low, high = first.low, second.high
    if low < high and second.letter == "k" and first.letter == "" and low * 1000 <= high:
        low *= 1000
    if low > high:
        low, high = high, low
    return Amount(first.start, second.end, low, high, second.dotted, second.letter)
