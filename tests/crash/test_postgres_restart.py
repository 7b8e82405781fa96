"""PostgreSQL killed and started again under `countersign up`: the worker starts anew and holds its lock again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from infra.embedded import running_dsn
from infra.embedded.postmaster import read_postmaster
from storage import workers
from tests.running import ROOT, Product, free_port


def until(wanted: Callable[[], bool], product: Product) -> None:
    deadline = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < deadline, product.logs()
        time.sleep(0.05)


def worker_lines(product: Product) -> list[dict[str, Any]]:
    """What the worker logged. A traceback is no JSON, and fails."""
    log = product.data_dir / "logs" / "worker.log"
    return [json.loads(line) for line in log.read_text().splitlines()]


def ready_workers(product: Product) -> list[str]:
    return [line["worker"] for line in worker_lines(product) if line["event"] == "worker ready"]


def kill_postgres(product: Product) -> None:
    """Returns when another postmaster serves the folder."""
    data = product.data_dir / "postgres"
    before = read_postmaster(data)
    assert before is not None
    os.kill(before.pid, signal.SIGKILL)

    def another() -> bool:
        now = read_postmaster(data)
        return now is not None and now.pid != before.pid and running_dsn(product.data_dir) is not None

    until(another, product)
    product.until_ready()


def dead_workers(conn: psycopg.Connection[DictRow]) -> list[str]:
    return [row["id"] for row in conn.execute(workers.SQL["dead"], {"group": workers.GROUP}).fetchall()]


def test_a_worker_that_finds_no_database_says_so_in_a_line(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    nowhere = {"COUNTERSIGN_DATABASE_URL": f"postgresql://countersign@127.0.0.1:{free_port()}/countersign"}
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "worker"],
        cwd=ROOT,
        env={**environ, **nowhere, "COUNTERSIGN_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (ended.returncode, ended.stdout) == (1, "")
    assert told[-1]["event"] == "worker gives up: the database does not answer"
    assert "onnection refused" in told[-1]["error"]


def test_after_postgres_restarts_the_worker_lives_again_and_runs_are_taken_once(tmp_path: Path) -> None:
    with Product(tmp_path / "data") as product:
        waiting = product.create()["id"]
        product.until(waiting, lambda now: now["question"] is not None)
        [first] = ready_workers(product)
        kill_postgres(product)
        posted = [product.create()["id"] for _ in range(3)]
        for decision_set in (waiting, *posted):
            assert product.to_gate(decision_set)["status"] == "awaiting_approval"

        [second] = ready_workers(product)[1:]
        dsn = running_dsn(product.data_dir)
        assert dsn is not None
        with psycopg.Connection[DictRow].connect(dsn, autocommit=True, row_factory=dict_row) as conn:
            until(lambda: [row["id"] for row in conn.execute("select id from workers")] == [second], product)
            assert dead_workers(conn) == []
            taken = conn.execute("select attempts as n from runs where decision_set_id = any(%s)", [posted]).fetchall()
        assert [row["n"] for row in taken] == [1] * 6
        told = worker_lines(product)
        assert [line["worker"] for line in told if line["event"] == "worker gives up"][:1] == [first]
        taken_back = [line for line in told if "taken back" in line["event"]]
        assert [line for line in taken_back if line["thread_id"] in posted] == []
