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
from typing import Generic, ParamSpec, TypeVar

from storage.compute import Compute

__all__ = ["Compute", "ComputePool", "here"]

P = ParamSpec("P")
T = TypeVar("T")
LIMIT_SECONDS = 30.0
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


class ComputePool:
    """A few processes, restarted when one is killed. A call that takes longer than `limit` seconds raises TimeoutError
    and its processes are replaced."""

    def __init__(self, *, processes: int = 1, limit: float = LIMIT_SECONDS) -> None:
        if _TRACKED not in sys.warnoptions:  # which the tracker is started with
            sys.warnoptions.append(_TRACKED)
        self._processes, self._limit = processes, limit
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with_parent
        )

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        call = asyncio.get_running_loop().run_in_executor(self._pool, _Call(function, args, kwargs))
        try:
            return await asyncio.wait_for(call, self._limit)
        except (TimeoutError, BrokenProcessPool):
            self.close()
            self._pool = self._fresh()
            raise

    def close(self) -> None:
        """Kills what still runs."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)


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
