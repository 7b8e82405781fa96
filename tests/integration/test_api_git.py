"""`git clone` of a project from the running console, with an API key as the password."""

from __future__ import annotations

import asyncio
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from storage import git, projects
from storage.postgres import Pool, unit_of_work
from tests.accesses import create_key
from tests.web_server import BOOTSTRAP_KEY, WebServer

pytestmark = pytest.mark.anyio

FILES = {"README.md": b"# Fraud\n", "app/main.py": b"print('up')\n"}
ALONE = os.environ | {
    "NO_PROXY": "127.0.0.1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


async def run_git(*arguments: str | Path, check: bool = True) -> tuple[int, str]:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=check, env=ALONE)

    done = await asyncio.to_thread(run)
    return done.returncode, (done.stdout + done.stderr).strip()


async def committed(pool: Pool) -> str:
    async with unit_of_work(pool) as work:
        project = await projects.create(work.conn, "Fraud model", "ana")
    when = datetime(2026, 3, 1, tzinfo=UTC)
    prepared = await git.prepare_commit(pool, project.id, git.MAIN, FILES, "Plan it", "ana", when, None)
    async with unit_of_work(pool) as work:
        await git.publish(work.conn, project.id, prepared)
    return prepared.sha


async def test_the_stock_client_clones_with_a_viewers_key(server: WebServer, pool: Pool, tmp_path: Path) -> None:
    head = await committed(pool)
    key = create_key(server.dsn, "ci", "viewer")
    clone = tmp_path / "clone"
    await run_git("clone", "-q", f"{server.url.replace('//', f'//git:{key}@')}/git/fraud-model.git", clone)
    assert await run_git("-C", clone, "rev-parse", "HEAD") == (0, head)
    assert await run_git("-C", clone, "fsck", "--strict", "--full", "--no-progress") == (0, "")
    assert (clone / "app" / "main.py").read_bytes() == FILES["app/main.py"]


async def test_without_a_key_there_is_no_clone(server: WebServer, pool: Pool, tmp_path: Path) -> None:
    await committed(pool)
    status, said = await run_git("clone", "-q", f"{server.url}/git/fraud-model.git", tmp_path / "clone", check=False)
    assert status != 0
    assert "could not read Username" in said


async def test_a_repository_is_read_only(server: WebServer, pool: Pool) -> None:
    await committed(pool)
    async with server.stranger(auth=("git", BOOTSTRAP_KEY)) as client:
        refused = await client.post("/git/fraud-model.git/git-receive-pack", content=b"0000")
        assert refused.status_code == 405


async def test_a_pack_may_be_kept_and_a_ref_may_not(server: WebServer, pool: Pool) -> None:
    await committed(pool)
    async with server.stranger(auth=("git", BOOTSTRAP_KEY)) as client:
        listed = await client.get("/git/fraud-model.git/objects/info/packs")
        pack: httpx.Response = await client.get(f"/git/fraud-model.git/objects/pack/{listed.text.split()[1]}")
        assert pack.content[:4] == b"PACK"
        assert "immutable" in pack.headers["cache-control"]
        assert listed.headers["cache-control"] == "no-cache"
        loose = await client.get("/git/fraud-model.git/objects/info/alternates")
        assert loose.status_code == 404
