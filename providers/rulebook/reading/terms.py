"""Named things: finds each name of a vocabulary that the operator claims for the own workload."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from providers.rulebook.reading import context
from providers.rulebook.reading.text import Text


@dataclass(frozen=True, slots=True)
class Mention:
    name: str
    start: int
    end: int


class Vocabulary:
    """Patterns by name; each matches whole words and captures nothing. Where two match at one place, the earlier in the
    mapping wins."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._names = list(patterns)
        groups = "|".join(f"(?P<g{number}>{pattern})" for number, pattern in enumerate(patterns.values()))
        self._pattern = re.compile(rf"(?:(?<![\w\x00-])|(?<=\dx))(?:{groups})(?![\w\x00])")

    def all(self, text: Text) -> Iterator[Mention]:
        for match in self._pattern.finditer(text.working):
            yield Mention(self._names[int((match.lastgroup or "g0")[1:])], match.start(), match.end())

    def claimed(self, text: Text) -> Iterator[Mention]:
        """Without those that are denied, guessed, left behind, somebody else's or only asked about."""
        for mention in self.all(text):
            if context.claimed(text, mention.start, mention.end):
                yield mention
