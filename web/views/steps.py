"""The checkpoints of a decision set, and the way between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.checkpoints import CheckpointRow
from web.views.words import node_word


@dataclass(frozen=True, slots=True)
class Step:
    """A checkpoint one can go back to. `seq` is the last event before it."""

    link: str
    label: str
    at: datetime
    number: int
    seq: int


@dataclass(frozen=True, slots=True)
class Walk:
    """The slider over all checkpoints, and the two beside this one; empty addresses at the ends. `action` takes `step`,
    the number to go to, with the fields `kept`."""

    number: int
    total: int
    previous: str
    following: str
    action: str
    kept: list[tuple[str, str]]


def steps(base: str, history: Sequence[CheckpointRow]) -> list[Step]:
    """Oldest first. A node that wrote no event stands where the one before it stood."""
    found: list[Step] = []
    seq = 0
    for row in history:
        seq = max(seq, row.seq or 0)
        if row.checkpoint_id:
            link = f"{base}/at/{row.checkpoint_id}"
            found.append(Step(link, f"after {node_word(row.node)}", row.at, len(found) + 1, seq))
    return found


def at_step(every: Sequence[Step], number: int | None) -> Step | None:
    """The step of that number, the last one if it lies past it or none is asked for; None where there are none."""
    return every[min(number or len(every), len(every)) - 1] if every else None


def walk_of(
    every: Sequence[Step], here: Step | None, action: str, kept: Mapping[str, str], links: Sequence[str]
) -> Walk | None:
    """`links` lead to each step in turn."""
    if here is None:
        return None
    return Walk(
        number=here.number,
        total=len(every),
        previous=links[here.number - 2] if here.number > 1 else "",
        following=links[here.number] if here.number < len(every) else "",
        action=action,
        kept=[*kept.items()],
    )
