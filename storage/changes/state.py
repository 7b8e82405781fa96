"""What moved between two states. Records in lists are matched by what names them, so that a new resource is one
addition and not a shift of all that follow; and every comparison is linear in the size of the states."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deepdiff import DeepDiff

from storage.records.canonical import canonical_json, sha256_of_bytes
from storage.records.changes import Kind, StateChange

State = Mapping[str, Any]
"""The channels of a decision set's state as JSON."""

COMPARED = (
    "constraints",
    "plan",
    "candidates",
    "critiques",
    "cost_estimate",
    "policy_results",
    "basis",
    "approval",
    "validation",
)
"""The channels that hold decisions. The rest is the graph's own bookkeeping, rounds, baselines, messages; and `bundle`
and `commit`, whose files the git part shows line by line."""

LEFT_OUT = {
    ("approval", "gate"),  # an id that differs in every run
    ("approval", "comment_event"),  # likewise a place in one log
    ("approval", "capsule"),  # a hash over what else stands here
    ("plan", "candidates"),  # the channel `candidates`
    ("validation", "checks", "detail"),  # a tool's last line, with how long it took
    ("validation", "checks", "log_tail"),
}
"""Paths through a channel's records, in lists too."""

NAMED_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "resources": (("kind",), ("kind", "sku"), ("kind", "cloud", "region", "sku", "purchase")),
    "candidates": (("label",),),
    "results": (("id",),),
    "lines": (("item",), ("item", "unit")),
    "critiques": (("critic",),),
    "patterns": (("name",),),
    "checks": (("tool",),),
    "overrides": (("policy",),),
}
"""What names a record of a list, the shortest first: the first holds under which no name occurs twice on a side."""

DEEPEST = 12
"""Levels; what lies deeper is compared as one value."""

LARGE = 8 * 1024
"""Bytes of canonical JSON; a larger value is compared and shown by its hash."""

Tree = dict[str, Any]
"""Nested dicts whose leaves are canonical JSON, so that 1, true and "1" differ and nothing deeper is ever compared."""


def state_changes(base: State, head: State) -> list[StateChange]:
    """By path. Without a base state, `{}`, everything is added; a record that is added or removed stands whole."""
    old, new = comparable(base), comparable(head)
    left, right = _trees(old, new)
    return sorted(_changes(left, right), key=lambda change: change.path) if old or new else []


def state_counts(base: State, head: State) -> dict[str, int]:
    """Paths added, changed and removed."""
    kinds = [change.kind for change in state_changes(base, head)]
    return {kind: kinds.count(kind) for kind in ("added", "changed", "removed")}


def matched(
    name: str, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]
) -> dict[str, tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """The records of two lists of the field `name`, by what names them in a path; None on the side without one."""
    names = _names(name, [old, new])
    left, right = (dict(zip(_keys(side, names), side, strict=True)) for side in (old, new))
    return {key[1:-1]: (left.get(key), right.get(key)) for key in {**left, **right}}


def comparable(state: State) -> dict[str, Any]:
    """The compared channels. Of a constraint only the value: a child confirms what its parent stated, which changes how
    sure it is and where it was said, and decides nothing."""
    kept = {name: state[name] for name in COMPARED if state.get(name) not in (None, {}, [])}
    if "constraints" in kept:
        kept["constraints"] = constraint_values(kept["constraints"])
    for channel, *path in LEFT_OUT:
        if channel in kept:
            kept[channel] = _without(kept[channel], path)
    return kept


def _without(value: Any, path: list[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, path) for item in value]
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    rest = {key: item for key, item in value.items() if key != path[0]}
    return rest if len(path) == 1 else {**rest, path[0]: _without(value[path[0]], path[1:])}


def constraint_values(constraints: Mapping[str, Any]) -> dict[str, Any]:
    return {field: item["value"] for field, item in constraints.items()}


def _changes(old: Tree, new: Tree) -> Iterator[StateChange]:
    # DeepDiff would else report two dicts with few keys in common as one change, and skip keys that begin with `__`.
    diff = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    for item in diff.get("dictionary_item_added", []):
        yield from _whole(item.path(output_format="list"), "added", item.t2)
    for item in diff.get("dictionary_item_removed", []):
        yield from _whole(item.path(output_format="list"), "removed", item.t1)
    for report in ("values_changed", "type_changes"):
        for item in diff.get(report, []):
            path = _join(item.path(output_format="list"))
            yield StateChange(path=path, kind="changed", old=_shown(item.t1), new=_shown(item.t2))


def _whole(path: list[str], kind: Kind, tree: Any) -> Iterator[StateChange]:
    """One change for a leaf or a record, else one for each part."""
    if isinstance(tree, dict) and tree and not path[-1].startswith("["):
        for key, value in tree.items():
            yield from _whole([*path, key], kind, value)
    elif kind == "added":
        yield StateChange(path=_join(path), kind=kind, new=_shown(tree))
    else:
        yield StateChange(path=_join(path), kind=kind, old=_shown(tree))


def _join(path: list[str]) -> str:
    return "".join(part if part.startswith("[") else f".{part}" for part in path).removeprefix(".")


def _trees(old: Any, new: Any, name: str = "", depth: int = 0) -> tuple[Any, Any]:
    """Both sides with the same keys for the same records; `name` is the field they stand in. None: not on that side."""
    sides = [side for side in (old, new) if side is not None]
    if any(sides) and depth < DEEPEST:
        if all(isinstance(side, Mapping) for side in sides):
            return _pairs(old, new, depth)
        if all(isinstance(side, list) and all(isinstance(item, Mapping) for item in side) for side in sides):
            names = _names(name, sides)
            return _pairs(_keyed(old, names), _keyed(new, names), depth)
    return _leaf(old), _leaf(new)


def _pairs(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, depth: int) -> tuple[Tree | None, Tree | None]:
    left, right = (None if side is None else {} for side in (old, new))
    for key in {**(old or {}), **(new or {})}:
        one, two = _trees((old or {}).get(key), (new or {}).get(key), key, depth + 1)
        if left is not None and one is not None:
            left[key] = one
        if right is not None and two is not None:
            right[key] = two
    return left, right


def _names(name: str, sides: list[list[Mapping[str, Any]]]) -> tuple[str, ...]:
    """The fields that name a record here; none where nothing does, and then its place counts."""
    for fields in NAMED_BY.get(name, ()):
        if all(len(set(_keys(side, fields))) == len(side) for side in sides):
            return fields
    return ()


def _keyed(records: list[Mapping[str, Any]] | None, names: tuple[str, ...]) -> dict[str, Mapping[str, Any]] | None:
    return None if records is None else dict(zip(_keys(records, names), records, strict=True))


def _keys(records: list[Mapping[str, Any]], names: tuple[str, ...]) -> list[str]:
    if not names:
        return [f"[{place}]" for place in range(len(records))]
    return [f"[{' '.join(str(record.get(field)) for field in names)}]" for record in records]


def _leaf(value: Any) -> str | None:
    if value is None:
        return None
    text = canonical_json(value)
    return text.decode() if len(text) <= LARGE else f"sha256:{sha256_of_bytes(text)}"


def _shown(tree: Any) -> Any:
    """What a leaf or a record was before it became a tree."""
    if isinstance(tree, str):
        return tree if tree.startswith("sha256:") else json.loads(tree)
    if all(key.startswith("[") for key in tree):
        return [_shown(value) for value in tree.values()]
    return {key: _shown(value) for key, value in tree.items()}
