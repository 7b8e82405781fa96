"""Frames per second of several cameras or streams together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from providers.rulebook.reading import context, tense
from providers.rulebook.reading.candidates import Candidate
from providers.rulebook.reading.numbers import Amount, near
from providers.rulebook.reading.text import Text
from providers.rulebook.reading.units import rounded

_CAMERAS = re.compile(r"[\s-]?(?:[a-z]+ ){0,2}?(?:cameras?|streams?|feeds?|kameras)\b")
_FRAMES = re.compile(r"\s?(?:fps|frames? (?:per|a|/) ?s(?:ec(?:ond)?)?|frames/s|bildern? pro sekunde)\b")


def camera_frames(text: Text, amounts: list[Amount]) -> Iterator[Candidate]:
    for amount in amounts:
        if _CAMERAS.match(text.working, amount.end) is None:
            continue
        for other in near(amounts, amount, 120):
            frames = _FRAMES.match(text.working, other.end)
            if frames is None or not (0 < other.start - amount.end < 80 or 0 < amount.start - other.end < 40):
                continue
            if context.someone_elses(text, amount.start) or tense.present_state(text, amount.start, frames.end()):
                continue
            start, end = min(amount.start, other.start), max(amount.end, frames.end())
            yield Candidate("throughput_rps", rounded(amount.count * other.high), start, end, "cameras", 4)
