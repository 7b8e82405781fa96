"""A throw-away local repository. Everything here blocks, takes and answers plain data, and so runs in a thread or in
another process."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, DeltaStatus, FileMode

EMAIL_DOMAIN = "countersign.invalid"
"""RFC 2606 keeps `.invalid` free: git wants an address, and nobody's is made up."""


@dataclass(frozen=True, slots=True)
class Pack:
    """`name` is the 40 hex digits of the pack's file name."""

    name: str
    pack: bytes
    idx: bytes
    objects: int


@dataclass(frozen=True, slots=True)
class Built:
    """A commit and the pack of the objects that were new with it; None when all were there already."""

    sha: str
    pack: Pack | None
    added: int
    changed: int
    removed: int


@cache
def _ignore_personal_settings() -> None:
    """Whoever runs the process may have settings of git, even broken ones; a commit is the same on any machine."""
    for level in (ConfigLevel.PROGRAMDATA, ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = ""


@contextmanager
def restored(packs: Iterable[Pack]) -> Iterator[pygit2.Repository]:
    """A bare repository that holds the packs' objects and no refs; gone when the block ends."""
    _ignore_personal_settings()
    with tempfile.TemporaryDirectory(prefix="countersign-git-") as folder:
        repository = pygit2.init_repository(folder, bare=True)
        for pack in packs:
            stem = Path(folder, "objects", "pack", f"pack-{pack.name}")
            stem.with_suffix(".pack").write_bytes(pack.pack)
            stem.with_suffix(".idx").write_bytes(pack.idx)
        try:
            yield repository
        finally:
            repository.free()


def build_commit(
    packs: Iterable[Pack], files: Mapping[str, bytes], message: str, author: str, when: datetime, parent: str | None
) -> Built:
    """A commit whose tree is exactly `files`, by relative POSIX path. The same input gives the same sha. Raises
    ValueError for a path git cannot hold, LookupError when the parent is not in the packs."""
    with restored(packs) as repository:
        parents = [commit_named(repository, parent)] if parent else []
        tree = _write_tree(repository, files)
        sha = repository.create_commit(
            None,
            _signature(author, when),
            _signature("Countersign", when),
            message.replace("\0", "").strip() + "\n",
            tree,
            [each.id for each in parents],
        )
        before = parents[0].tree if parents else None
        counts = _count(repository[tree].peel(pygit2.Tree), before)
        return Built(str(sha), write_pack(repository, _loose(repository)), *counts)


def commit_named(repository: pygit2.Repository, sha: str) -> pygit2.Commit:
    """Raises LookupError when there is no such commit."""
    found = repository.get(sha)
    if not isinstance(found, pygit2.Commit):
        raise LookupError(f"commit {sha} is not in the repository")
    return found


def blobs_at(repository: pygit2.Repository, sha: str) -> dict[str, pygit2.Blob]:
    """Every file of a commit, by path. libgit2 hashes each object again as it reads it. Raises LookupError."""
    return dict(_blobs(commit_named(repository, sha).tree, ""))


def merge(packs: Iterable[Pack]) -> Pack | None:
    """One pack with every object of the given ones."""
    with restored(packs) as repository:
        return write_pack(repository, list(repository.odb))


def write_pack(repository: pygit2.Repository, objects: list[pygit2.Oid]) -> Pack | None:
    if not objects:
        return None
    builder = pygit2.PackBuilder(repository)
    builder.set_threads(1)  # more would choose other deltas, and so another name, for the same objects
    for each in sorted(objects, key=str):
        builder.add(each)
    with tempfile.TemporaryDirectory(prefix="countersign-pack-") as folder:
        builder.write(folder)
        (pack,) = Path(folder).glob("pack-*.pack")
        return Pack(
            name=pack.stem.removeprefix("pack-"),
            pack=pack.read_bytes(),
            idx=pack.with_suffix(".idx").read_bytes(),
            objects=builder.written_objects_count,
        )


def _write_tree(repository: pygit2.Repository, files: Mapping[str, bytes]) -> pygit2.Oid:
    index = pygit2.Index()
    for path, data in sorted(files.items()):
        mode = FileMode.BLOB_EXECUTABLE if data.startswith(b"#!") else FileMode.BLOB
        if "\0" in path or not all(path.split("/")):  # libgit2 would cut the one and trip over the other
            raise ValueError(f"not a path git can hold: {path!r}")
        try:
            index.add(pygit2.IndexEntry(path, repository.create_blob(data), mode))
        except pygit2.GitError as error:
            raise ValueError(f"not a path git can hold: {path!r}") from error
    if len(index) != len(files):  # libgit2 lets a file silently replace a folder of its name
        raise ValueError("a file and a folder have the same path")
    return index.write_tree(repository)


def _signature(name: str, when: datetime) -> pygit2.Signature:
    """git allows no angle brackets, line ends or NUL in a name."""
    shown = re.sub(r"[<>\x00-\x1f]+", " ", name).strip() or "unknown"
    mailbox = re.sub(r"[^a-z0-9]+", "-", shown.lower()).strip("-") or "unknown"
    return pygit2.Signature(shown, f"{mailbox}@{EMAIL_DOMAIN}", int(when.timestamp()), 0, "utf-8")


def _loose(repository: pygit2.Repository) -> list[pygit2.Oid]:
    """What was written since the packs were restored: libgit2 writes no object a second time."""
    found = Path(repository.path, "objects").glob("[0-9a-f][0-9a-f]/*")
    return [pygit2.Oid(hex=each.parent.name + each.name) for each in found]


def _count(tree: pygit2.Tree, before: pygit2.Tree | None) -> tuple[int, int, int]:
    """Files added, changed and removed."""
    # Against an empty tree a diff is from the tree to nothing, unless swapped.
    diff = before.diff_to_tree(tree) if before else tree.diff_to_tree(swap=True)
    statuses = [delta.status for delta in diff.deltas]
    added, removed = statuses.count(DeltaStatus.ADDED), statuses.count(DeltaStatus.DELETED)
    return added, len(statuses) - added - removed, removed


def _blobs(tree: pygit2.Tree, folder: str) -> Iterator[tuple[str, pygit2.Blob]]:
    for entry in tree:
        path = f"{folder}{entry.name}"
        if isinstance(entry, pygit2.Tree):
            yield from _blobs(entry, f"{path}/")
        elif isinstance(entry, pygit2.Blob):
            yield path, entry
