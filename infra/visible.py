"""What of a text can be seen."""

from __future__ import annotations

import unicodedata

_MARKLESS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"})
"""General categories of characters that leave no mark on their own."""
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by category that are drawn as nothing: Hangul fillers and the empty Braille cell."""
_STEERING = frozenset({"Zl", "Zp", "Cc", "Cf", "Cs"})
"""General categories of line and paragraph breaks, control characters, and format characters, which turn the direction
of a text or part it unseen."""


def shows(text: str) -> bool:
    """Whether anybody would see that there is a text."""
    return any(character not in _BLANK and unicodedata.category(character) not in _MARKLESS for character in text)


def plain(text: str) -> bool:
    """Whether it is one line in which nothing is hidden or turned around."""
    return all(unicodedata.category(character) not in _STEERING for character in text)
