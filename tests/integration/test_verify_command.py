"""`countersign verify` as an operator runs it, over capsules derived by the product's own rule."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.verify import sealed
from storage import projects
from storage.artifacts import FolderStore
from storage.postgres import Pool, unit_of_work
from storage.records.ids import DecisionSetId
from tests.integration.decided import finish

pytestmark = pytest.mark.anyio


async def run(database_url: str, folder: Path, decision_set: str) -> tuple[int, list[str]]:
    """The exit code, and what was printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    environment |= {"COUNTERSIGN_DATABASE_URL": database_url, "COUNTERSIGN_ARTIFACTS": folder.as_uri()}

    def call() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.main", "verify", decision_set]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    done = await asyncio.to_thread(call)
    return done.returncode, (done.stdout + done.stderr).splitlines()


async def committed(pool: Pool, folder: Path) -> tuple[DecisionSetId, Path]:
    """A decision set that went all the way, and where its artifact lies."""
    async with unit_of_work(pool) as work:
        project = await projects.create(work.conn, "Fraud model", "ana")
    decided, artifact, _ = await finish(pool, project.id, FolderStore(folder), sealed)
    return decided.id, folder / artifact[:2] / artifact


async def test_it_prints_what_it_checked_and_fails_at_the_first_difference(
    pool: Pool, database_url: str, tmp_path: Path
) -> None:
    decided, stored = await committed(pool, tmp_path)
    assert await run(database_url, tmp_path, decided) == (
        0,
        [
            "events: 4",
            "steps: 6",
            "capsules: 2",
            "artifacts: 1",
            "bundle files: 2",
            "committed files: 2",
            "inputs: 5; not derived: extract_constraints",
            "packs: 1",
            "told as kept: 1",
            "Every hash holds.",
        ],
    )
    stored.unlink()
    code, said = await run(database_url, tmp_path, decided)
    assert (code, said[:3]) == (1, ["events: 4", "steps: 6", "capsules: 2"])
    assert said[3] == f"Does not hold: artifact {stored.name}: There is no such artifact."
    assert len(said) == 4


async def test_an_unknown_decision_set_is_said_in_words(database_url: str, tmp_path: Path, pool: Pool) -> None:
    assert await run(database_url, tmp_path, "nothing") == (1, ["There is no decision set nothing."])


async def test_a_store_that_fails_is_said_in_words_and_is_no_difference(
    pool: Pool, database_url: str, tmp_path: Path
) -> None:
    decided, stored = await committed(pool, tmp_path)
    stored.unlink()
    stored.mkdir()
    code, said = await run(database_url, tmp_path, decided)
    assert (code, said[0]) == (1, "events: 4")
    assert "The store of artifacts failed (Is a directory). What is stored is kept; try again in a moment." in said
    assert not any(line.startswith(("Does not hold", "Every hash", "Traceback")) for line in said)
