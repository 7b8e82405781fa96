"""Commits prepared outside a transaction, published inside one, and read back from Postgres."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.compute import ComputePool
from storage import decision_sets, git, projects
from storage.git import repository
from storage.git.publish import PreparedCommit
from storage.postgres import Pool, unit_of_work
from storage.records.constraints import ConstraintSchema
from storage.records.errors import RefMoved
from storage.records.ids import DecisionSetId, ProjectId, new_id

pytestmark = pytest.mark.anyio

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FILES = {"README.md": b"# Fraud model\n", "app/main.py": b"print('up')\n", "run.sh": b"#!/bin/sh\nexec true\n"}


@pytest.fixture
async def project(pool: Pool) -> ProjectId:
    async with unit_of_work(pool) as work:
        return (await projects.create(work.conn, "Fraud model", "ana")).id


async def prepare(
    pool: Pool, project: ProjectId, files: dict[str, bytes], parent: str | None = None, branch: str = "main"
) -> PreparedCommit:
    return await git.prepare_commit(pool, project, branch, files, "Plan it", "ana", WHEN, parent)


async def publish(pool: Pool, project: ProjectId, prepared: PreparedCommit) -> str:
    async with unit_of_work(pool) as work:
        await git.publish(work.conn, project, prepared)
    return prepared.sha


async def commit(pool: Pool, project: ProjectId, files: dict[str, bytes], parent: str | None = None) -> str:
    return await publish(pool, project, await prepare(pool, project, files, parent))


async def packs(pool: Pool, project: ProjectId) -> list[repository.Pack]:
    async with pool.connection() as conn:
        return await git.packs_of(conn, project)


def files_at(kept: list[repository.Pack], sha: str) -> dict[str, bytes]:
    with repository.restored(kept) as restored:
        return {path: blob.data for path, blob in repository.blobs_at(restored, sha).items()}


async def test_a_commit_holds_exactly_the_given_files(pool: Pool, project: ProjectId) -> None:
    first = await commit(pool, project, FILES)
    second = await prepare(pool, project, {"README.md": b"# Fraud\n", "new.py": b""}, first)
    await publish(pool, project, second)
    kept = await packs(pool, project)
    assert files_at(kept, first) == FILES
    assert files_at(kept, second.sha) == {"README.md": b"# Fraud\n", "new.py": b""}
    assert (second.record.files_added, second.record.files_changed, second.record.files_removed) == (1, 1, 2)
    assert second.record.parent == first


async def test_the_first_commit_counts_every_file_as_added(pool: Pool, project: ProjectId) -> None:
    prepared = await prepare(pool, project, FILES)
    assert (prepared.files_added, prepared.files_changed, prepared.files_removed) == (3, 0, 0)


async def test_a_pack_holds_only_what_is_new(pool: Pool, project: ProjectId) -> None:
    first = await commit(pool, project, FILES)
    second = await prepare(pool, project, FILES | {"README.md": b"# Other\n"}, first)
    assert second.pack is not None
    assert second.pack.objects == 3  # the blob, the root tree, the commit


async def test_the_same_input_gives_the_same_commit_and_pack(pool: Pool, project: ProjectId) -> None:
    first, again = await prepare(pool, project, FILES), await prepare(pool, project, FILES)
    assert first == again


async def test_publishing_what_was_published_adds_no_pack(pool: Pool, project: ProjectId) -> None:
    first = await commit(pool, project, FILES)
    await commit(pool, project, {}, first)
    again = await prepare(pool, project, FILES, None, branch="decision-sets/7")
    assert again.sha == first
    assert again.pack is None


async def test_a_moved_branch_refuses_the_commit_and_keeps_nothing_of_it(pool: Pool, project: ProjectId) -> None:
    slow = await prepare(pool, project, {"a": b"slow"})
    winner = await commit(pool, project, {"a": b"fast"})
    with pytest.raises(RefMoved):
        await publish(pool, project, slow)
    with pytest.raises(RefMoved):
        await prepare(pool, project, {"a": b"slow"}, None)
    async with pool.connection() as conn:
        assert await git.branch_for(conn, project, None, 1) == git.Target("main", winner)
    assert [pack.objects for pack in await packs(pool, project)] == [3]


async def test_a_rolled_back_transaction_leaves_neither_ref_nor_pack(pool: Pool, project: ProjectId) -> None:
    prepared = await prepare(pool, project, FILES)

    async def publish_and_fail() -> None:
        async with unit_of_work(pool) as work:
            await git.publish(work.conn, project, prepared)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await publish_and_fail()
    assert await packs(pool, project) == []
    async with pool.connection() as conn:
        assert await git.branch_for(conn, project, None, 1) == git.Target("main", None)


async def test_commits_that_race_all_land_one_after_the_other(pool: Pool, project: ProjectId) -> None:
    lost, all_prepared = 0, asyncio.Barrier(4)

    async def land(number: int) -> str:
        nonlocal lost
        for attempt in range(10):
            async with pool.connection() as conn:
                target = await git.branch_for(conn, project, None, number)
            prepared = await prepare(pool, project, {f"{number}.txt": b"x"}, target.parent, target.branch)
            if attempt == 0:
                await all_prepared.wait()
            try:
                return await publish(pool, project, prepared)
            except RefMoved:
                lost += 1
        raise AssertionError("ten lost races")

    landed = await asyncio.gather(*(land(number) for number in range(4)))
    async with pool.connection() as conn:
        head = (await git.branch_for(conn, project, None, 9)).parent
    line: list[str] = []
    with repository.restored(await packs(pool, project)) as restored:
        while head:
            line.append(head)
            parents = repository.commit_named(restored, head).parent_ids
            head = str(parents[0]) if parents else None
    assert sorted(line) == sorted(landed)
    assert lost >= 3


async def test_a_child_of_the_head_stays_on_main_and_any_other_gets_a_branch(pool: Pool, project: ProjectId) -> None:
    first = await commit(pool, project, FILES)
    async with pool.connection() as conn:
        assert await git.branch_for(conn, project, first, 2) == git.Target("main", first)
    second = await commit(pool, project, {}, first)
    async with pool.connection() as conn:
        assert await git.branch_for(conn, project, first, 3) == git.Target("decision-sets/3", first)
        assert await git.branch_for(conn, project, None, 4) == git.Target("main", second)
    aside = await publish(pool, project, await prepare(pool, project, {"b": b""}, first, "decision-sets/3"))
    async with pool.connection() as conn:
        assert await git.branch_for(conn, project, first, 3) == git.Target("decision-sets/3", aside)


async def test_the_nearest_commit_is_the_closest_ancestors(pool: Pool, project: ProjectId) -> None:
    line = [DecisionSetId(new_id()) for _ in range(3)]
    async with unit_of_work(pool) as work:
        for this, parent in zip(line, [None, *line], strict=False):
            await decision_sets.insert(
                work.conn,
                this,
                project=project,
                title="t",
                parent=parent,
                by="ana",
                constraints=ConstraintSchema({}),
                inputs_seq=0,
            )
        assert await git.nearest_commit(work.conn, line[2]) is None
        await decision_sets.change(work.conn, line[0], 1, {"commit_sha": "a" * 40})
        assert await git.nearest_commit(work.conn, line[2]) == "a" * 40
        await decision_sets.change(work.conn, line[1], 1, {"commit_sha": "b" * 40})
        assert await git.nearest_commit(work.conn, line[2]) == "b" * 40


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/.git/config", "", "a//b", "a/", "a\0b"])
async def test_a_path_outside_the_tree_is_refused(pool: Pool, project: ProjectId, path: str) -> None:
    with pytest.raises(ValueError, match="not a path git can hold"):
        await prepare(pool, project, {path: b""})


async def test_a_file_cannot_have_the_path_of_a_folder(pool: Pool, project: ProjectId) -> None:
    with pytest.raises(ValueError, match="same path"):
        await prepare(pool, project, {"a": b"", "a/b": b""})


async def test_an_unknown_parent_is_refused(pool: Pool, project: ProjectId) -> None:
    with pytest.raises(LookupError):
        await prepare(pool, project, FILES, "c" * 40, "decision-sets/2")


def complaints(repository_path: str) -> str:
    """What git's own checker says of the objects, the strict rules included."""
    checked = subprocess.run(
        ["git", "fsck", "--strict", "--full", "--no-dangling"],
        cwd=repository_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return checked.stdout


async def test_odd_authors_and_messages_make_sound_commits(pool: Pool, project: ProjectId) -> None:
    prepared = await git.prepare_commit(
        pool, project, "main", {"ä/ö.txt": b"\xff\x00"}, "Zeile\0\n\nzwei\n\n", "Ana <a@b>\n", WHEN, None
    )
    assert prepared.pack is not None
    with repository.restored([prepared.pack]) as restored:
        found = repository.commit_named(restored, prepared.sha)
        assert (found.author.name, found.author.email, found.message) == (
            "Ana  a@b",
            "ana-a-b@countersign.invalid",
            "Zeile\n\nzwei\n",
        )
        assert datetime.fromtimestamp(found.author.time, UTC) == WHEN
        assert await asyncio.to_thread(complaints, restored.path) == ""


async def test_many_packs_become_one_and_the_old_stay_for_a_day(pool: Pool, project: ProjectId) -> None:
    head: str | None = None
    for number in range(5):
        head = await commit(pool, project, {f"{number}.txt": b"%d\n" % number}, head)
    assert head is not None
    before = {pack.name for pack in await packs(pool, project)}
    assert await git.merge_packs(pool, project, threshold=6) == 0
    assert await git.merge_packs(pool, project, threshold=5) == 5
    (merged,) = await packs(pool, project)
    assert merged.objects == 15
    assert files_at([merged], head) == {"4.txt": b"4\n"}
    async with pool.connection() as conn:
        for name in before:
            assert await git.serve_path(conn, "fraud-model", f"objects/pack/pack-{name}.pack") is not None
    await git.tidy(pool, keep=timedelta(hours=24))
    async with pool.connection() as conn:
        assert await git.serve_path(conn, "fraud-model", f"objects/pack/pack-{min(before)}.idx") is not None
    await git.tidy(pool, keep=timedelta(0))
    async with pool.connection() as conn:
        assert await git.serve_path(conn, "fraud-model", f"objects/pack/pack-{min(before)}.idx") is None
    assert await commit(pool, project, FILES, head) != head


async def test_two_merges_at_once_keep_every_object(pool: Pool, project: ProjectId) -> None:
    head: str | None = None
    for number in range(4):
        head = await commit(pool, project, {"n": b"%d" % number}, head)
    merged = await asyncio.gather(*(git.merge_packs(pool, project, threshold=4) for _ in range(3)))
    assert sorted(merged) == [0, 0, 4]
    assert [pack.objects for pack in await packs(pool, project)] == [12]


async def test_another_process_with_broken_settings_of_git_makes_the_same_commit(
    pool: Pool, project: ProjectId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await prepare(pool, project, FILES)
    (tmp_path / ".gitconfig").write_text("[this is no setting")
    monkeypatch.setenv("HOME", str(tmp_path))
    elsewhere = ComputePool()
    try:
        there = await git.prepare_commit(pool, project, "main", FILES, "Plan it", "ana", WHEN, None, compute=elsewhere)
    finally:
        elsewhere.close()
    assert there == here
