"""Keeps child processes running: each in a process group of its own, restarted when it dies, stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from infra.errors import ProcessFailed
from infra.log_files import last_lines

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Program:
    """`stop_seconds` is how long it may take to end by itself once it is asked to."""

    name: str
    command: Sequence[str]
    log: Path
    stop_seconds: float
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds: the first wait, the longest, and how long a child must live for the waits to start over."""

    first: float = 0.2
    most: float = 5.0
    healthy: float = 20.0
    settled: float = 1.0
    """How long each child must have lived before all is called ready: one that cannot start dies sooner."""
    attempts: int = 3
    """Deaths before all was ready, after which there is no point in another try."""


class Child:
    def __init__(self, program: Program, say: Say, backoff: Backoff) -> None:
        self.program = program
        self.process: Process | None = None
        self._say = say
        self._backoff = backoff
        self._stopping = asyncio.Event()
        self._spawning = asyncio.Lock()
        self._born = inf

    async def keep(self, ready: asyncio.Event) -> None:
        """Returns when stopped. Raises ProcessFailed where it dies of its settings, or repeatedly, before `ready`."""
        wait, deaths = self._backoff.first, 0
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            self._born = clock()
            code = await self._run()
            lived, self._born = clock() - self._born, inf
            if self._stopping.is_set():
                return
            deaths += 1
            if not ready.is_set() and (code == 2 or deaths >= self._backoff.attempts):
                raise ProcessFailed(
                    f"The {self.program.name} process {ending(code)}:\n{last_lines(self.program.log, 8)}"
                )
            if lived > self._backoff.healthy:
                wait = self._backoff.first
            reason = f"\n  {last_lines(self.program.log, 1)}\n  (from {self.program.log})" if code > 0 else ""
            self._say(f"The {self.program.name} process {ending(code)}; starting it again in {wait:.1f} s.{reason}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
            wait = min(wait * 2, self._backoff.most)

    def has_settled(self) -> bool:
        return asyncio.get_running_loop().time() - self._born >= self._backoff.settled

    async def stop(self, hurry: asyncio.Event) -> None:
        """Asks, waits, then kills: at once where `hurry` is set meanwhile."""
        self._stopping.set()
        async with self._spawning:
            process = self.process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        done, hurried = asyncio.create_task(process.wait()), asyncio.create_task(hurry.wait())
        await asyncio.wait((done, hurried), timeout=self.program.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not done.done():
            self._say(f"The {self.program.name} process did not stop in time and was killed.")
            _kill_group(process.pid)
        await done

    async def _run(self) -> int:
        async with self._spawning:
            if self._stopping.is_set():
                return 0
            self.process = process = await self._spawn()
        code = await process.wait()
        _kill_group(process.pid)
        return code

    async def _spawn(self) -> Process:
        with self.program.log.open("ab") as log:
            # Nothing is ever written to standard input: that it closes tells the child that the supervisor is gone.
            return await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=PIPE,
                stdout=log,
                stderr=log,
                env=dict(self.program.environment),
                start_new_session=True,
            )


class Supervisor:
    """Programs are started together and stopped one after the other, the first named first."""

    def __init__(self, programs: Sequence[Program], *, say: Say, backoff: Backoff | None = None) -> None:
        self.children = [Child(program, say, backoff or Backoff()) for program in programs]

    async def run(
        self,
        *,
        is_ready: Callable[[], Awaitable[bool]],
        on_ready: Callable[[], Awaitable[None]],
        stop: asyncio.Event,
        hurry: asyncio.Event,
    ) -> None:
        """Until `stop` is set. Raises ProcessFailed when a child cannot be brought up. No child is left either way."""
        ready = asyncio.Event()
        keepers = [asyncio.create_task(child.keep(ready)) for child in self.children]
        front = asyncio.create_task(self._front(is_ready, on_ready, ready))
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                watched = {*keepers, stopped} | (set() if front.done() else {front})
                done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {stopped}:
                    task.result()
        finally:
            for task in (front, stopped):
                task.cancel()
            for child in self.children:
                await child.stop(hurry)
            await asyncio.wait({*keepers, front, stopped})

    async def _front(
        self, is_ready: Callable[[], Awaitable[bool]], on_ready: Callable[[], Awaitable[None]], ready: asyncio.Event
    ) -> None:
        while True:
            await asyncio.sleep(0.05)
            if await is_ready() and all(child.has_settled() for child in self.children):
                break
        ready.set()
        await on_ready()


def ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def _kill_group(leader: int) -> None:
    """What a dead leader leaves: pool processes and tools that would go on writing beside its successor."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
