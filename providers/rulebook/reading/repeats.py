"""How often a job runs. No field holds it: the planner assumes it by the kind of work and the deadline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from providers.rulebook.reading import context, tense
from providers.rulebook.reading.text import prepare
from providers.rulebook.workload import DAILY, WEEKLY

_NUMBERS = {"once": 1, "one": 1, "a": 1, "an": 1, "twice": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_A_MONTH: dict[str, float] = {"hour": 720, "day": DAILY, "week": WEEKLY, "fortnight": 2, "month": 1, "quarter": 1 / 3}
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend"
_TIMES = re.compile(
    r"\b(?:(?P<number>\d{1,3}) ?(?:x|times|runs?)|(?P<word>once|twice|(?:two|three|four|five|six) (?:times|runs))) "
    r"?(?:a|per|every|each|/) ?(?P<period>hour|day|night|week|fortnight|month|quarter)\b"
)
_EVERY = re.compile(
    r"\b(?:every|each) (?:(?P<other>other|second)? ?(?:(?P<gap>\d{1,2}) )?(?P<period>hour|day|night|week|fortnight|"
    rf"month|quarter)s?|(?P<weekday>{_DAY}))\b"
)
_ADVERB = re.compile(r"\b(?P<adverb>hourly|daily|nightly|weekly|fortnightly|monthly|quarterly)\b")
_ADVERBS = {"hourly": "hour", "daily": "day", "nightly": "day", "weekly": "week", "fortnightly": "fortnight"} | {
    "monthly": "month",
    "quarterly": "quarter",
}
_WORK = re.compile(
    r"\b(?:(?:re-?)?train\w*|fine-?tun\w+|q?lora|batch|jobs?|runs?|(?:re-?)?scor\w+|etl|pipelines?|embed\w*|classif\w+|"
    r"transcrib\w*|index\w*|refresh\w*|update[sd]?|forecast\w*|predict\w*)\b"
)
_OF_SOMETHING_ELSE = re.compile(r"\b(?:reports?|meetings?|budgets?|costs?|spend\w*|releases?|deploy\w*|backups?)\b")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Half open, in code points of the text."""

    runs_a_month: float
    start: int
    end: int


def repeats(text: str) -> list[Repeat]:
    """What is said of jobs alone, in the order it is said."""
    prepared = prepare(text)
    found: list[Repeat] = []
    for match, runs in _said(prepared.working):
        clause = prepared.slice(prepared.clause(*match.span()))
        if not _WORK.search(clause) or _OF_SOMETHING_ELSE.search(clause):
            continue
        if context.claimed(prepared, *match.span()) and not tense.present_state(prepared, *match.span()):
            place = prepared.origin(*match.span())
            found.append(Repeat(runs, place.start, place.end))
    return sorted(found, key=lambda item: item.start)


def _said(words: str) -> Iterator[tuple[re.Match[str], float]]:
    for match in _TIMES.finditer(words):
        times = int(match["number"]) if match["number"] else _NUMBERS[match["word"].split()[0]]
        yield match, times * _a_month(match["period"])
    for match in _EVERY.finditer(words):
        if match["weekday"]:
            yield match, _A_MONTH["week"]
        elif (gap := int(match["gap"] or 1) * (2 if match["other"] else 1)) > 0:
            yield match, _a_month(match["period"]) / gap
    for match in _ADVERB.finditer(words):
        yield match, _A_MONTH[_ADVERBS[match["adverb"]]]


def _a_month(period: str) -> float:
    return _A_MONTH["day" if period == "night" else period]
