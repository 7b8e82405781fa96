"""The product without its pages: real commands, a real database, workers in processes of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from storage import decision_sets, events
from storage.postgres import Pool, one, unit_of_work
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from storage.records.plans import PolicyOverride
from web import commands
from web.commands import Caller

ROOT = Path(__file__).parents[2]
SENTENCE = "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"
ANA = Caller("ana", "admin", "request-ana")


@dataclass
class House:
    pool: Pool
    database_url: str
    data_dir: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def start_worker(self, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        log = self.data_dir / f"worker-{len(self.logs)}.log"
        self.logs.append(log)
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")},
            "COUNTERSIGN_DATABASE_URL": self.database_url,
            "COUNTERSIGN_DATA_DIR": str(self.data_dir),
            **{f"COUNTERSIGN_{name.upper()}": value for name, value in settings.items()},
        }
        with log.open("wb") as out:
            worker = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "worker", *arguments], cwd=ROOT, env=environ, stderr=out, stdout=out
            )
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def log_text(self) -> str:
        return "\n".join(log.read_text() for log in self.logs)

    async def create(self, message: str = SENTENCE, *, parent: DecisionSetId | None = None) -> DecisionSet:
        async with self.pool.connection() as conn:
            missing = await one(conn, b"select 1 as x from projects where slug = 'fraud-model'") is None
        if missing:
            async with unit_of_work(self.pool) as work:
                await commands.create_project(work, ANA, "fraud model")
        async with unit_of_work(self.pool) as work:
            return await commands.create_decision_set(
                work, ANA, project="fraud-model", message=message, parent_id=parent
            )

    async def start(self, decision_set: DecisionSetId) -> None:
        async with unit_of_work(self.pool) as work:
            await commands.start(work, ANA, decision_set)

    async def answer(self, decision_set: DecisionSetId, action: str = "approve", comment: str = "") -> None:
        now = await self.read(decision_set)
        assert now.gate is not None, now.status
        async with unit_of_work(self.pool) as work:
            await commands.answer_gate(
                work,
                ANA,
                decision_set,
                now.gate.id,
                action=action,
                capsule=now.gate.capsule,
                comment=comment,
                overrides=[
                    PolicyOverride(policy=item.id, reason="Known, and accepted for the test.")
                    for item in (now.policy.unmet_soft if now.policy and action == "approve" else [])
                ],
            )

    async def read(self, decision_set: DecisionSetId) -> DecisionSet:
        async with self.pool.connection() as conn:
            return await decision_sets.read(conn, decision_set)

    async def events(self, decision_set: DecisionSetId) -> list[Event]:
        async with self.pool.connection() as conn:
            return await events.read(conn, decision_set, limit=10_000)

    async def until(
        self, decision_set: DecisionSetId, wanted: Callable[[DecisionSet], bool], *, seconds: float = 60
    ) -> DecisionSet:
        """Waits until the decision set is as wanted; fails with its last events when it never is."""
        deadline = time.monotonic() + seconds
        while True:
            now = await self.read(decision_set)
            if wanted(now):
                return now
            if time.monotonic() > deadline:
                told = [(event.seq, event.type, event.node) for event in await self.events(decision_set)]
                raise AssertionError(
                    f"still {now.status}/{now.stage} after {seconds} s: {told}\n{self.log_text()[-4000:]}"
                )
            await asyncio.sleep(0.05)

    async def to_gate(self, decision_set: DecisionSetId) -> DecisionSet:
        """Starts planning with what is missing assumed, and waits for the gate."""
        await self.until(decision_set, lambda now: now.question is not None or now.status != "intake")
        await self.start(decision_set)
        return await self.until(decision_set, lambda now: now.gate is not None)


def kinds(told: list[Event]) -> list[str]:
    return [event.type for event in told]
