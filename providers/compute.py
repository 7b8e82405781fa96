"""Where Python that takes more than 20 ms runs: in a process of its own, so that heartbeats and streams go on."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from threading import Thread
from typing import Generic, ParamSpec, TypeVar

from storage.compute import Compute

__all__ = ["Compute", "ComputePool", "NoTurn", "here"]

P = ParamSpec("P")
T = TypeVar("T")
LIMIT_SECONDS = 30.0
CLOSE_SECONDS = 2.0
"""How long a pool that closes waits for the thread behind a killed process; it takes milliseconds. Python 3.11 wakes
such threads as it exits: where one ends just then, that writes to a closed pipe, and says so in the log."""
_TRACKED = "ignore:resource_tracker:UserWarning"
"""When this process is killed, Python's tracker removes its semaphores, and would say so between the log's lines."""


async def here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs the function on the spot."""
    return function(*args, **kwargs)


def _die_with_parent() -> None:
    """Asks Linux to end this process when its parent ends, however it ends; Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it ended before the request was made
        os._exit(1)


class NoTurn(TimeoutError):
    """The call waited for its turn for as long as it may, and was not started."""


class ComputePool:
    """A few processes, each running one call at a time."""

    def __init__(self, *, processes: int = 1, limit: float = LIMIT_SECONDS, wait: float | None = None) -> None:
        """Seconds: `limit` is how long a call may run, `wait` how long it may wait for its turn, None meaning that
        every call gets one."""
        if _TRACKED not in sys.warnoptions:  # which the tracker is started with
            sys.warnoptions.append(_TRACKED)
        self._limit, self._wait = limit, wait
        self._processes = [_Process() for _ in range(processes)]
        self._idle: asyncio.LifoQueue[_Process] = asyncio.LifoQueue()
        for process in self._processes:
            self._idle.put_nowait(process)

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises TimeoutError where the function ran for too long, NoTurn where it never did, and BrokenProcessPool
        where its process died twice: the first time may have been for the memory of another."""
        call = _Call(function, args, kwargs)
        process = await self._turn()
        try:
            async with asyncio.timeout(self._limit):
                try:
                    return await process.run(call)
                except BrokenProcessPool:
                    if process.closed:
                        raise
                    return await process.run(call)
        finally:
            self._idle.put_nowait(process)

    async def _turn(self) -> _Process:
        try:
            async with asyncio.timeout(self._wait):
                return await self._idle.get()
        except TimeoutError:
            raise NoTurn(f"no process was free within {self._wait:g} s") from None

    def close(self) -> None:
        """Kills what still runs."""
        for process in self._processes:
            process.close()


class _Process:
    """Started by its first call, and anew after it died or a call was given up."""

    def __init__(self) -> None:
        self.closed = False
        self._executor = _executor()
        self._ending: object = None

    async def run(self, call: _Call[T]) -> T:
        """Raises BrokenProcessPool where the process died. A call that is cancelled ends with its process."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        except (asyncio.CancelledError, BrokenProcessPool):
            self._kill()
            if not self.closed:
                self._executor = _executor()
            raise

    def close(self) -> None:
        self.closed = True
        self._kill()
        if isinstance(self._ending, Thread):
            self._ending.join(CLOSE_SECONDS)

    def _kill(self) -> None:
        for process in list((self._executor._processes or {}).values()):
            process.kill()
        self._ending = self._executor._executor_manager_thread or self._ending
        self._executor.shutdown(wait=False, cancel_futures=True)


def _executor() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with_parent)


class _Call(Generic[T]):
    """A call as one picklable thing."""

    def __init__(self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        self._function, self._args, self._kwargs = function, args, kwargs

    def __call__(self) -> T:
        try:
            return self._function(*self._args, **self._kwargs)
        finally:
            _settle()


@cache
def _settle() -> None:
    """Once in a process: what its first call loaded stays, so later searches for garbage, 30 ms each, leave it out."""
    gc.collect()
    gc.freeze()
