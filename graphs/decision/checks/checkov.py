"""checkov, in the sandbox because it can be told to load Python files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from graphs.decision.checks.process import plain
from graphs.decision.checks.ran import LARGE, Unusable, ending, not_run, ran
from infra.sandbox import Sandbox, SandboxFailed, SandboxResult, program_roots
from storage.records.plans import Check

_ARGUMENTS = (
    *("--directory", ".", "--framework", "terraform", "dockerfile", "github_actions", "gitlab_ci"),
    *("--skip-download", "--quiet", "--compact", "--output", "json"),
)
_WITHOUT_SETTINGS = 'rm -f .checkov.y*ml infra/.checkov.y*ml && exec "$0" "$@"'
"""The bundle's own, which name what to leave out and what to load."""


class _Failed(BaseModel):
    check_id: str
    check_name: str
    file_path: str
    file_line_range: tuple[int, int]
    resource: str


class _Results(BaseModel):
    failed_checks: list[_Failed]


class _Summary(BaseModel):
    parsing_errors: int
    checkov_version: str


class _Report(BaseModel):
    """Of one framework, as checkov 3 prints it."""

    results: _Results
    summary: _Summary

    def lines(self) -> Iterable[str]:
        for item in self.results.failed_checks:
            path, line = item.file_path.lstrip("/"), item.file_line_range[0]
            yield f"{path}:{line}: {item.check_id} {item.check_name} ({item.resource})"


class _Nothing(_Summary):
    """What it prints where it found nothing of a framework."""


_PRINTED: TypeAdapter[list[_Report | _Nothing] | _Report | _Nothing] = TypeAdapter(
    list[_Report | _Nothing] | _Report | _Nothing
)


async def scan_infrastructure(folder: Path, sandbox: Sandbox) -> Check:
    """Where it is already on this machine."""
    found = shutil.which("checkov")
    if found is None:
        return not_run("checkov", "", "checkov is not installed on this machine.")
    program = Path(found).resolve()
    argv = ["/bin/sh", "-c", _WITHOUT_SETTINGS, str(program), *_ARGUMENTS]
    try:
        result = await sandbox.run(argv, inputs=folder, read_only=program_roots(program), limits=LARGE)
        if result.killed:
            return ran("checkov", "", result, [])
        reports = _reports(result)
    except SandboxFailed as error:
        return not_run("checkov", "", f"There is no sandbox to run it in: {plain(str(error))}")
    except Unusable as error:
        return not_run("checkov", "", f"{found} checked nothing: {error}")
    release = reports[0].summary.checkov_version
    check = ran("checkov", release, result, sorted(line for report in reports for line in report.lines()))
    if unread := sum(report.summary.parsing_errors for report in reports):
        said = [f"{unread} of its files could not be read", *check.failures]
        return check.model_copy(update={"outcome": "failed", "failures": said})
    return check


def _reports(result: SandboxResult) -> list[_Report]:
    """One a framework; a single one is not wrapped in a list. Raises Unusable."""
    try:
        printed = _PRINTED.validate_json(result.stdout)
    except ValidationError:
        raise Unusable(ending(result.exit_code, result.stderr)) from None
    reports = [item for item in (printed if isinstance(printed, list) else [printed]) if isinstance(item, _Report)]
    if not reports:
        raise Unusable("the bundle has nothing that it knows.")
    return reports
