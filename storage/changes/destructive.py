"""What a change takes away. Each is a sentence for the person who approves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storage.changes.state import State, state_changes


def destructive(base: State, head: State) -> list[str]:
    """Resources removed, replaced or scaled to none; encryption, privacy, zones given up. Empty without a plan on both
    sides: what never was cannot be lost."""
    old, new = base.get("plan"), head.get("plan")
    return [*_resources(old, new), *_safeguards(old, new)] if old and new else []


def _resources(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = ({"plan": {"resources": plan["resources"]}} for plan in (old, new))
    for change in state_changes(before, after):
        resource, _, field = change.path.removeprefix("plan.resources[").partition("]")
        match field, change.kind:
            case "", "removed" if change.old["count"] > 0:
                yield f"{resource} is removed: {_described(change.old)}"
            case ".count", "changed" if change.new == 0:
                yield f"{resource} is scaled to none, from {change.old}"
            case ".sku" | ".region" | ".cloud", "changed":
                yield f"{resource} is replaced: {field.removeprefix('.')} {change.old} becomes {change.new}"
            case _:
                pass


def _described(resource: Mapping[str, Any]) -> str:
    return f"{resource['count']} × {resource['sku']} in {resource['cloud']} {resource['region']}"


def _safeguards(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("encrypted") and not new.get("encrypted"):
        yield "encryption is removed"
    if new.get("public_endpoint") and not old.get("public_endpoint"):
        yield "the endpoint becomes public"
    if (new.get("zones") or 1) < (old.get("zones") or 1):
        yield f"availability zones go from {old['zones']} to {new.get('zones') or 1}"
