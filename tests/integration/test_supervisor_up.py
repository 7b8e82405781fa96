"""`countersign up` as an operator runs it, and what it says when it cannot."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]


def environment(**settings: str) -> dict[str, str]:
    """This environment without its settings, and with these. The test database is not durable, so that it is quick."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    return {**kept, "COUNTERSIGN_FSYNC": "0", **settings}


def countersign(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def running(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`up` and its sign-in link, once it has printed it. Whatever is left at the end is killed, and fails the test."""
    command = [sys.executable, "-m", "cli.main", "up", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    family: list[psutil.Process] = []
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if link := re.search(r"http://\S+/sign-in\?token=\S+", line):
                break
        else:
            pytest.fail("".join(said))
        family = psutil.Process(process.pid).children(recursive=True)
        yield process, link[0]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(40)
        process.stdout.close()
        _, left = psutil.wait_procs(family, timeout=2)
        for child in left:
            child.kill()
        assert left == []


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def program(process: subprocess.Popen[str], name: str) -> psutil.Process:
    [found] = [child for child in psutil.Process(process.pid).children() if name in child.cmdline()]
    return found


def test_up_serves_restarts_what_dies_and_stops_without_a_trace(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as (process, link):
        assert status(f"http://127.0.0.1:{port}/readyz") == 200
        assert link.startswith(f"http://127.0.0.1:{port}/sign-in?token=")
        postmaster = int((tmp_path / "data/postgres/postmaster.pid").read_text().splitlines()[0])

        for name in ("web", "worker"):
            before = program(process, name)
            before.kill()
            until = time.monotonic() + 10
            while before.is_running() or not [c for c in psutil.Process(process.pid).children() if name in c.cmdline()]:
                assert time.monotonic() < until
                time.sleep(0.05)
            assert program(process, name).pid != before.pid

        second = countersign("up", "--port", str(free_port()), "--data-dir", str(tmp_path / "data"))
        assert (second.returncode, second.stderr.count("\n")) == (1, 1)
        assert f"in use by Countersign at http://127.0.0.1:{port}" in second.stderr

        key = countersign(
            *("key", "create", "--name", "robot", "--role", "operator"), COUNTERSIGN_DATA_DIR=str(tmp_path / "data")
        )
        assert (key.returncode, key.stderr) == (0, "")
        assert re.fullmatch(r"\S{20,}\n", key.stdout)

        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0
        assert not is_alive(postmaster)
    assert not (tmp_path / "data/postgres/postmaster.pid").exists()


def test_up_adopts_the_postmaster_of_one_that_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as (process, _):
        postmaster = int((tmp_path / "data/postgres/postmaster.pid").read_text().splitlines()[0])
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        psutil.wait_procs(children, timeout=25)
    with running(tmp_path / "data", port) as (process, _):
        assert int((tmp_path / "data/postgres/postmaster.pid").read_text().splitlines()[0]) == postmaster
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert not is_alive(postmaster)


def test_a_taken_port_is_named_with_its_owner_and_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused = countersign("up", "--port", str(port), "--data-dir", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert re.fullmatch(
        rf"countersign: Port {port} is taken by \S+ \(process {os.getpid()}\): "
        r"stop that, or choose another with --port or COUNTERSIGN_PORT\.\n",
        refused.stderr,
    )
    assert not (tmp_path / "data/postgres").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = countersign("up", "--port", str(free_port()), "--data-dir", str(tmp_path / "file" / "data"))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "choose another folder with --data-dir or COUNTERSIGN_DATA_DIR" in refused.stderr


@pytest.mark.parametrize("command", [["up"], ["web"], ["worker"], ["migrate"]])
def test_an_unknown_setting_stops_every_start(command: list[str]) -> None:
    refused = countersign(*command, COUNTERSIGN_PROT="8701")
    expected = "countersign: COUNTERSIGN_PROT is not a setting: did you mean COUNTERSIGN_PORT?\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", expected)


def test_a_part_without_a_database_says_what_to_set(tmp_path: Path) -> None:
    refused = countersign("worker", COUNTERSIGN_DATA_DIR=str(tmp_path))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "COUNTERSIGN_DATABASE_URL is not set" in refused.stderr


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    refused = countersign("migrate", COUNTERSIGN_DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{free_port()}/x")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "The database does not answer" in refused.stderr
    assert "hunter2" not in refused.stderr


def test_an_unknown_role_makes_no_key(tmp_path: Path) -> None:
    """With nothing running, the database is started for the command alone."""
    refused = countersign(*("key", "create", "--name", "n", "--role", "emperor"), COUNTERSIGN_DATA_DIR=str(tmp_path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("countersign: No key was made: role must be one of viewer, operator")
    assert not (tmp_path / "postgres/postmaster.pid").exists()
