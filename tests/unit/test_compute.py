"""The processes that compute, and what they leave behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

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
    while not pool._pool._processes:
        await asyncio.sleep(0)
    print(*pool._pool._processes, flush=True)
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
