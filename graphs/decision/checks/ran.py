"""How the end of a tool reads in the report."""

from __future__ import annotations

from graphs.decision.checks.process import failures, plain, tail
from infra.sandbox import Limits, SandboxResult
from storage.records.plans import Check

LARGE = Limits(timeout_s=60, cpu_s=60, memory_mb=8192, processes=256, disk_mb=256, open_files=4096)
"""For tools that are large programs themselves."""
_KILLED = {
    "time": "it did not end in time",
    "memory": "it used more memory than it may",
    "processes": "it started more processes than it may",
    "output": "it wrote more output than it may",
}


class Unusable(Exception):
    """A tool that is here and did not do its work, and why."""


def not_run(tool: str, release: str, why: str) -> Check:
    return Check(tool=tool, version=release, outcome="not_run", detail=why)


def ran(tool: str, release: str, result: SandboxResult, lines: list[str], detail: str = "") -> Check:
    """By its exit code; `lines` are what it found."""
    if result.killed is not None:
        lines = [_KILLED[result.killed], *lines]
    return Check(
        tool=tool,
        version=release,
        outcome="passed" if result.exit_code == 0 else "failed",
        exit_code=result.exit_code,
        failures=failures(lines),
        detail=detail,
        log_tail="" if result.exit_code == 0 else tail(result.stdout, result.stderr),
    )


def ending(exit_code: int | None, stderr: str) -> str:
    """The exit code and the last words."""
    words = next((line for line in reversed(plain(stderr).splitlines()) if line.strip()), "it said nothing")
    return f"exit code {exit_code}: {words.strip()}"
