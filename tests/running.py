"""The whole product as an operator starts it: `countersign up`, on a free port, in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[1]
KEY = "bootstrap-key-of-the-tests"
SENTENCE = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"

Json = dict[str, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Product:
    """Use as a context manager. `link` is the sign-in link that `up` printed."""

    data_dir: Path
    database_url: str | None = None
    port: int = field(default_factory=free_port)
    link: str = ""
    said: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    """More variables than a start without settings has."""

    def __enter__(self) -> Self:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")}
        environ |= {"COUNTERSIGN_BOOTSTRAP_KEY": KEY, "COUNTERSIGN_FSYNC": "false", "PYTHONUNBUFFERED": "1"}
        environ |= self.environ
        if self.database_url:
            environ["COUNTERSIGN_DATABASE_URL"] = self.database_url
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", "--port", str(self.port), "--data-dir", str(self.data_dir)],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        deadline = time.monotonic() + 90
        while not self.link:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise AssertionError("countersign up did not get ready:\n" + "".join(self.said) + self.logs())
            time.sleep(0.05)
        self.api = httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)
        return self

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if found := re.search(r"http\S+/sign-in\?token=\S+", line):
                self.link = found[0]

    def __exit__(self, *_: object) -> None:
        self.api.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(45)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join(5)
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def logs(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-6000:] for log in sorted(self.data_dir.glob("logs/*.log")))

    def child(self, name: str) -> int:
        """The process id of `web` or `worker`, as the kernel sees it now."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self._process.pid)], capture_output=True, text=True, check=True
        )
        for line in found.stdout.splitlines():
            pid, _, arguments = line.strip().partition(" ")
            if f"cli.main {name}" in arguments:
                return int(pid)
        raise AssertionError(f"no {name} among {found.stdout}")

    def kill(self, name: str) -> None:
        os.kill(self.child(name), signal.SIGKILL)

    def until_ready(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self.api.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def get(self, path: str) -> Json:
        answer = self.api.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: Json, status: int = 202) -> Json:
        answer = self.api.post(path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json()

    def create(self, message: str = SENTENCE, *, project: str = "fraud model", parent: str | None = None) -> Json:
        slugs = {item["name"]: item["slug"] for item in self.get("/api/projects")["items"]}
        slug = slugs.get(project) or self.post("/api/projects", {"name": project}, 201)["slug"]
        body: Json = {"project": slug, "message": message}
        return self.post("/api/decision-sets", {**body, "parent_id": parent} if parent else body)

    def until(self, decision_set: str, wanted: Callable[[Json], bool], seconds: float = 60) -> Json:
        deadline = time.monotonic() + seconds
        while True:
            now = self.get(f"/api/decision-sets/{decision_set}")
            if wanted(now):
                return now
            if time.monotonic() > deadline:
                told = self.get(f"/api/decision-sets/{decision_set}/events?limit=500")["items"]
                trail = [(event["seq"], event["type"], event["node"]) for event in told]
                raise AssertionError(f"still {now['status']}/{now['stage']}: {trail}\n{self.logs()}")
            time.sleep(0.05)

    def to_gate(self, decision_set: str) -> Json:
        asked = self.until(decision_set, lambda now: now["question"] or now["status"] != "intake")
        if asked["status"] == "intake":
            self.post(f"/api/decision-sets/{decision_set}/start", {})
        return self.until(decision_set, lambda now: now["gate"] is not None)

    def answer(self, now: Json, action: str = "approve", comment: str = "") -> Json:
        gate = now["gate"]
        body: Json = {"action": action, "comment": comment, "capsule": gate["capsule"]}
        if action == "approve":
            unmet = [
                item["id"] for item in now["policy"]["results"] if (item["level"], item["outcome"]) == ("soft", "warn")
            ]
            body["overrides"] = [{"policy": name, "reason": "Known, and accepted for the test."} for name in unmet]
        return self.post(f"/api/decision-sets/{now['id']}/gates/{gate['id']}", body)

    def complete(self, decision_set: str) -> Json:
        """On from wherever it is, approving what is asked."""

        def settled(now: Json) -> bool:
            return now["status"] in ("completed", "failed", "rejected") or now["gate"] is not None

        now = self.until(decision_set, settled)
        while now["gate"]:
            self.answer(now)
            now = self.until(decision_set, settled)
        assert now["status"] == "completed", self.get(f"/api/decision-sets/{decision_set}/events")["items"][-3:]
        return now
