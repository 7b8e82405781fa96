"""What a change takes away. Each is a sentence for the person who approves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storage.changes.state import State, state_changes


@dataclass(frozen=True, slots=True)
class Loss:
    """`resource` is empty where the whole plan loses it, `field` where the resource itself goes."""

    resource: str
    field: str
    sentence: str


def destructive(base: State, head: State) -> list[str]:
    """Resources removed, replaced or scaled to none; encryption, privacy, zones given up. Empty without a plan on both
    sides: what never was cannot be lost."""
    return [loss.sentence for loss in losses(base, head)]


def losses(base: State, head: State) -> list[Loss]:
    """The same with what is lost in each."""
    old, new = base.get("plan"), head.get("plan")
    return [*_resources(old, new), *_safeguards(old, new)] if old and new else []


def _resources(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Loss]:
    before, after = ({"plan": {"resources": plan["resources"]}} for plan in (old, new))
    for change in state_changes(before, after):
        resource, _, field = change.path.removeprefix("plan.resources[").partition("]")
        match field, change.kind:
            case "", "removed" if change.old["count"] > 0:
                yield Loss(resource, "", f"{resource} is removed: {_described(change.old)}")
            case ".count", "changed" if change.new == 0:
                yield Loss(resource, "count", f"{resource} is scaled to none, from {change.old}")
            case ".sku" | ".region" | ".cloud", "changed":
                name = field.removeprefix(".")
                yield Loss(resource, name, f"{resource} is replaced: {name} {change.old} becomes {change.new}")
            case _:
                pass


def _described(resource: Mapping[str, Any]) -> str:
    return f"{resource['count']} × {resource['sku']} in {resource['cloud']} {resource['region']}"


def _safeguards(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Loss]:
    if old.get("encrypted") and not new.get("encrypted"):
        yield Loss("", "encrypted", "encryption is removed")
    if new.get("public_endpoint") and not old.get("public_endpoint"):
        yield Loss("", "public_endpoint", "the endpoint becomes public")
    if (new.get("zones") or 1) < (old.get("zones") or 1):
        yield Loss("", "zones", f"availability zones go from {old['zones']} to {new.get('zones') or 1}")
