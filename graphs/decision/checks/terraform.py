"""terraform validate, in the sandbox because it starts the providers' programs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from graphs.decision.checks.process import ToolTimedOut, plain, run_tool
from graphs.decision.checks.ran import LARGE, Unusable, ending, not_run, ran
from infra.sandbox import Sandbox, SandboxFailed, SandboxResult, program_roots
from storage.records.plans import Check

_VERSION_SECONDS = 10
_SOURCE = re.compile(r'^\s*source\s*=\s*"([a-z0-9-]+/[a-z0-9-]+)"', re.MULTILINE)
# Terraform's implied local mirror directories (Terraform documentation, "CLI Configuration File").
_MIRRORS = (
    Path("~/.terraform.d/plugins"),
    Path("~/.local/share/terraform/plugins"),
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
)


class _Version(BaseModel):
    terraform_version: str


class _Start(BaseModel):
    line: int


class _Range(BaseModel):
    filename: str
    start: _Start


class _Diagnostic(BaseModel):
    summary: str
    range: _Range | None = None

    def line(self) -> str:
        where = f"infra/{self.range.filename}:{self.range.start.line}: " if self.range else ""
        return f"{where}{self.summary}"


class _Validated(BaseModel):
    """Of what `terraform validate -json` prints (Terraform documentation, "terraform validate command")."""

    diagnostics: list[_Diagnostic]


async def validate_terraform(folder: Path, files: Mapping[str, bytes], sandbox: Sandbox) -> Check:
    """Where the program and the providers are already on this machine: nothing is fetched."""
    found = shutil.which("terraform")
    if found is None:
        return not_run("terraform", "", "terraform is not installed on this machine.")
    program, release = Path(found).resolve(), ""
    try:
        release = await _version(program, folder)
        needed = {source for path, data in files.items() if path.endswith(".tf") for source in _sources(data)}
        mirror = _mirror_of(needed)
        if mirror is None:
            return not_run("terraform", release, f"Providers are not on this machine: {', '.join(sorted(needed))}.")
        result = await _validate(program, mirror, folder, sandbox)
        return ran("terraform", release, result, [] if result.killed else _lines(result))
    except SandboxFailed as error:
        return not_run("terraform", release, f"There is no sandbox to run it in: {plain(str(error))}")
    except Unusable as error:
        return not_run("terraform", release, f"{found} validated nothing: {error}")


async def _version(program: Path, folder: Path) -> str:
    """Raises Unusable: what is called terraform may be a version manager's, with no version set."""
    try:
        done = await run_tool([str(program), "version", "-json"], folder, _VERSION_SECONDS)
    except (OSError, ToolTimedOut) as error:
        raise Unusable(str(error)) from error
    try:
        return _Version.model_validate_json(done.stdout).terraform_version
    except ValidationError:
        raise Unusable(ending(done.exit_code, done.stderr)) from None


def _sources(data: bytes) -> list[str]:
    return _SOURCE.findall(data.decode(errors="replace"))


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


async def _validate(program: Path, mirror: Path | Literal[False], folder: Path, sandbox: Sandbox) -> SandboxResult:
    """What keeps init from its end, validate tells too, and as JSON."""
    plugins = f"-plugin-dir={mirror}" if mirror else ""
    script = 'cd infra && { "$0" init -backend=false -input=false -no-color $1 >&2; exec "$0" validate -json; }'
    kept = [*program_roots(program), *([mirror] if mirror else [])]
    env = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return await sandbox.run(
        ["/bin/sh", "-c", script, str(program), plugins], inputs=folder, read_only=kept, env=env, limits=LARGE
    )


def _lines(result: SandboxResult) -> list[str]:
    """Raises Unusable where nothing can be read, and where no error names a place in the bundle: then it is the machine
    that lacks something, such as a provider's version."""
    try:
        found = _Validated.model_validate_json(result.stdout).diagnostics
    except ValidationError:
        raise Unusable(ending(result.exit_code, result.stderr)) from None
    lines = [item.line() for item in found]
    if result.exit_code != 0 and not any(item.range for item in found):
        raise Unusable(plain("; ".join(lines)) or ending(result.exit_code, result.stderr))
    return lines
