"""The data folder: made whole or not at all, and configured on each start."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from infra.embedded.account import Account
from infra.embedded.errors import EmbeddedPostgresError

USER = DATABASE = "countersign"
PORT = 5432
# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero among them (unix(4), unix(7)).
SOCKET_PATH_BYTES = 103
TEMPORARY_PREFIX = "countersign-"


def create_cluster(binaries: Path, data: Path, account: Account, *, fsync: bool) -> None:
    """Runs initdb in a folder beside `data` and renames it: a start that was cut short leaves nothing half made.

    Raises EmbeddedPostgresError or OSError.
    """
    if data.exists() and any(data.iterdir()):
        raise EmbeddedPostgresError(
            f"{data} holds something other than a PostgreSQL data folder: move it away, or choose another --data-dir."
        )
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft)
    initdb = [
        *(binaries / "initdb", "--pgdata", draft, "--username", USER, "--auth", "trust", "--encoding", "UTF8"),
        *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        *([] if fsync else ["--no-sync"]),
    ]
    run_tool(account, initdb, data)
    with (draft / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'countersign.conf'\n")
    single = [binaries / "postgres", "--single", "-D", draft, "postgres"]
    run_tool(account, single, data, stdin=f"CREATE DATABASE {DATABASE}\n")
    if data.exists():
        data.rmdir()
    draft.rename(data)


def configure(data: Path, sockets: Path, account: Account, *, fsync: bool) -> None:
    """No TCP at all: `trust` on a port would give every local user the approvals. The socket's folder is the guard."""
    durable = "on" if fsync else "off"
    path = data / "countersign.conf"
    path.write_text(
        "# Written on each start. Put settings of your own into postgresql.conf, below its include of this file.\n"
        "listen_addresses = ''\n"
        f"port = {PORT}\n"
        f"unix_socket_directories = '{sockets}'\n"
        "unix_socket_permissions = 0700\n"
        "max_connections = 200\n"
        "timezone = 'UTC'\n"
        "log_timezone = 'UTC'\n"
        f"fsync = {durable}\n"
        f"full_page_writes = {durable}\n"
    )
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)


def socket_folder(data_dir: Path, account: Account, left: Path | None) -> Path:
    """Private to one account; beside the data where the path is short enough, else among temporary files. There the one
    that a crash `left` is taken again, since others know its address."""
    near = data_dir / "run"
    plain = not any(letter in "',\"\\" or letter.isspace() for letter in str(near))
    if plain and len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
        near.mkdir(mode=0o700, exist_ok=True)
        near.chmod(0o700)
    elif left is not None and _is_ours(left, data_dir):
        near = left
    else:
        near = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    account.own(near)
    return near


def _is_ours(left: Path, data_dir: Path) -> bool:
    """Still the folder of the account that owns the data, and not one that somebody made in its place."""
    with suppress(OSError):
        found, data = left.lstat(), (data_dir / "postgres").stat()
        return left.name.startswith(TEMPORARY_PREFIX) and stat.S_ISDIR(found.st_mode) and found.st_uid == data.st_uid
    return False


def run_tool(account: Account, command: list[str | Path], data: Path, *, stdin: str = "", timeout: float = 180) -> str:
    """Runs one of PostgreSQL's programs, returns what it printed. Raises EmbeddedPostgresError with its last words."""
    arguments = [*account.prefix, *map(str, command)]
    try:
        done = subprocess.run(
            arguments,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment(),
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches the supervisor alone: a pg_ctl cut short would leave a postmaster.
        )
    except subprocess.TimeoutExpired:
        raise EmbeddedPostgresError(f"{Path(command[0]).name} took longer than {timeout:.0f} s on {data}.") from None
    if done.returncode != 0:
        raise explain(Path(command[0]).name, data, f"{done.stdout}\n{done.stderr}")
    return done.stdout


def explain(program: str, data: Path, output: str) -> EmbeddedPostgresError:
    words = "\n".join(line for line in output.strip().splitlines()[-6:] if line.strip())
    if "No space left on device" in output:
        reason = f"The disk that holds {data} is full: make room, or choose another --data-dir."
    elif "Permission denied" in output:
        reason = f"PostgreSQL may not use {data}: correct its owner, or choose another --data-dir."
    else:
        reason = f"PostgreSQL's {program} failed on {data}."
    return EmbeddedPostgresError(f"{reason}\n{words}")


def environment() -> dict[str, str]:
    """Without PG* variables, which would point the tools elsewhere, and with messages in one language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
