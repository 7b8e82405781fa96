"""Availability: a percentage, in figures or in nines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.counted import plain
from providers.rulebook.reading import context, tense
from providers.rulebook.reading.candidates import Candidate, Doubt
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.patterns import phrases
from providers.rulebook.reading.spans import stated_from
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import DURATION, PERIOD, factor, unit_of

_NOUN = phrases(
    r"availability|available|uptime|up-time|up(?! to\b)|sla|slo|verfügbarkeit|verfügbar|erreichbar\w*|reachable|online|"
    r"down(?:time)?|broken|outages?|ausfall\w*"
)
_LIKELY = re.compile(r"99[.,]\d{1,3}")
"""Hardly anything else is said with such a figure."""
_AT_LEAST = re.compile(
    r"(?:\b(?:at least|min\.?|minimum|mindestens|promised?|guaranteed?|committed to|(?:content|happy|fine|ok|okay|"
    r"live) with|agreed on)|"
    r">=?)\s?$"
)
_DOWNTIME = re.compile(
    r"\s?(?:of )?(?:planned |unplanned )?(?:downtime|outage|ausfall(?:zeit)?)"
    rf"(?: is (?:ok|fine|acceptable))?(?P<period>{PERIOD.pattern})"
)
_NINES = re.compile(
    r"\b(?P<count>two|three|four|five|six|2|3|4|5|6|zwei|drei|vier|fünf)(?P<half> and a half)?[ -](?:9'?s|"
    r"nines?|neunen)\b"
)
_COUNT = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5}
_PERCENT = re.compile(r"\s?(?:%|percent\b|prozent\b)")
_ENOUGH = re.compile(
    r",? (?:is|are|would be|will do|'s|suffices)?\s?(?:plenty|enough|fine|okay|ok|sufficient|good enough|"
    r"all we need|reicht|genügt)\b"
)
_ENOUGH_BEFORE = re.compile(r"\breich(?:en|t)\b[^.;]{0,20}$")
_ENOUGH = re.compile(
    r",? (?:is|are|would be|will do|'s|suffices)?\s?(?:plenty|enough|fine|okay|ok|sufficient|good enough|all we need|"
    r"reicht|genügt)\b"
)
_ENOUGH_BEFORE = re.compile(r"\breich(?:en|t)\b[^.;]{0,20}$")
_WANTED = re.compile(
    r"\b(?:target\w*|slo|sla|goal|need\w*|must|should|want\w*|at least|requir\w+|ziel|"
    r"soll\w*)\b[^.;,\d]{0,15}$"
)
_OF_AN_ANSWER = re.compile(r"\d ?(?:m?s|seconds?) (?:for|in|at) $")
_SHARE_AFTER = re.compile(
    r"\s(?:(?:are|were|sind|waren|is|was) (?:\w+ly )?(?!enough|fine|ok|okay|plenty|required|needed|a must|the |"
    r"our |what|all|"
    r"sufficient|good|acceptable|wanted|expected|promised|guaranteed|target\w*|mandatory|up\b|available)[a-z]+|"
    r"of (?!the time\b|"
    r"the month\b|the year\b|uptime|availability)[a-z]+)"
)
"""Behind the part of a whole that is so: "99.3 % are clean"."""
_OTHER = phrases(
    r"accura\w+|precision|recall|f1|auc|success\w*|confidence|percentile|of (?:the )?(?:requests?|calls|traffic|"
    r"responses|anfragen)|utili[sz]ation|"
    r"cpu|memory|discount|savings?|saved|cheaper|error"
)


def availabilities(text: Text, amounts: list[Amount]) -> Iterator[Candidate | Doubt]:
    for match in _NINES.finditer(text.working):
        if context.claimed(text, match.start(), match.end()):
            count = _COUNT.get(match["count"]) or int(match["count"])
            value = 100 - 10 ** (2 - count) + (0.5 * 10 ** (2 - count) if match["half"] else 0)
            yield Candidate("availability_slo", round(value, 6), match.start(), match.end(), "nines")
    for amount in amounts:
        yield from _availability(text, amount)
        yield from _downtime(text, amount)


def _downtime(text: Text, amount: Amount) -> Iterator[Candidate]:
    """ "at most 40 minutes of downtime a month": what is left of the period."""
    unit = DURATION.match(text.working, amount.end)
    allowed = None if unit is None else _DOWNTIME.match(text.working, unit.end())
    if unit is None or allowed is None or tense.present_state(text, amount.start, allowed.end()):
        return
    period = PERIOD.match(allowed["period"])
    if period is None or not context.claimed(text, amount.start, unit.end()):
        return
    share = amount.high * factor(unit_of(unit), "hour") / factor(unit_of(period), "hour")
    if 0 < share < 0.5:
        yield Candidate("availability_slo", round(100 * (1 - share), 3), amount.start, allowed.end(), "downtime")


def _is_alone(text: Text, amount: Amount) -> bool:
    """ "us-east-1, 99.95, Redis": nothing else between the commas."""
    span = text.clause(amount.start, amount.end)
    return text.slice(span).strip(" ,.;:()\n") == text.working[amount.start : amount.end]


def _availability(text: Text, amount: Amount) -> Iterator[Candidate | Doubt]:
    percent = _PERCENT.match(text.working, amount.end)
    end = amount.end if percent is None else percent.end()
    sentence = text.sentence(amount.start)
    near = text.working[max(sentence.start, amount.start - 40) : min(sentence.end, end + 30)]
    figure = text.working[amount.start : amount.end]
    bounded = _AT_LEAST.search(text.working, max(0, amount.start - 15), amount.start) is not None
    enough = percent is not None and 95 <= amount.high < 100
    enough = enough and (
        _ENOUGH.match(text.working, end)
        or _ENOUGH_BEFORE.search(text.working[max(0, amount.start - 40) : amount.start])
    )
    alone = _LIKELY.fullmatch(figure) is not None and _is_alone(text, amount)
    likely = alone or bool(enough) or ((percent is not None or bounded) and _LIKELY.fullmatch(figure) is not None)
    if (_NOUN.search(near) is None and not likely) or _OTHER.search(near):
        return
    if percent is not None and _SHARE_AFTER.match(text.working, end):
        return
    if _OF_AN_ANSWER.search(text.working, max(0, amount.start - 15), amount.start):
        return
    if percent is None and not 90 <= amount.high < 100:
        return
    if not context.claimed(text, amount.start, end) or tense.present_state(text, amount.start, end):
        return
    start = stated_from(text, _NOUN, amount.start)
    after = re.compile(
        r"(?: monthly| yearly)? ?(?:availability|uptime|sla|slo|verfügbarkeit|verfügbar|available)\b"
    ).match(text.working, end)
    end = end if after is None else after.end()
    if not 0 < amount.high <= 100:
        yield Doubt(
            "availability_slo",
            start,
            end,
            f"An availability of {plain(amount.high)} % cannot be: it lies between 0 and 100.",
        )
    elif amount.high >= 50:
        wanted = _WANTED.search(text.working, max(0, amount.start - 25), amount.start) is not None
        yield Candidate("availability_slo", amount.high, start, end, "availability", 3 if wanted else 2)
