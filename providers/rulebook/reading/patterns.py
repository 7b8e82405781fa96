"""Builds the regular expressions of the rules, so that long lists of words stay readable."""

from __future__ import annotations

import re
from functools import lru_cache


def joined(lines: str) -> str:
    """One alternation from several lines; each line ends with the "|" that joins it to the next."""
    return "".join(line.strip() for line in lines.splitlines())


def listed(words: str) -> list[str]:
    """The words of several lines."""
    return words.split()


def phrases(lines: str) -> re.Pattern[str]:
    """Matches any of the phrases as whole words."""
    return re.compile(rf"\b(?:{joined(lines)})\b")


@lru_cache(maxsize=4096)
def says(pattern: re.Pattern[str], words: str) -> bool:
    """Whether the pattern is found; kept, since every mention in a clause asks the same of it."""
    return pattern.search(words) is not None


BOUND = joined(
    r"""at most|up to|no more than|not more than|no longer than|not (?:to )?exceed(?:ing)?|less than|lower than|
        fewer than|smaller than|cheaper than|faster than|under|below|beneath|within|max\.?(?:imum)?(?: of)?|
        maximally|at least|minimum(?: of)?|min\.?|more than|over|above|around|about|roughly|approximately|
        approx\.?|circa|ca\.?|some|nearly|almost|maybe|ideally|exactly|only|just|höchstens|maximal|unter|bis zu|
        bis|weniger als|nicht mehr als|innerhalb von|etwa|rund|ungefähr|mindestens|nur|<=?|>=?|~|=|:"""
)
LEAD = re.compile(
    rf"(?:\b(?:is|are|be|of|at|to|by|in|on|should|must|stay|remain|keep|kept|it|the|a|an|well|was|set|und|"
    rf"and|von|liegt|bei|sein|soll|target|budget|limit)\b|{BOUND}|[^\S\n])*$"
)
"""The small words between a noun such as "latency" and its amount."""
