"""Checks that run what was generated, or a tool on it that starts other programs. Without a sandbox they do not run."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from graphs.decision.checks.process import failures, plain, run_tool, tail
from infra.sandbox import Limits, Sandbox, SandboxFailed, SandboxResult
from storage.records.plans import Check

_TESTS = Limits(timeout_s=30, cpu_s=30, memory_mb=2048)
_LARGE = Limits(timeout_s=60, cpu_s=60, memory_mb=8192, processes=256, disk_mb=256, open_files=4096)
_KILLED = {
    "time": "it did not end in time",
    "memory": "it used more memory than it may",
    "processes": "it started more processes than it may",
    "output": "it wrote more output than it may",
}
_PYTEST = ("-o", "addopts=", "-q", "--tb=short", "-rfE", "--color=no", "-p", "no:cacheprovider")
_NOT_STARTED = (126, 127)
"""A shell's exit codes for a program it cannot start."""
_NO_TESTS = 5
"""pytest's exit code when it collected none."""
_CHECKOV = (
    *("--directory", ".", "--framework", "terraform", "dockerfile", "github_actions", "gitlab_ci"),
    *("--skip-download", "--quiet", "--compact", "--output", "json"),
)
_SOURCE = re.compile(r'^\s*source\s*=\s*"([a-z0-9-]+/[a-z0-9-]+)"', re.MULTILINE)
# Terraform's implied local mirror directories (Terraform documentation, "CLI Configuration File").
_MIRRORS = (
    Path("~/.terraform.d/plugins"),
    Path("~/.local/share/terraform/plugins"),
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
)


async def run_tests(folder: Path, sandbox: Sandbox) -> Check:
    """The bundle's own tests."""
    release = version("pytest")
    argv = [sys.executable, "-B", "-m", "pytest", *_PYTEST]
    try:
        env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "NO_COLOR": "1", "COLUMNS": "160"}
        result = await sandbox.run(argv, inputs=folder, env=env, limits=_TESTS)
    except SandboxFailed as error:
        return _not_run("pytest", release, f"Nothing generated is executed without a sandbox: {plain(str(error))}")
    lines = [line for line in result.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if result.exit_code == _NO_TESTS:
        lines = ["the bundle has no tests"]
    summary = next((line for line in reversed(result.stdout.splitlines()) if line.strip()), "")
    return _result("pytest", release, result, lines, plain(summary) if result.exit_code == 0 else "")


async def validate_terraform(folder: Path, files: Mapping[str, bytes], sandbox: Sandbox) -> Check:
    """terraform validate, where the binary and the providers are already on this machine: nothing is fetched."""
    binary = shutil.which("terraform")
    if binary is None:
        return _not_run("terraform", "", "terraform is not installed on this machine.")
    release = json.loads((await run_tool([binary, "version", "-json"], folder, 10)).stdout)["terraform_version"]
    needed = {source for path, data in files.items() if path.endswith(".tf") for source in _SOURCE.findall(_text(data))}
    mirror = _mirror_of(needed)
    if mirror is None:
        return _not_run("terraform", release, f"Providers are not on this machine: {', '.join(sorted(needed))}.")
    try:
        result = await _validate(binary, mirror, folder, sandbox)
    except SandboxFailed as error:
        return _not_run("terraform", release, f"There is no sandbox to run it in: {plain(str(error))}")
    return _result("terraform", release, result, list(_diagnostics(result.stdout)), "")


async def _validate(binary: str, mirror: Path | Literal[False], folder: Path, sandbox: Sandbox) -> SandboxResult:
    plugins = f"-plugin-dir={mirror}" if mirror else ""
    script = 'cd infra && "$0" init -backend=false -input=false -no-color $1 >&2 && "$0" validate -json'
    kept = [Path(binary).resolve().parent, *([mirror] if mirror else [])]
    env = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return await sandbox.run(
        ["/bin/sh", "-c", script, binary, plugins], inputs=folder, read_only=kept, env=env, limits=_LARGE
    )


def _mirror_of(needed: Iterable[str]) -> Path | Literal[False] | None:
    """The local directory that has every provider; False when none is needed, None when one is missing."""
    wanted = sorted(needed)
    if not wanted:
        return False
    for mirror in _MIRRORS:
        folder = mirror.expanduser()
        if all((folder / "registry.terraform.io" / source).is_dir() for source in wanted):
            return folder
    return None


def _diagnostics(stdout: str) -> Iterable[str]:
    try:
        found = json.loads(stdout)["diagnostics"]
    except (json.JSONDecodeError, KeyError):
        return
    for item in found:
        place = item.get("range")
        where = f"infra/{place['filename']}:{place['start']['line']}: " if place else ""
        yield f"{where}{item['summary']}"


async def scan_infrastructure(folder: Path, sandbox: Sandbox, tools: Path | None) -> Check:
    """checkov, from the environment of its own below `tools`. In the sandbox, and without the bundle's settings for it,
    because these can name Python files to load."""
    home = None if tools is None else tools / "checkov"
    if home is None or not (home / "bin" / "checkov").exists():
        hint = "checkov is not installed."
        return _not_run("checkov", "", hint)
    script = 'rm -f .checkov.y*ml infra/.checkov.y*ml && exec "$0" "$@"'
    argv = ["/bin/sh", "-c", script, str(home / "bin" / "checkov"), *_CHECKOV]
    try:
        result = await sandbox.run(argv, inputs=folder, read_only=[home], limits=_LARGE)
    except SandboxFailed as error:
        return _not_run("checkov", "", f"There is no sandbox to run it in: {plain(str(error))}")
    if result.exit_code in _NOT_STARTED:
        return _not_run("checkov", "", f"It cannot be started: {plain(result.stderr).strip()}")
    reports = _checkov_reports(result.stdout)
    release = reports[0]["summary"]["checkov_version"] if reports else ""
    return _result("checkov", release, result, [line for report in reports for line in _checkov_lines(report)], "")


def _checkov_reports(stdout: str) -> list[dict[str, Any]]:
    """One a framework; a single one is not wrapped in a list, and one without results has no summary."""
    try:
        found = json.loads(stdout)
    except json.JSONDecodeError:
        return []
    return [report for report in (found if isinstance(found, list) else [found]) if "summary" in report]


def _checkov_lines(report: dict[str, Any]) -> Iterable[str]:
    for item in report["results"]["failed_checks"]:
        path, line = item["file_path"].lstrip("/"), item["file_line_range"][0]
        yield f"{path}:{line}: {item['check_id']} {item['check_name']} ({item['resource']})"


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _not_run(tool: str, release: str, why: str) -> Check:
    return Check(tool=tool, version=release, outcome="not_run", detail=why)


def _result(tool: str, release: str, result: SandboxResult, lines: list[str], detail: str) -> Check:
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
