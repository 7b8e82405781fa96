"""The least that somebody wants to spend ("at least $9,000 a month"): it caps nothing. Beside a lower cap it is a
contradiction, and alone it leaves the cap to be asked for."""

from __future__ import annotations

import re

from providers.rulebook.reading import context
from providers.rulebook.reading.numbers import Amount
from providers.rulebook.reading.sums import Sum
from providers.rulebook.reading.text import Span, Text

_BEFORE = re.compile(
    r"(?:\b(?:at (?:the )?(?:very )?least|(?:no|not|nothing|never|nicht) (?:less|lower|cheaper|weniger|billiger) "
    r"(?:than|als)|a minimum of|minimum(?: of)?|min\.?|mindestens|wenigstens|minimal|"
    r"(?:never|not(?: go| fall| drop)?|nicht) (?:below|unter)|"
    r"(?:min\.?|minimum|minimal|least) (?:monthly |cloud |total )?(?:budget|spend|cost)(?: (?:is|of))?:?)|>=|>)"
    r"(?: (?:about|around|roughly|etwa|rund))*\s?[$€£]?\s?$"
)
_BEHIND = re.compile(r",?\s?(?:at (?:the (?:very )?)?least|at (?:a |the )?minimum|minimum|or more|and up|mindestens)\b")
_JOINED = re.compile(
    r"(?:^|[.;,:(\n]|\b(?:and|but|und|aber))(?:\W|\b(?:and|but|also|too|yet|still|it|must|should|shall|has|have|to|be|"
    r"is|cost|costs|und|aber|auch|soll|muss|es)\b)*$"
)
"""All that stands between a clause's beginning and a floor that says nothing else of its money."""


def floor_at(text: Text, found: Sum) -> Span | None:
    """The sum with the words that make it one."""
    before, behind = _before(text, found), _BEHIND.match(text.working, found.end)
    if before is None and behind is None:
        return None
    return Span(found.start if before is None else before.start(), found.end if behind is None else behind.end())


def is_bare_floor(text: Text, amount: Amount) -> bool:
    """ "at least 9000", in answer to what it may cost at most."""
    return (
        _BEFORE.search(text.working, 0, amount.start) is not None or _BEHIND.match(text.working, amount.end) is not None
    )


def joins_on(text: Text, found: Sum) -> bool:
    """ "the budget is $2k but also at least $9,000 a month": of the money that was spoken of."""
    before = _before(text, found)
    if before is None or not context.claimed(text, found.start, found.end):
        return False
    return _JOINED.search(text.working, text.sentence(found.start).start, before.start()) is not None


def _before(text: Text, found: Sum) -> re.Match[str] | None:
    return _BEFORE.search(text.working, max(text.sentence(found.start).start, found.start - 40), found.start)
