"""A commit in two steps: made outside any transaction, published inside the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.compute import Compute, in_thread
from storage.git import repository
from storage.git.packs import add_pack, packs_of
from storage.git.repository import Pack
from storage.postgres import Connection, Pool, one, queries
from storage.records.errors import RefMoved
from storage.records.ids import DecisionSetId, ProjectId
from storage.records.plans import Commit

SQL = queries("git")

MAIN = "main"
"""Every project's branch, and its HEAD."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a decision set's commit goes, and what it stands on."""

    branch: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class PreparedCommit:
    """`ref_old` is what the branch must still hold when it is published; None: the branch must not exist."""

    sha: str
    parent: str | None
    branch: str
    ref_old: str | None
    pack: Pack | None
    files_added: int
    files_changed: int
    files_removed: int

    @property
    def record(self) -> Commit:
        return Commit(
            sha=self.sha,
            branch=self.branch,
            parent=self.parent,
            files_added=self.files_added,
            files_changed=self.files_changed,
            files_removed=self.files_removed,
        )


async def nearest_commit(conn: Connection, decision_set: DecisionSetId) -> str | None:
    """The commit of the decision set or of its closest ancestor that has one."""
    row = await one(conn, SQL["nearest_commit"], {"decision_set": decision_set})
    return row["commit_sha"] if row else None


async def branch_for(conn: Connection, project: ProjectId, parent_commit: str | None, number: int) -> Target:
    """The head of `main` for a decision set without parent commit or whose parent is that head; else a branch of its
    own that starts at the parent."""
    head = await _ref(conn, project, MAIN)
    if parent_commit is None or parent_commit == head:
        return Target(MAIN, head)
    own = f"decision-sets/{number}"
    return Target(own, await _ref(conn, project, own) or parent_commit)


async def prepare_commit(
    pool: Pool,
    project: ProjectId,
    branch: str,
    files: Mapping[str, bytes],
    message: str,
    author_name: str,
    when: datetime,
    parent: str | None,
    *,
    compute: Compute = in_thread,
) -> PreparedCommit:
    """A commit whose tree is exactly `files`. The same files, words, time and parent give the same sha. Raises RefMoved
    when the branch stands elsewhere than at `parent`, ValueError for a path git cannot hold, LookupError for an unknown
    parent. `compute` takes the CPU's share."""
    async with pool.connection() as conn:
        ref = await _ref(conn, project, branch)
        packs = await packs_of(conn, project)
    if ref is not None and ref != parent:
        raise RefMoved(f"{branch} stands at {ref}, not at {parent}")
    built = await compute(repository.build_commit, packs, dict(files), message, author_name, when, parent)
    return PreparedCommit(built.sha, parent, branch, ref, built.pack, built.added, built.changed, built.removed)


async def publish(conn: Connection, project: ProjectId, prepared: PreparedCommit) -> None:
    """Writes the ref, then the pack, in the caller's transaction, and holds the ref's row until that ends: it goes
    before the decision set's row. Raises RefMoved when the branch moved; the caller then rolls back and prepares anew,
    from `branch_for` on."""
    ref = {"project": project, "name": prepared.branch, "sha": prepared.sha, "old": prepared.ref_old}
    moved = await one(conn, SQL["create_ref" if prepared.ref_old is None else "move_ref"], ref)
    if moved is None:
        raise RefMoved(f"{prepared.branch} no longer stands at {prepared.ref_old}")
    if prepared.pack is not None:
        await add_pack(conn, project, prepared.pack)


async def _ref(conn: Connection, project: ProjectId, branch: str) -> str | None:
    row = await one(conn, SQL["ref"], {"project": project, "name": branch})
    return row["sha"] if row else None
