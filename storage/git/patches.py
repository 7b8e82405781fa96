"""What changed between two commits, file by file. Bounded: no line comparison of large files, no endless patch."""

from __future__ import annotations

from dataclasses import dataclass

import pygit2

from storage.compute import Compute, in_thread
from storage.git import repository
from storage.git.packs import packs_of
from storage.git.repository import Pack
from storage.postgres import Pool
from storage.records.changes import FileChange, Kind
from storage.records.ids import ProjectId


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes. A line comparison can take time quadratic in the size of a file, so larger ones are not compared."""

    compared: int = 512 * 1024
    patch: int = 64 * 1024
    patches: int = 2 * 1024 * 1024


async def file_changes(
    pool: Pool,
    base: tuple[ProjectId, str] | None,
    head: tuple[ProjectId, str],
    *,
    bounds: Bounds = Bounds(),
    compute: Compute = in_thread,
) -> list[FileChange]:
    """By path. Each commit with its project, since the two may live in different repositories; without `base`
    everything is added. A renamed file is one removed and one added."""
    packs: dict[str, Pack] = {}
    async with pool.connection() as conn:
        for project in sorted({project for project, _ in filter(None, (base, head))}):
            packs |= {pack.name: pack for pack in await packs_of(conn, project)}
    return await compute(compare, list(packs.values()), base[1] if base else None, head[1], bounds)


def compare(packs: list[Pack], base: str | None, head: str, bounds: Bounds) -> list[FileChange]:
    """Raises LookupError when a commit is not in the packs."""
    with repository.restored(packs) as repo:
        old = repository.blobs_at(repo, base) if base else {}
        new = repository.blobs_at(repo, head)
        left = bounds.patches
        changes: list[FileChange] = []
        for path in sorted(old.keys() | new.keys()):
            before, after = old.get(path), new.get(path)
            if before is not None and after is not None and before.id == after.id:
                continue
            change = _change(path, before, after, min(left, bounds.patch), bounds.compared)
            left -= len(change.patch)
            changes.append(change)
        return changes


def _change(
    path: str, before: pygit2.Blob | None, after: pygit2.Blob | None, patch_bytes: int, compared: int
) -> FileChange:
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    sizes = f"{before.size if before else 0:,} → {after.size if after else 0:,} bytes"
    sides = [blob for blob in (before, after) if blob is not None]
    if any(blob.is_binary for blob in sides):
        return FileChange(path=path, status=kind, note=f"binary, {sizes}")
    if any(blob.size > compared for blob in sides):
        return FileChange(path=path, status=kind, note=f"not compared, {sizes}: more than {compared:,}")
    patch = pygit2.Patch.create_from(before, after, path, path)
    _, additions, deletions = patch.line_stats
    shown, note = _cut(patch.data, patch_bytes)
    return FileChange(path=path, status=kind, additions=additions, deletions=deletions, patch=shown, note=note)


def _cut(patch: bytes, limit: int) -> tuple[str, str]:
    """At most `limit` bytes of whole lines, and what is missing."""
    if len(patch) <= limit:
        return patch.decode(errors="replace"), ""
    shown = patch[: patch.rfind(b"\n", 0, limit) + 1]
    return shown.decode(errors="replace"), f"{len(patch) - len(shown):,} more bytes of the patch are not shown"
