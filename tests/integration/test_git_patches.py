"""What changed between two commits, and how much of it is shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage import git, projects
from storage.git.patches import Bounds
from storage.postgres import Pool, unit_of_work
from storage.records.changes import FileChange
from storage.records.ids import ProjectId

pytestmark = pytest.mark.anyio


async def commit(pool: Pool, project: ProjectId, files: dict[str, bytes], parent: str | None = None) -> str:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    prepared = await git.prepare_commit(pool, project, "main", files, "Plan it", "ana", when, parent)
    async with unit_of_work(pool) as work:
        await git.publish(work.conn, project, prepared)
    return prepared.sha


@pytest.fixture
async def project(pool: Pool) -> ProjectId:
    async with unit_of_work(pool) as work:
        return (await projects.create(work.conn, "Fraud model", "ana")).id


async def changed(
    pool: Pool, project: ProjectId, old: dict[str, bytes], new: dict[str, bytes], bounds: Bounds = Bounds()
) -> list[FileChange]:
    base = await commit(pool, project, old)
    head = await commit(pool, project, new, base)
    return await git.file_changes(pool, (project, base), (project, head), bounds=bounds)


async def test_added_changed_removed_by_path(pool: Pool, project: ProjectId) -> None:
    old = {"gone.txt": b"bye\n", "kept.txt": b"same\n", "main.tf": b"count = 1\nzone = 2\n"}
    new = {"kept.txt": b"same\n", "main.tf": b"count = 3\nzone = 2\n", "app/new.py": b"one\ntwo\n"}
    found = await changed(pool, project, old, new)
    assert [(file.path, file.status, file.additions, file.deletions) for file in found] == [
        ("app/new.py", "added", 2, 0),
        ("gone.txt", "removed", 0, 1),
        ("main.tf", "changed", 1, 1),
    ]
    assert found[2].patch.splitlines()[-4:] == ["@@ -1,2 +1,2 @@", "-count = 1", "+count = 3", " zone = 2"]
    assert {file.note for file in found} == {""}


async def test_a_rename_is_one_removed_and_one_added(pool: Pool, project: ProjectId) -> None:
    found = await changed(pool, project, {"a.py": b"x = 1\n" * 9}, {"b.py": b"x = 1\n" * 9})
    assert [(file.path, file.status) for file in found] == [("a.py", "removed"), ("b.py", "added")]


async def test_without_a_base_everything_is_added(pool: Pool, project: ProjectId) -> None:
    head = await commit(pool, project, {"a": b"1\n", "b": b"2"})
    found = await git.file_changes(pool, None, (project, head))
    assert [(file.path, file.status, file.additions) for file in found] == [("a", "added", 1), ("b", "added", 1)]


async def test_a_binary_has_a_note_and_no_patch(pool: Pool, project: ProjectId) -> None:
    found = await changed(pool, project, {"a.bin": b"\0\1\2"}, {"a.bin": b"\0\1\2\3"})
    assert found == [FileChange(path="a.bin", status="changed", note="binary, 3 → 4 bytes")]


async def test_words_in_another_encoding_do_not_break_the_patch(pool: Pool, project: ProjectId) -> None:
    found = await changed(pool, project, {}, {"latin.txt": "café\n".encode("latin-1")})
    assert found[0].patch.endswith("+caf\ufffd\n")


async def test_a_large_file_is_not_compared_and_says_so(pool: Pool, project: ProjectId) -> None:
    found = await changed(pool, project, {"a": b"x\n" * 600}, {"a": b"y\n" * 600}, Bounds(compared=1000))
    assert found == [FileChange(path="a", status="changed", note="not compared, 1,200 → 1,200 bytes: more than 1,000")]


async def test_a_long_patch_is_cut_at_a_line_and_says_so(pool: Pool, project: ProjectId) -> None:
    bounds = Bounds(patch=400, patches=700)
    found = await changed(pool, project, {}, dict.fromkeys("abc", b"0123456789\n" * 100), bounds)
    assert [file.additions for file in found] == [100, 100, 100]
    assert all(file.patch.endswith("+0123456789\n") for file in found[:2])
    assert all(len(file.patch) <= 400 for file in found)
    assert sum(len(file.patch) for file in found) <= 700
    assert [file.note.partition(" ")[2] for file in found] == ["more bytes of the patch are not shown"] * 3


async def test_the_two_commits_may_be_in_different_projects(pool: Pool, project: ProjectId) -> None:
    async with unit_of_work(pool) as work:
        other = (await projects.create(work.conn, "Other", "ana")).id
    base = await commit(pool, project, {"a": b"1\n"})
    head = await commit(pool, other, {"a": b"2\n"})
    found = await git.file_changes(pool, (project, base), (other, head))
    assert [(file.path, file.status) for file in found] == [("a", "changed")]
