"""What stands at the top of every page of a decision set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.records.decision_sets import DecisionSet

Tab = Literal["run", "changes", "timeline", "past"]


@dataclass(frozen=True, slots=True)
class SetHead:
    """The header all pages of a decision set share."""

    id: str
    number: int
    title: str
    project: str
    parent_id: str
    parent_number: int | None
    tab: Tab


def set_head(found: DecisionSet, tab: Tab) -> SetHead:
    return SetHead(found.id, found.number, found.title, found.project, found.parent_id or "", found.parent_number, tab)
