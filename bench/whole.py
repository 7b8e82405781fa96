"""The whole product from outside: starting it, from POST to the first card, from the sentence to the gate."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx

KEY = "bench"
PAUSE_SECONDS = 0.3
"""After a run's end, until the worker has put its last job away and the system is idle."""
SENTENCE = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"


@contextmanager
def running(data_dir: Path) -> Iterator[tuple[httpx.Client, float]]:
    """A client, and the seconds from the command to the sign-in link."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    command = [sys.executable, "-m", "cli.main", "up", "--port", str(port), "--data-dir", str(data_dir)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**environ, "COUNTERSIGN_BOOTSTRAP_KEY": KEY, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or not any(re.search(r"/sign-in\?token=", line) for line in process.stdout):
            raise RuntimeError("countersign up did not get ready")
        ready = time.perf_counter() - started
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            yield client, ready
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def measure(data_dir: Path, *, times: int = 20) -> dict[str, float]:
    """Seconds and milliseconds by name; the start figures are of one start each."""
    with running(data_dir) as (_, first):
        pass
    with running(data_dir) as (client, second):
        client.post("/api/projects", json={"name": "bench"}).raise_for_status()
        pairs = [_one(client) for _ in range(times + 1)][1:]
        what_ifs = _what_ifs(client)
    return {
        "countersign up to ready, first start, s": round(first, 2),
        "countersign up to ready, second start, s": round(second, 2),
        "POST to first card, p50, ms": round(median(card for card, _ in pairs) * 1000, 1),
        "sentence to gate, p50, ms": round(median(gate for _, gate in pairs) * 1000, 1),
        "what-if, p50, ms": round(median(what_ifs) * 1000, 1),
        "what-if, p95, ms": round(quantiles(what_ifs, n=20)[-1] * 1000, 1),
    }


def _one(client: httpx.Client) -> tuple[float, float]:
    """Seconds from POST to the first card, and from POST to the open gate with what is missing assumed."""
    began = time.perf_counter()
    made = client.post("/api/decision-sets", json={"project": "bench", "message": SENTENCE}).raise_for_status().json()
    first_card, after = 0.0, 1
    client_path = f"/api/decision-sets/{made['id']}"
    first_card, after = _wait(client, client_path, after, {"constraint-captured", "question-asked"}, began)
    _, after = _wait(client, client_path, after, {"question-asked"}, began)
    client.post(f"{client_path}/start", json={}).raise_for_status()
    gate, after = _wait(client, client_path, after, {"gate-opened"}, began)
    _wait(client, client_path, after, {"run-complete"}, began)
    time.sleep(PAUSE_SECONDS)
    return first_card, gate


def _what_ifs(client: httpx.Client, *, times: int = 40) -> list[float]:
    """Seconds per question about the newest plan, each with another budget."""
    newest = client.get("/api/decision-sets", params={"limit": 1}).raise_for_status().json()["items"][0]["id"]
    spent: list[float] = []
    for turn in range(times + 1):
        began = time.perf_counter()
        body = {"constraints": {"monthly_budget_usd": 1000 + 100 * turn}}
        client.post(f"/api/decision-sets/{newest}/what-if", json=body).raise_for_status()
        if turn:  # the first one starts the process that computes
            spent.append(time.perf_counter() - began)
    return spent


def _wait(client: httpx.Client, path: str, after: int, wanted: set[str], began: float) -> tuple[float, int]:
    with client.stream("GET", f"{path}/stream", params={"after": after}) as stream:
        for line in stream.iter_lines():
            if line.startswith("id:"):
                after = int(line[3:])
            if line.startswith("event:") and line[6:].strip() in wanted:
                return time.perf_counter() - began, after
    raise RuntimeError(f"the stream ended without {wanted}")
