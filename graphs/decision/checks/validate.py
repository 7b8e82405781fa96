"""All checks of a bundle, two at a time, and the verdict."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from graphs.decision.checks import static
from graphs.decision.checks.checkov import scan_infrastructure
from graphs.decision.checks.executed import run_tests
from graphs.decision.checks.process import ToolTimedOut
from graphs.decision.checks.terraform import validate_terraform
from graphs.decision.checks.workspace import BundleRefused, write_bundle
from infra.sandbox import Sandbox
from storage.records.plans import Check, Validation

_AT_A_TIME = 2
_ORDER = {"failed": 0, "not_run": 1, "passed": 2}


async def validate(files: Mapping[str, bytes], sandbox: Sandbox, *, require_sandbox: bool) -> Validation:
    """Failed checks first, then those that did not run. `require_sandbox` makes tests that could not run a failure."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as name:
        folder = Path(name)
        try:
            await asyncio.to_thread(write_bundle, files, folder)
        except BundleRefused as error:
            refused = Check(tool="layout", version="1", outcome="failed", exit_code=1, failures=[str(error)])
            return Validation(outcome="failed", checks=[refused], sandbox=sandbox.name)
        checks = await _all_checks(files, folder, sandbox)
    if require_sandbox:
        checks = [_required(check) for check in checks]
    checks.sort(key=lambda check: _ORDER[check.outcome])
    failed = any(check.outcome == "failed" for check in checks)
    return Validation(outcome="failed" if failed else "passed", checks=checks, sandbox=sandbox.name)


async def _all_checks(files: Mapping[str, bytes], folder: Path, sandbox: Sandbox) -> list[Check]:
    """The longest first."""
    slots = asyncio.Semaphore(_AT_A_TIME)

    async def held(tool: str, check: Callable[[], Awaitable[Check]]) -> Check:
        async with slots:
            try:
                return await check()
            except ToolTimedOut as error:
                return Check(tool=tool, version="", outcome="failed", exit_code=None, failures=[str(error)])

    found = await asyncio.gather(
        held("pytest", lambda: run_tests(folder, sandbox)),
        held("detect-secrets", lambda: static.find_secrets(folder)),
        held("python-hcl2", lambda: static.parse_terraform(folder)),
        held("terraform", lambda: validate_terraform(folder, files, sandbox)),
        held("checkov", lambda: scan_infrastructure(folder, sandbox)),
        held("ruff", lambda: static.lint(folder)),
        held("PyYAML", lambda: static.parse_yaml(folder)),
    )
    return [*found, static.check_dockerfile(files)]


def _required(check: Check) -> Check:
    """What needs the sandbox and did not run, where it is required."""
    if check.tool != "pytest" or check.outcome != "not_run":
        return check
    return check.model_copy(update={"outcome": "failed", "failures": ["A sandbox is required and there is none."]})
