"""What a process tree uses. The limits of one process do not add up to a limit for all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    processes: int
    resident: int
    """Bytes; a page that several processes share counts for each."""


def tree_usage(root: int, stop_at: int) -> Usage:
    """The processes below and including `root`, counted up to `stop_at` of them."""
    waiting, processes, resident = [root], 0, 0
    while waiting and processes < stop_at:
        folder = Path("/proc") / str(waiting.pop())
        try:
            resident += int((folder / "statm").read_bytes().split()[1]) * _PAGE
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_bytes().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
        processes += 1
    return Usage(processes, resident)
