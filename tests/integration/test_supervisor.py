"""The supervisor over real processes: what dies comes back, what is stopped is gone, in order."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from cli.supervisor import Backoff, Program, Supervisor
from infra.errors import ProcessFailed

ROOT = Path(__file__).parents[2]
QUICK = Backoff(first=0.1, most=0.4, healthy=60, settled=0)

# Writes its process id and that of a child of its own; ends on SIGTERM, which it notes in a file that all share.
PATIENT = """
import os, signal, subprocess, sys, time
name, folder = sys.argv[1:]
helper = subprocess.Popen(["sleep", "600"])
def stop(*_):
    open(f"{folder}/order", "a").write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open(f"{folder}/{name}", "a").write(f"{os.getpid()} {helper.pid}\\n")
while True: time.sleep(600)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


@dataclass
class House:
    folder: Path
    said: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    greeted: int = 0

    def program(self, name: str, script: str = PATIENT, stop_seconds: float = 5) -> Program:
        command = [sys.executable, "-c", script, name, str(self.folder)]
        return Program(name, command, self.folder / f"{name}.log", stop_seconds)

    async def run(self, *programs: Program, ready: Callable[[], Awaitable[bool]], backoff: Backoff = QUICK) -> None:
        async def greet() -> None:
            self.greeted += 1

        supervisor = Supervisor(programs, say=self.said.append, backoff=backoff)
        await supervisor.run(is_ready=ready, on_ready=greet, stop=self.stop, hurry=self.hurry)

    def lives(self, name: str) -> list[list[int]]:
        """Per start of a program, its process id and its helper's."""
        path = self.folder / name
        return [[int(pid) for pid in line.split()] for line in path.read_text().splitlines()] if path.exists() else []

    async def started(self, name: str, times: int) -> list[int]:
        async with asyncio.timeout(10):
            while len(self.lives(name)) < times:  # noqa: ASYNC110 - another process writes the file
                await asyncio.sleep(0.02)
        return self.lives(name)[-1]


async def at_once() -> bool:
    return True


async def never() -> bool:
    return False


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def gone(*pids: int) -> None:
    """A process killed with its group is dead a moment after its leader."""
    async with asyncio.timeout(5):
        while any(map(is_alive, pids)):  # noqa: ASYNC110 - they are not this process's children
            await asyncio.sleep(0.02)


def test_a_killed_child_comes_back_and_leaves_no_helper_behind(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        running = asyncio.create_task(house.run(house.program("worker"), house.program("web"), ready=at_once))
        first, helper = await house.started("worker", 1)
        await house.started("web", 1)
        os.kill(first, signal.SIGKILL)
        second, _ = await house.started("worker", 2)
        assert second != first
        await gone(helper)
        assert len(house.lives("web")) == 1
        assert [line.split(";")[0] for line in house.said] == ["The worker process was ended by SIGKILL"]
        house.stop.set()
        await running
        assert house.greeted == 1

    asyncio.run(scenario())


def test_a_stop_goes_in_order_and_leaves_no_process(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        running = asyncio.create_task(house.run(house.program("worker"), house.program("web"), ready=at_once))
        pids = [*await house.started("worker", 1), *await house.started("web", 1)]
        house.stop.set()
        await running
        assert (tmp_path / "order").read_text().split() == ["worker", "web"]
        await gone(*pids)

    asyncio.run(scenario())


@pytest.mark.parametrize(("patience", "hurried"), [(0.2, False), (600, True)], ids=["in time", "when hurried"])
def test_a_child_that_will_not_stop_is_killed(tmp_path: Path, patience: float, hurried: bool) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        program = house.program("worker", STUBBORN, stop_seconds=patience)
        running = asyncio.create_task(house.run(program, ready=at_once))
        async with asyncio.timeout(10):
            while not program.log.exists() or not program.log.read_text():  # noqa: ASYNC110 - another process writes
                await asyncio.sleep(0.02)
        house.stop.set()
        await asyncio.sleep(0.1)
        if hurried:
            house.hurry.set()
        async with asyncio.timeout(5):
            await running
        assert house.said == ["The worker process did not stop in time and was killed."]

    asyncio.run(scenario())


def test_a_child_that_never_comes_up_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        broken = house.program("web", "print('no module named console'); raise SystemExit(1)")
        with pytest.raises(ProcessFailed, match=r"The web process ended with exit code 1:\n(.*\n)*no module named"):
            await house.run(house.program("worker"), broken, ready=never)
        assert len(house.said) == 2
        await gone(*[pid for life in house.lives("worker") for pid in life])

    asyncio.run(scenario())


def test_nothing_is_called_ready_while_one_child_keeps_dying(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        broken = house.program("worker", "raise SystemExit('no module named planner')")
        with pytest.raises(ProcessFailed, match="no module named planner"):
            await house.run(broken, house.program("web"), ready=at_once, backoff=Backoff(first=0.1, settled=2))
        assert house.greeted == 0

    asyncio.run(scenario())


def test_a_refused_setting_is_not_tried_twice(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        with pytest.raises(ProcessFailed, match="exit code 2"):
            await house.run(house.program("web", "raise SystemExit(2)"), ready=never)
        assert house.said == []

    asyncio.run(scenario())


def test_waits_grow_while_a_child_keeps_dying(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        running = asyncio.create_task(house.run(house.program("web", "raise SystemExit(1)"), ready=at_once))
        async with asyncio.timeout(20):
            while len(house.said) < 5:  # noqa: ASYNC110 - the supervisor under test has no event for it
                await asyncio.sleep(0.02)
        house.stop.set()
        await running
        waits = [line.split(" again in ")[1].split(" s.")[0] for line in house.said[:5]]
        assert waits == ["0.1", "0.2", "0.4", "0.4", "0.4"]

    asyncio.run(scenario())


def test_waits_start_over_after_a_healthy_life(tmp_path: Path) -> None:
    async def scenario() -> None:
        house = House(tmp_path)
        running = asyncio.create_task(
            house.run(house.program("worker"), ready=at_once, backoff=Backoff(first=0.1, most=5, healthy=0, settled=0))
        )
        for life in range(1, 4):
            pid, _ = await house.started("worker", life)
            os.kill(pid, signal.SIGKILL)
        await house.started("worker", 4)
        house.stop.set()
        await running
        assert [line.split(" again in ")[1].split(" s.")[0] for line in house.said] == ["0.1", "0.1", "0.1"]

    asyncio.run(scenario())


CHILD_OF_THE_SUPERVISOR = """
import os, subprocess, sys, time
from cli.parent import stop_with_parent
stop_with_parent(grace=0.2)
helper = subprocess.Popen(["sleep", "600"])
open(f"{sys.argv[2]}/{sys.argv[1]}", "a").write(f"{os.getpid()} {helper.pid}\\n")
if sys.argv[1] == "deaf":
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True: time.sleep(600)
"""
SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from cli.supervisor import Program, Supervisor
async def main(script, folder):
    programs = [Program(n, [sys.executable, "-c", script, n, folder], Path(folder) / "log", 5) for n in ("web", "deaf")]
    async def ready(): return True
    async def greet(): pass
    await Supervisor(programs, say=print).run(
        is_ready=ready, on_ready=greet, stop=asyncio.Event(), hurry=asyncio.Event())
asyncio.run(main(*sys.argv[1:]))
"""


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    house = House(tmp_path)
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, CHILD_OF_THE_SUPERVISOR, tmp_path], cwd=ROOT)
    web = asyncio.run(house.started("web", 1))
    deaf = asyncio.run(house.started("deaf", 1))
    supervisor.kill()
    supervisor.wait()
    asyncio.run(gone(web[0], *deaf))
    os.kill(web[1], signal.SIGKILL)  # The helper of a child that ended politely is that child's own affair.
