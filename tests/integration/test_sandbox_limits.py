"""What a program in a sandbox may use up, and that nothing of it is left, with each mechanism that this machine has.
Each program is bounded: a sandbox that did not hold would fail the test, not the machine."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from infra.sandbox import Limits, Sandbox
from tests.sandboxed import QUICK, eventually, processes_named, python

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sandboxing needs Linux namespaces"),
]


async def test_it_cannot_start_more_processes_than_it_may(sandbox: Sandbox) -> None:
    """Tries 200 children that only sleep, and stops at the first refusal."""
    code = """
import os, time
started = 0
for _ in range(200):
    try:
        child = os.fork()
    except BlockingIOError:
        break
    if child == 0:
        time.sleep(30)
        os._exit(0)
    started += 1
print(started)
"""
    result = await python(sandbox, code)
    assert result.exit_code == 0
    assert 20 <= int(result.stdout) <= QUICK.processes


async def test_an_endless_loop_is_ended_and_nothing_of_it_is_left(sandbox: Sandbox) -> None:
    marker = f"marker-{os.getpid()}-{time.monotonic_ns()}"
    code = """
import os, sys
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
while True:
    pass
"""
    result = await python(sandbox, code, marker, limits=Limits(timeout_s=1, memory_mb=512, processes=40))
    assert (result.exit_code, result.killed) == (None, "time")
    assert processes_named(marker) == []


async def test_children_that_outlive_their_program_are_ended(sandbox: Sandbox) -> None:
    marker = f"marker-{os.getpid()}-{time.monotonic_ns()}"
    code = "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(60)\nprint('done')"
    result = await python(sandbox, code, marker)
    assert (result.stdout, result.exit_code) == ("done\n", 0)
    assert processes_named(marker) == []


async def test_processor_time_is_limited(sandbox: Sandbox) -> None:
    result = await python(sandbox, "while True: pass", limits=Limits(timeout_s=8, cpu_s=1, memory_mb=512))
    assert result.exit_code in (128 + 9, 128 + 24)


async def test_one_process_cannot_take_more_memory_than_it_may(sandbox: Sandbox) -> None:
    result = await python(sandbox, "held = bytearray(800 << 20)")
    assert result.exit_code == 1
    assert "MemoryError" in result.stderr


async def test_many_processes_cannot_take_more_memory_together(sandbox: Sandbox) -> None:
    code = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(100 << 20)
        time.sleep(20)
time.sleep(20)
"""
    assert (await python(sandbox, code)).killed == "memory"


async def test_its_disk_is_limited(sandbox: Sandbox) -> None:
    code = """
written = 0
try:
    for number in range(30):
        with open(f'file-{number}', 'wb') as file:
            written += file.write(bytes(4 << 20))
except OSError as error:
    print(error.strerror, written >> 20)
"""
    result = await python(sandbox, code, limits=Limits(timeout_s=10, memory_mb=512, disk_mb=32))
    assert result.stdout.startswith("No space left on device")
    assert int(result.stdout.split()[-1]) <= 32


async def test_a_flood_of_output_is_ended_and_its_end_kept(sandbox: Sandbox) -> None:
    code = "import sys\nfor _ in range(100_000): sys.stdout.write('x' * 1000)"
    result = await python(sandbox, code, limits=Limits(timeout_s=20, memory_mb=512, output_kb=16))
    assert result.killed == "output"
    assert result.stdout == "x" * (16 << 10)


async def test_a_short_flood_counts_as_one_too(sandbox: Sandbox) -> None:
    code = "import sys\nsys.stdout.write('x' * (300 << 10))"
    result = await python(sandbox, code, limits=Limits(timeout_s=20, memory_mb=512, output_kb=16))
    assert (result.exit_code, result.killed) == (None, "output")


async def test_a_cancelled_run_leaves_nothing(sandbox: Sandbox) -> None:
    marker = f"marker-{os.getpid()}-{time.monotonic_ns()}"
    run = asyncio.create_task(python(sandbox, "import time; time.sleep(60)", marker))
    assert await eventually(lambda: processes_named(marker) != [])
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert processes_named(marker) == []


async def test_a_run_dies_with_the_process_that_started_it(sandbox: Sandbox) -> None:
    marker = f"marker-{os.getpid()}-{time.monotonic_ns()}"
    code = f"""
import asyncio, sys
from infra.sandbox import Sandbox
asyncio.run(Sandbox({sandbox.name!r}).run([sys.executable, "-c", "import time; time.sleep(60)", {marker!r}]))
"""
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=Path(__file__).parents[2])
    assert await eventually(lambda: len(processes_named(marker)) > 1)
    starter.kill()
    await starter.wait()
    assert await eventually(lambda: processes_named(marker) == [])
