"""Tools as subprocesses, and what of their words is kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TAIL_BYTES = 4096
MAX_FAILURES = 50
_FAILURE_LENGTH = 300
_ENVIRONMENT = {
    "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "GIT_DIR": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "CHECKPOINT_DISABLE": "1",
}


class ToolTimedOut(Exception):
    """The tool did not end in time."""


@dataclass(frozen=True, slots=True)
class Finished:
    exit_code: int
    stdout: str
    stderr: str


async def run_tool(argv: Sequence[str], cwd: Path, timeout_s: float) -> Finished:
    """Runs a tool of ours that only reads the bundle. No home and no repository: git settings in a bundle could name
    programs to start. Raises ToolTimedOut."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=_ENVIRONMENT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout_s)
    except TimeoutError as error:
        raise ToolTimedOut(f"{Path(argv[0]).name} did not end in {timeout_s:g} s") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def plain(text: str) -> str:
    """Without control and other unprintable characters, line breaks and tabs apart; terminal colours go whole."""
    kept: list[str] = []
    for piece in text.split("\x1b["):
        kept.append(piece if not kept else piece.lstrip("0123456789;?")[1:])
    return "".join(char for char in "".join(kept) if char.isprintable() or char in "\n\t")


def tail(*texts: str) -> str:
    """The last 4 KiB, whole lines where there are any."""
    data = plain("\n".join(text.strip() for text in texts if text.strip())).encode()
    if len(data) <= TAIL_BYTES:
        return data.decode()
    return data[-TAIL_BYTES:].decode(errors="ignore").partition("\n")[2] or data[-TAIL_BYTES:].decode(errors="ignore")


def failures(lines: Sequence[str]) -> list[str]:
    """Bounded, for a card; the last item counts what is left out."""
    kept = [plain(line)[:_FAILURE_LENGTH] for line in lines[:MAX_FAILURES]]
    return kept if len(lines) <= MAX_FAILURES else [*kept, f"and {len(lines) - MAX_FAILURES} more"]
