"""The files of a change, as a person looks at them one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from storage.records.changes import FileChange
from web.views.diffs import Line, Pair, paired, unified
from web.views.words import Mark

Layout = Literal["unified", "split"]
LONGEST_PATCH = 2000
"""Lines of one file's patch on the page; the rest is a download away."""
OPENED = 60
"""Lines of diffs after which the files that follow are folded."""

KINDS = {
    "added": Mark("plus", "added", "ok"),
    "changed": Mark("tilde", "changed", "waiting"),
    "removed": Mark("minus", "removed", "fail"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for. `against` is empty for the parent; `hide`: only what moved."""

    against: str
    layout: Layout
    hide: bool

    def query(self, **other: str) -> str:
        """The query string of this filter with parts of it replaced; empty when nothing is asked for."""
        parts = {"against": self.against, "view": self.layout, "hide": "1" if self.hide else "", **other}
        asked = {name: value for name, value in parts.items() if value and (name, value) != ("view", "unified")}
        return f"?{urlencode(asked)}" if asked else ""


@dataclass(frozen=True, slots=True)
class FileView:
    """`sha` is the hash of what a person looks at: the patch. `cut` says that it is longer than what is shown. Of
    `lines` and `pairs` the one is filled that the layout shows."""

    number: int
    path: str
    mark: Mark
    additions: int
    deletions: int
    lines: list[Line]
    pairs: list[Pair]
    note: str
    cut: bool
    sha: str
    viewed: bool
    open: bool


def file_views(changed: Sequence[FileChange], chosen: Filter, viewed: Collection[tuple[str, str]]) -> list[FileView]:
    """`viewed` holds (path, patch hash) of the files this person has looked at."""
    files, shown = [], 0
    for number, file in enumerate(changed):
        made = _file(number, file, chosen, viewed)
        opened = not made.viewed and shown < OPENED
        shown += len(made.lines or made.pairs) if opened else 0
        files.append(replace(made, open=opened))
    return files


def patch_sha(file: FileChange) -> str:
    """SHA-256 (hex) of what a person looks at."""
    return hashlib.sha256(f"{file.status}\n{file.patch}\n{file.note}".encode()).hexdigest()


def _file(number: int, file: FileChange, chosen: Filter, viewed: Collection[tuple[str, str]]) -> FileView:
    sha = patch_sha(file)
    patch = file.patch.splitlines()
    lines = [line for line in unified(patch[:LONGEST_PATCH]) if not (chosen.hide and line.kind == "same")]
    return FileView(
        number=number,
        path=file.path,
        mark=KINDS[file.status],
        additions=file.additions,
        deletions=file.deletions,
        lines=lines if chosen.layout == "unified" else [],
        pairs=paired(lines) if chosen.layout == "split" else [],
        note=file.note,
        cut=len(patch) > LONGEST_PATCH,
        sha=sha,
        viewed=(file.path, sha) in viewed,
        open=False,
    )
