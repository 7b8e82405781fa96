"""The bundle's own tests, which run what was generated."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from graphs.decision.checks.process import plain
from graphs.decision.checks.ran import not_run, ran
from infra.sandbox import Limits, Sandbox, SandboxFailed
from storage.records.plans import Check

_LIMITS = Limits(timeout_s=30, cpu_s=30, memory_mb=2048)
_PYTEST = ("-o", "addopts=", "-q", "--tb=short", "-rfE", "--color=no", "-p", "no:cacheprovider")
_NO_TESTS = 5
"""pytest's exit code when it collected none."""


async def run_tests(folder: Path, sandbox: Sandbox) -> Check:
    """Without a sandbox they do not run."""
    release = version("pytest")
    argv = [sys.executable, "-B", "-m", "pytest", *_PYTEST]
    try:
        env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "NO_COLOR": "1", "COLUMNS": "160"}
        result = await sandbox.run(argv, inputs=folder, env=env, limits=_LIMITS)
    except SandboxFailed as error:
        return not_run("pytest", release, f"Nothing generated is executed without a sandbox: {plain(str(error))}")
    lines = [line for line in result.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if result.exit_code == _NO_TESTS:
        lines = ["the bundle has no tests"]
    summary = next((line for line in reversed(result.stdout.splitlines()) if line.strip()), "")
    return ran("pytest", release, result, lines, plain(summary) if result.exit_code == 0 else "")
