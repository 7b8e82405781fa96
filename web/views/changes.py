"""One page that shows what moved in state, git, cost, policy and constraints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage.records.changes import ChangeSummary, ConstraintChange, CostChange, PolicyChange, StateChange
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import DecisionSet, DecisionSetSummary
from web.filters import usd
from web.views.changed_files import KINDS, FileView, Filter, file_views
from web.views.set_head import SetHead, set_head
from web.views.words import Mark, field_label, outcome_mark, value_words

_SAME = Mark("done", "unchanged", "stale")
_OF_THEIR_OWN = {"constraints", "policy_results", "cost_estimate"}
"""Channels with a section of their own."""
_IN_FIGURES = {"cost_estimate.likely", "cost_estimate.currency", "cost_estimate.price_book"}


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the summary, and where it stands."""

    mark: Mark
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of the state, constraint or policy part. `card` links the card that caused it."""

    mark: Mark
    path: str
    old: str
    new: str
    card: str
    destructive: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A channel of the state with what moved in it."""

    anchor: str
    name: str
    moved: list[Moved]
    destructive: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What stands in the list at the side, and what of it was looked at."""

    decision_set: str
    filter: Filter
    parts: list[Part]
    files: list[FileView]
    viewed: int


@dataclass(frozen=True, slots=True)
class ViewedFile:
    """One file after its tick, with the list that counts it."""

    listed: Listed
    file: FileView


@dataclass(frozen=True, slots=True)
class Base:
    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """`added`, `changed` and `removed` count resources, `lines` the lines of the state. `cost_lines` is what moved in
    the estimate besides its sum. `unified` and `split` are the addresses of the two layouts."""

    head: SetHead
    bases: list[Base]
    base_label: str
    head_label: str
    added: int
    changed: int
    removed: int
    lines: int
    summary: list[Point]
    destructive: list[str]
    cost: CostChange
    cost_lines: list[Moved]
    policy: list[Moved]
    policy_same: list[Moved]
    constraints: list[Moved]
    constraints_same: list[Moved]
    listed: Listed
    base_commit: str
    head_commit: str
    filter: Filter
    unified: str
    split: str
    twin: str


def changes_page(
    found: DecisionSet,
    summary: ChangeSummary,
    others: Sequence[DecisionSet | DecisionSetSummary],
    *,
    chosen: Filter,
    viewed: Collection[tuple[str, str]],
) -> ChangesPage:
    """`others` are the decision sets one may compare with, the base among them; `viewed` holds (path, patch hash) of
    the files this person has looked at."""
    base = next((other for other in others if other.id == summary.base), None)
    here = f"/decision-sets/{found.id}"
    moved = listed(found, summary, chosen, viewed)
    kinds = Counter(_resources(summary).values())
    return ChangesPage(
        head=set_head(found, "changes"),
        bases=[Base(other.id, f"#{other.number} {other.title}", other.id == summary.base) for other in others],
        base_label=f"#{base.number}" if base else "nothing",
        head_label=f"#{found.number}",
        added=kinds["added"],
        changed=kinds["changed"],
        removed=kinds["removed"],
        lines=sum(len(part.moved) for part in moved.parts),
        summary=_summary(summary, here),
        destructive=summary.destructive,
        cost=summary.cost,
        cost_lines=[
            replace(_state(item, here, ()), path=item.path.removeprefix("cost_estimate."))
            for item in summary.state
            if _channel(item) == "cost_estimate" and item.path not in _IN_FIGURES
        ],
        policy=[_policy(item, here) for item in summary.policy if item.changed],
        policy_same=[_policy(item, here) for item in summary.policy if not item.changed],
        constraints=[_constraint(item, here) for item in summary.constraints],
        constraints_same=_constraints_same(found.constraints, summary.constraints),
        listed=moved,
        base_commit=summary.git.base_commit or "",
        head_commit=summary.git.head_commit or "",
        filter=chosen,
        unified=f"{here}/changes{chosen.query(view='')}",
        split=f"{here}/changes{chosen.query(view='split')}",
        twin=f"/api{here}/changes" + (f"?against={chosen.against}" if chosen.against else ""),
    )


def listed(found: DecisionSet, summary: ChangeSummary, chosen: Filter, viewed: Collection[tuple[str, str]]) -> Listed:
    files = file_views(summary.git.files, chosen, viewed)
    parts = _parts(summary, f"/decision-sets/{found.id}")
    return Listed(found.id, chosen, parts, files, sum(file.viewed for file in files))


def _summary(summary: ChangeSummary, here: str) -> list[Point]:
    """What was asked for otherwise, then what came of it."""
    asked = [_constraint(item, here) for item in summary.constraints]
    points = [
        Point(item.mark, f"{item.path}: {item.old or 'not stated'} → {item.new or 'not stated'}", item.card)
        for item in asked
    ]
    resources = _resources(summary)
    for kind, mark in KINDS.items():
        names = [name for name, moved in resources.items() if moved == kind]
        if names:
            points.append(Point(mark, f"{', '.join(names)} {kind}", "#state-plan"))
    cost = summary.cost
    if cost.head is not None and cost.base is not None and cost.delta:
        mark = Mark("cost", "cost", "fail" if cost.delta > 0 else "ok")
        points.append(Point(mark, f"Likely cost: {usd(cost.base)} → {usd(cost.head)} /mo", "#cost"))
    for item in summary.policy:
        if item.changed and item.base and item.head:
            points.append(Point(outcome_mark(item.head), f"{item.title}: {item.base} → {item.head}", "#policy"))
    return points


def _resources(summary: ChangeSummary) -> dict[str, str]:
    """Whether each resource of the plan that moved was added, changed or removed, by what names it."""
    found: dict[str, str] = {}
    for change in summary.state:
        if part := re.match(r"plan\.resources\[([^]]*)\](.*)", change.path):
            found[part[1]] = "changed" if part[2] else change.kind
    return found


def _channel(change: StateChange) -> str:
    return re.split(r"[.\[]", change.path, maxsplit=1)[0]


def _parts(summary: ChangeSummary, here: str) -> list[Part]:
    """What has no section of its own on the page."""
    grouped: dict[str, list[Moved]] = {}
    for change in summary.state:
        if (name := _channel(change)) not in _OF_THEIR_OWN:
            grouped.setdefault(name, []).append(_state(change, here, summary.destructive))
    return [
        Part(f"state-{name}", name.replace("_", " "), moved, any(item.destructive for item in moved))
        for name, moved in grouped.items()
    ]


def _card(here: str, cause: int | None) -> str:
    return f"{here}?card={cause}#card-{cause}" if cause else ""


def _state(change: StateChange, here: str, destructive: Sequence[str]) -> Moved:
    lost = change.kind == "removed" and any(_names(change.path, item) for item in destructive)
    card = _card(here, change.cause)
    return Moved(KINDS[change.kind], change.path, _value(change.old), _value(change.new), card, lost)


def _names(path: str, sentence: str) -> bool:
    """Whether a destructive change is about this path."""
    key = path.partition("[")[2].partition("]")[0]
    return bool(key) and key in sentence


def _value(value: Any) -> str:
    """In words, without the fields of a record that say nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            named = [(name.replace("_", " "), _value(item)) for name, item in value.items()]
            return ", ".join(f"{name}: {words}" for name, words in named if words)
        case list():
            return "; ".join(map(_value, value))
        case _:
            return str(value)


def _policy(item: PolicyChange, here: str) -> Moved:
    mark = outcome_mark(item.head or "not evaluated")
    now = f"{item.head}: {item.actual} (required {item.required})" if item.head else ""
    return Moved(mark, item.title, item.base or "", now, _card(here, item.cause))


def _constraint(item: ConstraintChange, here: str) -> Moved:
    old, new = ("" if value is None else value_words(item.field, value) for value in (item.old, item.new))
    return Moved(KINDS[item.kind], field_label(item.field), old, new, _card(here, item.cause))


def _constraints_same(known: ConstraintSchema, moved: Sequence[ConstraintChange]) -> list[Moved]:
    """Values in which neither side differs stand in the head's constraints."""
    fields = {item.field for item in moved}
    same = [(name, value_words(name, item.value)) for name, item in known.root.items() if name not in fields]
    return [Moved(_SAME, field_label(name), words, words, "") for name, words in same]
