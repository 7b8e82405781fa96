"""Rounds that a later one took the place of: which cards they left behind, and what those hold in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from storage.records.events import CostUpdate, Event, RunComplete, StageChanged
from web.filters import plural, usd
from web.views.outcome import READER

_ONE_EACH = {"cost-update": "cost", "policy-update": "policy report", "gate-opened": "approval"}
"""Types of which one holds, whichever node tells it, and the word for one."""
_CRITIC = "Critic · "


def superseded(events: Sequence[Event]) -> dict[int, str]:
    """What took the place of a card, by the seq of the card that gave way."""
    newest = {slot: event.seq for event in events if (slot := place_of(event))}
    return {
        event.seq: f"Superseded by card {newest[slot]}"
        for event in events
        if (slot := place_of(event)) and newest[slot] != event.seq
    }


def place_of(event: Event) -> tuple[str, str] | None:
    """What only the newest of its kind can be: reasons and checks are each node's own, a critic's its own wherever it
    speaks, and an amendment is the plan from then on; there is one cost, one policy report and one gate that hold. None
    for what is never superseded, as what became of a comment."""
    payload = event.payload
    match event.type:
        case "reason-card" if str(payload.get("title")).startswith(_CRITIC):
            return event.type, payload["title"]
        case "reason-card" if event.node == READER:
            return (event.type, "planner") if payload.get("title") == "Amendment" else None
        case "reason-card" | "validator-report":
            return event.type, event.node or ""
        case _:
            return (event.type, "") if event.type in _ONE_EACH else None


def headings(events: Sequence[Event]) -> dict[int, str]:
    """The headings of stages that were gone through again, by seq."""
    newest: dict[object, int] = {}
    for event in events:
        if event.type == "stage-changed":
            newest[event.payload.get("stage"), event.payload.get("status")] = event.seq
    last = set(newest.values())
    return {
        event.seq: "Gone through again" for event in events if event.type == "stage-changed" and event.seq not in last
    }


def folded(events: Sequence[Event], gone: Mapping[int, str]) -> dict[int, str]:
    """The line that stands for the cards that are `gone`, by the seq of the first of them; empty where none is."""
    if not gone:
        return {}
    left = [event for event in events if event.seq in gone]
    names = Counter(map(_name, left))
    costs = [usd(item.cost.likely) for event in left if isinstance(item := event.typed, CostUpdate)]
    words = [
        plural(count, name) + (f" ({', '.join(costs)} /mo)" if name == _ONE_EACH["cost-update"] else "")
        for name, count in names.items()
    ]
    return {min(gone): ", ".join(words)}


def _name(event: Event) -> str:
    if event.type == "reason-card":
        title = str(event.payload.get("title"))
        return "critic" if title.startswith(_CRITIC) else title.lower()
    return _ONE_EACH.get(event.type, "check report")


def says_nothing_new(event: Event) -> bool:
    """Whether the card before or the row after it says the same: a person is waited for, or all is done."""
    match event.typed:
        case StageChanged(status="awaiting_approval") | StageChanged(stage="done") | RunComplete(outcome="waiting"):
            return True
        case _:
            return False
