"""What `postmaster.pid` says, and whether it is true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    pid: int
    sockets: Path


def read_postmaster(data: Path) -> Postmaster | None:
    """Lines 1 and 5 of PostgreSQL's lock file: process id, socket folder. None when there is none, or half of one."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 5 or not lines[0].strip().isdigit():
        return None
    return Postmaster(int(lines[0]), Path(lines[4]))


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a live postmaster of this folder, which is where a postmaster always works."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        return Path(process.cwd()).resolve() == data.resolve()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # A postgres of another account: not ours to judge, so PostgreSQL's own check decides.
        return True


def clear_stale(data: Path) -> None:
    """Removes what a postmaster that no longer serves this folder left, where PostgreSQL would take it for a live one.

    That is: a process id which now belongs to something else, or to a zombie that nobody reaps. A `postmaster.pid`
    whose process is gone is left to PostgreSQL, which also looks for shared memory that is still attached.
    """
    postmaster = read_postmaster(data)
    if postmaster is None or serves(postmaster.pid, data):
        return
    for lock in postmaster.sockets.glob(".s.PGSQL.*"):
        lock.unlink(missing_ok=True)
    if psutil.pid_exists(postmaster.pid):
        (data / "postmaster.pid").unlink(missing_ok=True)
