"""Answers whose unit or sign shows that they are about something else than what was asked."""

from __future__ import annotations

import re

from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, SIZE
from storage.records.constraints import FieldName

_NEGATIVE = re.compile(r"(?:\bminus|\bnegative|[-−])\s?$")
_OTHER_MONEY = re.compile(r"¥|₹|\b(?:yen|jpy|rupees?|inr|yuan|cny|rmb|krona|kronor|sek|nok|dkk|zł|pln|aud|cad|brl)\b")
_MONEY = re.compile(r"[$€£]|\b(?:usd|dollars?|bucks|eur(?:os?)?|gbp|pounds?|chf|franken|francs?)\b")
_PERCENT = re.compile(r"\s?(?:%|percent\b|prozent\b)")
_TOKENS = re.compile(r"\s?(?:\w+ )?tokens?\b")
_RECORDS = re.compile(
    r"\s?(?:rows|records|documents|docs|files|images|pictures|texts|pages|messages|tickets|zeilen|bilder|dokumente|"
    r"dateien)\b"
)
_KINDS = {
    "a time": DURATION,
    "an amount of data": SIZE,
    "a share": _PERCENT,
    "a number of tokens": _TOKENS,
}
_TAKES: dict[FieldName, tuple[str, str]] = {
    "latency_p95_ms": ("a time", "a time, such as 80 ms"),
    "throughput_rps": ("", "requests for a time, such as 50 a second"),
    "monthly_budget_usd": ("an amount of money", "US dollars, euros, pounds or Swiss francs a month"),
    "gpu_count": ("", "how many GPUs"),
    "model_size_params": ("", "how many parameters, such as 7B"),
    "dataset_size_gb": ("an amount of data", "an amount of data, such as 200 GB"),
    "availability_slo": ("a share", "a percentage, such as 99.9 %"),
    "deadline_hours": ("a time", "a time, such as 6 hours"),
    "max_replicas": ("", "how many copies"),
}
"""The kind of amount that the field takes where a unit stands with it, and how an answer looks."""


def misplaced(text: Text, amount: Amount, field: FieldName) -> str | None:
    """Why this amount cannot be the answer, for a person to read; None when it may be."""
    takes, example = _TAKES[field]
    words = text.working
    if _NEGATIVE.search(words, 0, amount.start) and not _ranges(words, amount):
        return f"The answer is below zero, and has to be {example}."
    if _OTHER_MONEY.search(words):
        return f"An amount in this currency cannot be read: the answer has to be {example}."
    kind = next((name for name, pattern in _KINDS.items() if pattern.match(words, amount.end)), None)
    if field == "dataset_size_gb" and _RECORDS.match(words, amount.end):
        kind = "a number of records"
    if kind is None and _MONEY.search(words):
        kind = "an amount of money"
    if kind is None or kind == takes:
        return None
    return f"The answer is {kind}, and has to be {example}."


def _ranges(words: str, amount: Amount) -> bool:
    """ "5-10": the sign stands between two numbers."""
    return re.search(r"\d\s?[-−]\s?$", words[: amount.start]) is not None
