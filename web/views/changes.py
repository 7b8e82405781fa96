"""One page that shows what moved in state, git, cost, policy and constraints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from storage.records.changes import ChangeSummary, CostChange, FileChange, StateChange
from storage.records.decision_sets import DecisionSet, DecisionSetSummary
from web.views.decision_set import SetHead, set_head
from web.views.words import Mark, field_label, outcome_mark, value_words

LineKind = Literal["hunk", "add", "remove", "same", "note"]
LONGEST_PATCH = 2000
"""Lines of one file's patch on the page; the rest is a download away."""

_KINDS = {
    "added": Mark("plus", "added", "ok"),
    "changed": Mark("tilde", "changed", "waiting"),
    "removed": Mark("minus", "removed", "fail"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of the state, constraint or policy part. `card` is the seq of the card that caused it."""

    mark: Mark
    path: str
    old: str
    new: str
    card: str
    destructive: bool


@dataclass(frozen=True, slots=True)
class Line:
    kind: LineKind
    old: str
    new: str
    text: str


@dataclass(frozen=True, slots=True)
class FileView:
    """`sha` is the hash of what a person looks at: the patch. `cut` says that it is longer than what is shown."""

    anchor: str
    path: str
    mark: Mark
    additions: int
    deletions: int
    lines: list[Line]
    note: str
    cut: bool
    sha: str
    viewed: bool


@dataclass(frozen=True, slots=True)
class Base:
    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChangesPage:
    head: SetHead
    bases: list[Base]
    base_label: str
    head_label: str
    added: int
    changed: int
    removed: int
    destructive: list[str]
    cost: CostChange
    state: list[Moved]
    policy: list[Moved]
    policy_same: int
    constraints: list[Moved]
    files: list[FileView]
    viewed: int
    base_commit: str
    head_commit: str
    against: str
    twin: str


def patch_sha(file: FileChange) -> str:
    """SHA-256 (hex) of what a person looks at."""
    return hashlib.sha256(f"{file.status}\n{file.patch}\n{file.note}".encode()).hexdigest()


def changes_page(
    found: DecisionSet,
    summary: ChangeSummary,
    others: Sequence[DecisionSetSummary],
    *,
    against: str,
    viewed: Collection[tuple[str, str]],
) -> ChangesPage:
    """`viewed` holds (path, patch hash) of the files this person has looked at."""
    base = next((other for other in others if other.id == summary.base), None)
    cards = f"/decision-sets/{found.id}"
    kinds = [change.kind for change in summary.state]
    files = [_file(number, file, viewed) for number, file in enumerate(summary.git.files)]
    return ChangesPage(
        head=set_head(found, "changes"),
        bases=[Base(other.id, f"#{other.number} {other.title}", other.id == summary.base) for other in others],
        base_label=f"#{base.number}" if base else "nothing" if summary.base is None else "another decision set",
        head_label=f"#{found.number}",
        added=kinds.count("added"),
        changed=kinds.count("changed"),
        removed=kinds.count("removed"),
        destructive=summary.destructive,
        cost=summary.cost,
        state=[_state(change, cards, summary.destructive) for change in summary.state],
        policy=[
            Moved(
                outcome_mark(item.head or "not evaluated"),
                item.title,
                item.base or "",
                f"{item.head}: {item.actual} (required {item.required})" if item.head else "",
                _card(cards, item.cause),
                False,
            )
            for item in summary.policy
            if item.changed
        ],
        policy_same=sum(not item.changed for item in summary.policy),
        constraints=[
            Moved(
                _KINDS[item.kind],
                field_label(item.field),
                "" if item.old is None else value_words(item.field, item.old),
                "" if item.new is None else value_words(item.field, item.new),
                _card(cards, item.cause),
                False,
            )
            for item in summary.constraints
        ],
        files=files,
        viewed=sum(file.viewed for file in files),
        base_commit=summary.git.base_commit or "",
        head_commit=summary.git.head_commit or "",
        against=against,
        twin=f"/api/decision-sets/{found.id}/changes" + (f"?against={against}" if against else ""),
    )


def _card(base: str, cause: int | None) -> str:
    return f"{base}?card={cause}#card-{cause}" if cause else ""


def _state(change: StateChange, cards: str, destructive: Sequence[str]) -> Moved:
    lost = change.kind == "removed" and any(_names(change.path, item) for item in destructive)
    return Moved(
        _KINDS[change.kind], change.path, _value(change.old), _value(change.new), _card(cards, change.cause), lost
    )


def _names(path: str, sentence: str) -> bool:
    """Whether a destructive change is about this path."""
    key = path.partition("[")[2].partition("]")[0]
    return bool(key) and key in sentence


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _file(number: int, file: FileChange, viewed: Collection[tuple[str, str]]) -> FileView:
    sha = patch_sha(file)
    lines = file.patch.splitlines()
    return FileView(
        anchor=f"file-{number}",
        path=file.path,
        mark=_KINDS[file.status],
        additions=file.additions,
        deletions=file.deletions,
        lines=unified(lines[:LONGEST_PATCH]),
        note=file.note,
        cut=len(lines) > LONGEST_PATCH,
        sha=sha,
        viewed=(file.path, sha) in viewed,
    )


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
