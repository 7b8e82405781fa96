"""What a plan changes against the one that stood: a few lines to decide by, old and new beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from storage.changes.destructive import Loss
from storage.changes.state import State, matched
from storage.records.changes import PlanMove

Resource = Mapping[str, Any]
Pairs = dict[str, tuple[Resource | None, Resource | None]]
"""Resources by name, as they stood and as they would be; None on the side that has none."""
Lost = AbstractSet[tuple[str, str]]
"""Resource and field of each loss."""

MACHINES = "compute"
SAFEGUARDS: tuple[tuple[str, str, Mapping[bool, str]], ...] = (
    ("encrypted", "Encryption", {True: "on", False: "off"}),
    ("public_endpoint", "Endpoint", {True: "public", False: "private"}),
)
PURCHASES = {"on_demand": " on demand", "spot": " spot"}


def plan_moves(base: State, head: State, taken: Sequence[Loss]) -> list[PlanMove]:
    """Region, machines, zones, safeguards, and what else runs, in this order. Empty without a plan on both sides. What
    only one of the plans says nothing of is not compared. `taken` is what `head` takes away of what is committed, which
    need not be `base`."""
    old, new = base.get("plan"), head.get("plan")
    if not old or not new:
        return []
    lost = {(loss.resource, loss.field) for loss in taken}
    pairs = _pairs(old, new)
    machines = {name: pair for name, pair in pairs.items() if any(side and side["kind"] == MACHINES for side in pair)}
    rest = {name: pair for name, pair in pairs.items() if name not in machines}
    return [
        *_places(pairs, lost),
        *_sizes(machines, lost),
        *_zones(old, new, lost),
        *_safeguards(old, new, lost),
        *_sizes(rest, lost),
    ]


def resource_counts(base: State, head: State) -> dict[str, int]:
    """Resources added, changed and removed. Without a plan in `base`, all are added."""
    pairs = _pairs(base.get("plan") or {}, head.get("plan") or {}).values()
    return {
        "added": sum(old is None for old, _ in pairs),
        "changed": sum(old is not None and new is not None and old != new for old, new in pairs),
        "removed": sum(new is None for _, new in pairs),
    }


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Pairs:
    return matched("resources", old.get("resources", []), new.get("resources", []))


def _places(pairs: Pairs, lost: Lost) -> Iterator[PlanMove]:
    """One line for all that moves from one place to another."""
    moved: defaultdict[tuple[str, str], list[tuple[str, Resource]]] = defaultdict(list)
    for name, (old, new) in pairs.items():
        if old and new and _place(old) != _place(new):
            moved[_place(old), _place(new)].append((name, new))
    for (before, after), resources in moved.items():
        what = "Region" if _whole(pairs, resources) else f"Region of {', '.join(_kind(item) for _, item in resources)}"
        taken = any((name, field) in lost for name, _ in resources for field in ("region", "cloud"))
        yield PlanMove(what=what, old=before, new=after, destructive=taken)


def _whole(pairs: Pairs, moved: Sequence[tuple[str, Resource]]) -> bool:
    """Whether what computes moves, or everything does."""
    return len(moved) == len(pairs) or any(item["kind"] == MACHINES for _, item in moved)


def _sizes(pairs: Pairs, lost: Lost) -> Iterator[PlanMove]:
    for name, (old, new) in pairs.items():
        before, after = _size(old), _size(new)
        if before != after:
            taken = any((name, field) in lost for field in ("", "sku", "count"))
            yield PlanMove(what=_kind(new or old or {}), old=before, new=after, destructive=taken)


def _zones(old: Mapping[str, Any], new: Mapping[str, Any], lost: Lost) -> Iterator[PlanMove]:
    before, after = old.get("zones"), new.get("zones")
    if before and after and before != after:
        yield PlanMove(what="Zones", old=str(before), new=str(after), destructive=("", "zones") in lost)


def _safeguards(old: Mapping[str, Any], new: Mapping[str, Any], lost: Lost) -> Iterator[PlanMove]:
    for field, what, words in SAFEGUARDS:
        if field in old and field in new and bool(old[field]) != bool(new[field]):
            before, after = words[bool(old[field])], words[bool(new[field])]
            yield PlanMove(what=what, old=before, new=after, destructive=("", field) in lost)


def _place(resource: Resource) -> str:
    return f"{resource['cloud']} {resource['region']}"


def _size(resource: Resource | None) -> str:
    if resource is None:
        return "none"
    return f"{resource['count']} × {resource['sku']}{PURCHASES.get(resource.get('purchase', ''), '')}"


def _kind(resource: Resource) -> str:
    kind = str(resource["kind"])
    return "Machines" if kind == MACHINES else kind.replace("_", " ").capitalize()
