"""`countersign key` as an operator runs it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage import access
from storage.postgres import Pool

pytestmark = pytest.mark.anyio


async def countersign(*arguments: str, **settings: str) -> tuple[int, str, str]:
    """The exit code, standard output and standard error."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    environment |= {f"COUNTERSIGN_{name.upper()}": value for name, value in settings.items()}

    def call() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.main", "key", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    done = await asyncio.to_thread(call)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments", [("create", "--name", "ci", "--role", "operator"), ("list",), ("revoke", "ci")], ids=lambda a: a[0]
)
async def test_a_folder_without_a_database_gets_none(arguments: tuple[str, ...], tmp_path: Path) -> None:
    code, out, err = await countersign(*arguments, "--data-dir", str(tmp_path / "elsewhere"))
    assert (code, out) == (1, "")
    assert f"There is no database in {tmp_path / 'elsewhere'}" in err
    assert all(remedy in err for remedy in ("countersign up", "--data-dir", "COUNTERSIGN_DATA_DIR"))
    assert not (tmp_path / "elsewhere").exists()


async def test_a_revoked_key_opens_nothing_and_is_listed_as_such(pool: Pool, database_url: str) -> None:
    _, key, _ = await countersign("create", "--name", "ci", "--role", "operator", database_url=database_url)
    async with pool.connection() as conn:
        assert await access.principal_for_key(conn, key.strip(), None) is not None
    code, said, _ = await countersign("revoke", "ci", database_url=database_url)
    assert (code, said) == (0, "Revoked: ci\n")
    async with pool.connection() as conn:
        assert await access.principal_for_key(conn, key.strip(), None) is None
    code, said, _ = await countersign("list", database_url=database_url)
    head, row = said.splitlines()
    assert head.split() == ["NAME", "ROLE", "CREATED", "LAST", "USED", "REVOKED"]
    assert row.split()[:2] == ["ci", "operator"]
    assert not row.endswith("-")
    assert key.strip() not in said
    code, _, err = await countersign("revoke", "ci", database_url=database_url)
    assert (code, "none in use is named 'ci'" in err) == (1, True)
