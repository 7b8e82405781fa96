"""A sandbox of each mechanism that this machine has, and small programs in it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.sandbox import Limits, Sandbox, SandboxName, SandboxResult

QUICK = Limits(timeout_s=10, memory_mb=512, processes=40)


@pytest.fixture(params=["bubblewrap", "unshare"], scope="module")
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    name: SandboxName = request.param
    found = Sandbox(name)
    failure = found._trial()
    if failure is not None:
        pytest.skip(f"{name} does not work on this machine: {failure}")
    return found


async def python(sandbox: Sandbox, code: str, *arguments: object, limits: Limits = QUICK) -> SandboxResult:
    return await sandbox.run([sys.executable, "-I", "-S", "-c", code, *map(str, arguments)], limits=limits)


def processes_named(marker: str) -> list[int]:
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def eventually(true: Callable[[], bool]) -> bool:
    """Whether it became true within five seconds."""
    for _ in range(250):
        if true():
            return True
        await asyncio.sleep(0.02)
    return False
