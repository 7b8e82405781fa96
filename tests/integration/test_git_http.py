"""The stock git client over HTTP: clone, fetch, fsck."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage import git, projects
from storage.postgres import Pool, connect, unit_of_work
from storage.records.ids import ProjectId

pytestmark = pytest.mark.anyio

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SLUG = "fraud-model"
ALONE = os.environ | {"NO_PROXY": "127.0.0.1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
"""Nothing of whoever runs the tests: neither their proxy nor their settings of git."""


@pytest.fixture
async def project(pool: Pool) -> ProjectId:
    async with unit_of_work(pool) as work:
        return (await projects.create(work.conn, "Fraud model", "ana")).id


@pytest.fixture
def address(database_url: str) -> Iterator[str]:
    """A server of nothing but `serve_path`, in a thread of its own."""

    async def answer(request: Request) -> Response:
        async with await connect(database_url) as conn:
            found = await git.serve_path(conn, request.path_params["slug"], request.path_params["path"])
        if found is None:
            return Response(status_code=404)
        return Response(found.content, media_type=found.media_type)

    app = Starlette(routes=[Route("/git/{slug}.git/{path:path}", answer)])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/git/{SLUG}.git"
        server.should_exit = True
        thread.join()


async def commit(
    pool: Pool, project: ProjectId, files: dict[str, bytes], parent: str | None = None, branch: str = "main"
) -> str:
    prepared = await git.prepare_commit(pool, project, branch, files, "Plan it", "ana", WHEN, parent)
    async with unit_of_work(pool) as work:
        await git.publish(work.conn, project, prepared)
    return prepared.sha


async def run_git(*arguments: str | Path) -> str:
    def run() -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, env=ALONE)
        return (done.stdout + done.stderr).strip()

    return await asyncio.to_thread(run)


async def test_a_clone_has_the_commit_as_its_head_and_is_sound(
    pool: Pool, project: ProjectId, address: str, tmp_path: Path
) -> None:
    first = await commit(pool, project, {"README.md": b"# Fraud\n", "app/main.py": b"print('up')\n"})
    second = await commit(pool, project, {"README.md": b"# Fraud model\n", "run.sh": b"#!/bin/sh\n"}, first)
    aside = await commit(pool, project, {"aside.txt": b"x"}, first, "decision-sets/3")
    clone = tmp_path / "clone"
    await run_git("clone", "-q", address, clone)
    assert await run_git("-C", clone, "rev-parse", "HEAD") == second
    assert await run_git("-C", clone, "branch", "--show-current") == "main"
    assert await run_git("-C", clone, "rev-parse", "origin/decision-sets/3") == aside
    assert await run_git("-C", clone, "fsck", "--strict", "--full", "--no-progress") == ""
    assert sorted(path.name for path in clone.iterdir()) == [".git", "README.md", "run.sh"]
    assert (clone / "README.md").read_bytes() == b"# Fraud model\n"
    assert (clone / "run.sh").stat().st_mode & 0o111


async def test_a_clone_fetches_what_came_later_and_survives_a_merge(
    pool: Pool, project: ProjectId, address: str, tmp_path: Path
) -> None:
    head = await commit(pool, project, {"n": b"0"})
    clone = tmp_path / "clone"
    await run_git("clone", "-q", address, clone)
    for number in range(1, 4):
        head = await commit(pool, project, {"n": b"%d" % number}, head)
    assert await git.merge_packs(pool, project, threshold=4) == 4
    head = await commit(pool, project, {"n": b"4"}, head)
    await run_git("-C", clone, "pull", "-q")
    assert await run_git("-C", clone, "rev-parse", "HEAD") == head
    assert await run_git("-C", clone, "fsck", "--strict", "--full", "--no-progress") == ""


async def test_a_project_without_commits_clones_as_empty(project: ProjectId, address: str, tmp_path: Path) -> None:
    said = await run_git("clone", address, tmp_path / "clone")
    assert "empty repository" in said


async def test_what_is_not_there_is_nothing(pool: Pool, project: ProjectId) -> None:
    absent = [
        "objects/info/alternates",
        "objects/info/http-alternates",
        "objects/ab/" + "c" * 38,
        f"objects/pack/pack-{'a' * 40}.pack",
        "objects/pack/pack-zz.pack",
        "../secrets",
        "config",
        "",
    ]
    async with pool.connection() as conn:
        assert [await git.serve_path(conn, SLUG, path) for path in absent] == [None] * len(absent)
        assert await git.serve_path(conn, "nobodys", "HEAD") is None
        head = await git.serve_path(conn, SLUG, "HEAD")
    assert head == git.GitFile(b"ref: refs/heads/main\n", "text/plain; charset=utf-8")
