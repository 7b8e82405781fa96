"""What every `countersign` command says alike."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path

import pytest
from psycopg import OperationalError
from typer.testing import CliRunner

from cli.database import reason_of
from cli.main import app
from storage import access
from storage.postgres import Pool
from tests.web_server import as_url

pytestmark = pytest.mark.anyio

NAMED = ("--name", "ci", "--role", "operator")
ON_THE_DATABASE = [
    ("migrate",),
    ("verify", "x"),
    ("key", "create", *NAMED),
    ("key", "list"),
    ("key", "revoke", "ci"),
    ("prices", "use", "--shipped"),
    ("prices", "list"),
    ("policy", "use", "--shipped"),
    ("policy", "list"),
    ("policy", "replay", "providers/policies/baseline.yaml"),
]
READING = [command for command in ON_THE_DATABASE if command[0] != "migrate" and command[1] != "use"]
"""Those for which no database is made."""


def said(*arguments: str, **settings: str) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    environment = {f"COUNTERSIGN_{name.upper()}": value for name, value in settings.items()}
    done = CliRunner().invoke(app, list(arguments), env={"COUNTERSIGN_DATABASE_URL": "", **environment})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_it_says_which_version_it_is() -> None:
    assert said("--version") == (0, f"countersign {version('countersign')}\n")


@pytest.mark.parametrize("command", [*ON_THE_DATABASE, ("up",), ("web",), ("worker",)], ids=" ".join)
def test_each_command_on_the_database_takes_the_folder(command: tuple[str, ...]) -> None:
    code, help_text = said(*command, "--help")
    assert code == 0
    assert "--data-dir" in help_text
    assert "COUNTERSIGN_DATA_DIR" in help_text


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_the_folder_that_is_given_is_looked_in(command: tuple[str, ...], tmp_path: Path) -> None:
    code, told = said(*command, "--data-dir", str(tmp_path / "named"), data_dir=str(tmp_path / "set"))
    assert code == 1
    assert f"There is no database in {tmp_path / 'named'}" in told


@pytest.mark.parametrize("command", [*ON_THE_DATABASE, ("web",)], ids=" ".join)
def test_an_unreachable_database_is_said_in_one_line_with_its_reason(command: tuple[str, ...]) -> None:
    code, told = said(*command, database_url="postgresql://nobody@127.0.0.1:1/countersign")
    assert code == 1
    assert told == (
        'countersign: The database does not answer (connection to server at "127.0.0.1", port 1 failed:'
        " Connection refused): check COUNTERSIGN_DATABASE_URL.\n"
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("connection failed: FATAL:  no such role\n", "FATAL:  no such role"),
        ("all:\n- host: 'a': connection failed: one\n\tHint?\n- host: 'b': connection failed: two\n\tHint?", "two"),
        ("the server closed the connection", "the server closed the connection"),
        ("\n", "OperationalError"),
    ],
)
def test_the_reason_is_the_last_that_was_tried_without_hints(words: str, reason: str) -> None:
    assert reason_of(OperationalError(words)) == reason


@pytest.mark.parametrize("name", ["", "  ", "ci\nadmin", "ci\x1b[2J", "ci\u200b", " ci", "x" * 81])
async def test_a_key_needs_a_name_that_can_be_read(pool: Pool, database_url: str, name: str) -> None:
    code, told = await asyncio.to_thread(
        said, "key", "create", "--name", name, "--role", "admin", database_url=as_url(database_url)
    )
    assert code == 1
    assert told == (
        "countersign: No key was made: name must be 1 to 80 printable characters with no space at either end,"
        " such as ci-deploy.\n"
    )
    async with pool.connection() as conn:
        assert await access.keys(conn) == []


async def test_a_name_of_eighty_characters_is_taken(pool: Pool) -> None:
    async with pool.connection() as conn:
        key = await access.create_key(conn, "Ana’s laptop " + "x" * 67, "operator")
        assert await access.principal_for_key(conn, key, None) is not None
