"""The processes that compute, and what they leave behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from providers.compute import ComputePool, NoTurn

KILLED = """
import asyncio, os, signal
from providers.compute import ComputePool

async def main():
    pool = ComputePool()
    print(await pool(os.getpid) != os.getpid(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_killed_process_leaves_no_words_but_its_own_in_the_log(tmp_path: Path) -> None:
    program = tmp_path / "killed.py"
    program.write_text(KILLED)
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=False, timeout=60, env={"PYTHONPATH": "."}
    )
    assert (done.returncode, done.stdout, done.stderr) == (-9, "True\n", "")


EARLY = """
import asyncio, os, signal
from providers.compute import ComputePool

async def main():
    pool = ComputePool()
    call = asyncio.create_task(pool(os.getpid))
    [process] = pool._processes
    while not process._executor._processes:
        await asyncio.sleep(0)
    print(*process._executor._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_process_whose_parent_was_killed_while_it_started_ends_too(tmp_path: Path) -> None:
    program = tmp_path / "early.py"
    program.write_text(EARLY)
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=False, timeout=60, env={"PYTHONPATH": "."}
    )
    assert done.returncode == -9
    children = [psutil.Process(int(pid)) for pid in done.stdout.split() if psutil.pid_exists(int(pid))]
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


def held_until(release: Path) -> int:
    while not release.exists():
        time.sleep(0.01)
    return os.getpid()


def killed_unless(survives: Path) -> int:
    """Dies of a signal, as one that the system takes the memory from does; the second try lives."""
    if survives.exists():
        return os.getpid()
    survives.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it lives on")


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def pool() -> Iterator[ComputePool]:
    with closing(ComputePool()) as pool:
        yield pool


@pytest.mark.anyio
async def test_a_call_that_hangs_ends_alone(pool: ComputePool) -> None:
    first = await pool(os.getpid)
    pool._limit = 0.3
    hung = asyncio.create_task(pool(time.sleep, 600))
    await asyncio.sleep(0)
    pool._limit = 60
    behind = [asyncio.create_task(pool(os.getpid)) for _ in range(3)]
    with pytest.raises(TimeoutError):
        await hung
    assert len(set(await asyncio.gather(*behind)) | {first}) == 2


@pytest.mark.anyio
async def test_the_wait_for_a_turn_does_not_count(pool: ComputePool, tmp_path: Path) -> None:
    ahead = asyncio.create_task(pool(held_until, tmp_path / "go"))
    await asyncio.sleep(0)
    pool._limit = 0.1
    behind = [asyncio.create_task(pool(os.getpid)) for _ in range(3)]
    await asyncio.sleep(0.5)
    pool._limit = 60
    (tmp_path / "go").touch()
    assert set(await asyncio.gather(*behind)) == {await ahead}


@pytest.mark.anyio
async def test_a_call_that_gets_no_turn_says_so(tmp_path: Path) -> None:
    with closing(ComputePool(wait=0)) as pool:
        ahead = asyncio.create_task(pool(held_until, tmp_path / "go"))
        await asyncio.sleep(0)
        with pytest.raises(NoTurn):
            await pool(os.getpid)
        (tmp_path / "go").touch()
        assert await ahead == await pool(os.getpid)


@pytest.mark.anyio
async def test_a_call_that_is_cancelled_leaves_its_neighbour_alone(tmp_path: Path) -> None:
    with closing(ComputePool(processes=2)) as pool:
        neighbour = asyncio.create_task(pool(held_until, tmp_path / "go"))
        given_up = asyncio.create_task(pool(held_until, tmp_path / "never"))
        behind = asyncio.create_task(pool(os.getpid))
        await asyncio.sleep(0)
        given_up.cancel()
        other = await behind
        (tmp_path / "go").touch()
        assert await neighbour != other
        assert given_up.cancelled()


@pytest.mark.anyio
async def test_a_killed_process_is_tried_again_once(pool: ComputePool, tmp_path: Path) -> None:
    assert await pool(killed_unless, tmp_path / "once") != os.getpid()
    with pytest.raises(BrokenProcessPool):
        await pool(killed)
    assert await pool(os.getpid) != os.getpid()


@pytest.mark.anyio
@pytest.mark.parametrize("given_up", [False, True])
async def test_a_closed_pool_leaves_no_thread_for_the_end_of_python(tmp_path: Path, given_up: bool) -> None:
    before = set(threading.enumerate())
    pool = ComputePool()
    running = asyncio.create_task(pool(held_until, tmp_path / "never"))
    await asyncio.sleep(0)
    assert set(threading.enumerate()) > before
    if given_up:
        running.cancel()
        await asyncio.wait({running})
    pool.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises((BrokenProcessPool, asyncio.CancelledError)):
        await running


@pytest.mark.anyio
async def test_a_closed_pool_starts_nothing_more(tmp_path: Path) -> None:
    pool = ComputePool()
    running = asyncio.create_task(pool(held_until, tmp_path / "never"))
    behind = asyncio.create_task(pool(os.getpid))
    await asyncio.sleep(0)
    pool.close()
    for call in (running, behind):
        with pytest.raises((RuntimeError, asyncio.CancelledError)):
            await call
