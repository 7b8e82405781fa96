"""A file's unified diff as lines, in one column or in two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

LineKind = Literal["hunk", "add", "remove", "same", "note"]


@dataclass(frozen=True, slots=True)
class Line:
    """`old` and `new` are line numbers, empty on the side that does not have the line."""

    kind: LineKind
    old: str
    new: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    kind: Literal["add", "remove", "same", "none"]
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`across` is a hunk's head or a note, which belongs to both sides; then both are empty."""

    across: str
    left: Side
    right: Side


NOTHING = Side("none", "", "")


def unified(lines: Sequence[str]) -> list[Line]:
    """A unified diff with the line numbers of both sides; its header is left out."""
    shown: list[Line] = []
    old = new = 0
    for line in lines:
        if line.startswith("@@"):
            old, new = _starts(line)
            shown.append(Line("hunk", "", "", line))
        elif old == new == 0:
            continue
        elif line.startswith("+"):
            shown.append(Line("add", "", str(new), line[1:]))
            new += 1
        elif line.startswith("-"):
            shown.append(Line("remove", str(old), "", line[1:]))
            old += 1
        elif line.startswith("\\"):
            shown.append(Line("note", "", "", line[2:]))
        else:
            shown.append(Line("same", str(old), str(new), line[1:]))
            old, new = old + 1, new + 1
    return shown


def _starts(hunk: str) -> tuple[int, int]:
    """The first line of each side, at least 1 so that the lines after it count."""
    _, old, new, *_ = hunk.split(" ")
    return max(1, int(old[1:].partition(",")[0])), max(1, int(new[1:].partition(",")[0]))


def paired(lines: Iterable[Line]) -> list[Pair]:
    """What was removed beside what was added in its place."""
    pairs: list[Pair] = []
    removed: list[Side] = []
    added: list[Side] = []

    def settle() -> None:
        pairs.extend(Pair("", left, right) for left, right in zip_longest(removed, added, fillvalue=NOTHING))
        removed.clear()
        added.clear()

    for line in lines:
        match line.kind:
            case "remove":
                if added:
                    settle()
                removed.append(Side("remove", line.old, line.text))
            case "add":
                added.append(Side("add", line.new, line.text))
            case "same":
                settle()
                pairs.append(Pair("", Side("same", line.old, line.text), Side("same", line.new, line.text)))
            case "hunk" | "note":
                settle()
                pairs.append(Pair(line.text, NOTHING, NOTHING))
    settle()
    return pairs
