"""Sums of money: amount, currency and period, whatever they are said of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from providers.rulebook.reading import items
from providers.rulebook.reading.exchange import SIGNS, Currency
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import ADVERB, PERIOD, unit_of

_NAMES: dict[Currency, str] = {
    "USD": r"usd|us-?dollars?|dollars?|bucks|us\$|\$|(?<=grand)",
    "EUR": r"eur|euros?|€",
    "GBP": r"gbp|pounds?(?: sterling)?|quid|£",
    "CHF": r"chf|swiss francs?|francs?|franken|sfr\.?|fr\.",
}
_BEFORE = re.compile(
    r"(?:(?P<minus>(?<=[ :])-|(?<=: )- )?(?P<sign>us\$|[$€£])|\b(?P<name>usd|eur|gbp|chf|sfr\.?|fr\.))\s?$"
)
_AFTER = re.compile(r"[ -]?(?:" + "|".join(f"(?P<{code}>{names})" for code, names in _NAMES.items()) + r")(?![a-z])")
_ADJECTIVE = re.compile(
    r"\b(?:(?P<year>annual|yearly|per-year|jahresbudget|jährlich\w*)|(?P<month>monthly|monatlich\w*|"
    r"monatsbudget)|(?P<week>weekly|wöchentlich\w*)|(?P<day>daily|täglich\w*)|(?P<quarter>quarterly)|"
    r"(?P<hour>hourly))\b"
)


_PERIOD_BEHIND = re.compile(
    r"(?:[.,]-{1,2})?(?: (?:in total|total|max|maximum|tops|at most|or less|all in|including everything|netto|"
    r"brutto))*,?"
    rf"(?P<period>{PERIOD.pattern})"
)
_ADVERB_BEHIND = re.compile(rf" (?P<period>{ADVERB.pattern})")
BARE_BEFORE = re.compile(
    r"\$\$+\s?:\s?$|\bbudget\b(?: (?:is|of|to|at|down to|up to|max|about|around|be|"
    r"under))*\s?[:=]?\s?$"
)
_COSTS_AT_MOST = re.compile(
    r"\b(?:costs?|spend|pay|money|budget|kosten|ceiling|cap|allowance|envelope|nte)\b[^.;\d]{0,40}$|"
    r"^(?:[^.;\d]{0,20}[,;] )?(?:under|below|max|less than|"
    r"at most) $"
)


@dataclass(frozen=True, slots=True)
class Sum:
    amount: Amount
    start: int
    end: int
    currency: Currency
    period: str | None
    named: bool
    """A sign or a name says that it is money."""
    periodic: bool
    """The period stands right behind it."""
    negative: bool = False


def money_at(text: Text, amount: Amount) -> Sum | None:
    before = _BEFORE.search(text.working, max(0, amount.start - 5), amount.start)
    after = _AFTER.match(text.working, amount.end)
    start, end = amount.start, amount.end
    currency: Currency = "USD"
    named = True
    if before is not None and before["sign"] == "$" and text.working[: before.start()][-1:].isalpha():
        return None  # another country's dollar, or a real
    if before is not None:
        start = before.start()
        currency = SIGNS.get(before["sign"] or "") or _code(before["name"])
        if after is not None:
            end = after.end()
    elif after is not None:
        currency = next(code for code in get_args(Currency) if after[code] is not None)
        end = after.end()
    elif _bare_budget(text, amount):
        named = False
    else:
        return None
    period, last = _period(text, start, end)
    negative = before is not None and before["minus"] is not None
    return Sum(amount, start, last, currency, period, named, last > end, negative)


def _code(name: str) -> Currency:
    return next(code for code, names in _NAMES.items() if re.fullmatch(names, name))


def _bare_budget(text: Text, amount: Amount) -> bool:
    """ "budget 3500", "3k a month budget": a number without a currency beside the word."""
    before = text.working[max(0, amount.start - 40) : amount.start]
    if re.match(r" budget\b", text.working[amount.end : amount.end + 8]) and amount.high >= 10:
        return True
    period = PERIOD.match(text.working, amount.end)
    if period is not None and unit_of(period) in {"month", "year"}:
        if amount.high >= 10 and items.alone(text, amount.start, period.end()) and items.facts(text, amount.start) >= 2:
            return True
        named = re.match(r",? (?:max )?budget\b", text.working[period.end() : period.end() + 20])
        return named is not None or _COSTS_AT_MOST.search(before) is not None or BARE_BEFORE.search(before) is not None
    if BARE_BEFORE.search(before) is None:
        return False
    return (
        amount.high >= 10
        and re.match(
            r"\s?(?:ms|s|h|%|hours?|seconds?|minutes?|gpus?|gb|tb|days?|tokens?|req)\b", text.working[amount.end :]
        )
        is None
    )


def _period(text: Text, start: int, end: int) -> tuple[str | None, int]:
    tail = _PERIOD_BEHIND.match(text.working, end)
    if tail is not None:
        return period_named(PERIOD, tail["period"]), tail.end()
    adverb = _ADVERB_BEHIND.match(text.working, end)
    if adverb is not None:
        return period_named(ADVERB, adverb["period"]), adverb.end()
    sentence = text.sentence(start)
    adjective = _ADJECTIVE.search(text.working, max(sentence.start, start - 50), start)
    if adjective is None:
        adjective = _ADJECTIVE.search(text.working, end, min(sentence.end, end + 25))
    return (None if adjective is None else adjective.lastgroup), end


def period_named(pattern: re.Pattern[str], words: str) -> str | None:
    match = pattern.match(words) or pattern.match(f" {words}")
    return None if match is None else unit_of(match)
