"""terraform and checkov are used where they are on PATH, and what keeps them from their work is said."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import venv
from pathlib import Path

import pytest

from graphs.decision.checks import terraform, validate
from infra.sandbox import Sandbox
from tests.bundles import CLOUDS, WORKLOADS, code_request
from tests.checked import CODEGEN, NONE, named

pytestmark = pytest.mark.anyio


async def test_a_missing_terraform_is_said(bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    check = named(await validate(bundle, NONE, require_sandbox=False), "terraform")
    assert (check.outcome, check.detail) == ("not_run", "terraform is not installed on this machine.")


@pytest.mark.skipif(shutil.which("terraform") is None, reason="not run: terraform is not installed here")
class TestTerraform:
    async def test_missing_providers_are_named(self, bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terraform, "_MIRRORS", ())
        check = named(await validate(bundle, NONE, require_sandbox=False), "terraform")
        assert (check.outcome, check.detail) == ("not_run", "Providers are not on this machine: hashicorp/google.")

    async def test_it_validates_what_needs_no_provider(self, detected: Sandbox) -> None:
        files = {"infra/main.tf": b'resource "terraform_data" "a" {\n  input = var.x\n}\nvariable "x" {}\n'}
        check = named(await validate(files, detected, require_sandbox=True), "terraform")
        assert (check.outcome, check.exit_code, check.failures) == ("passed", 0, [])

    async def test_it_finds_a_reference_to_nothing(self, detected: Sandbox) -> None:
        files = {"infra/main.tf": b'resource "terraform_data" "a" {\n  input = var.missing\n}\n'}
        check = named(await validate(files, detected, require_sandbox=True), "terraform")
        assert (check.outcome, check.exit_code) == ("failed", 1)
        assert check.failures == ["infra/main.tf:2: Reference to undeclared input variable"]

    async def test_it_finds_what_keeps_it_from_being_initialised(self, detected: Sandbox) -> None:
        files = {"infra/main.tf": b'variable "x" {}\nvariable "x" {}\n'}
        check = named(await validate(files, detected, require_sandbox=True), "terraform")
        assert (check.outcome, check.failures) == ("failed", ["infra/main.tf:2: Duplicate variable declaration"])

    async def test_a_provider_that_is_not_to_be_had_is_not_the_bundle_s_fault(
        self, detected: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
        tmp_path.chmod(0o755)
        monkeypatch.setattr(terraform, "_MIRRORS", (tmp_path,))
        needs = b'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
        check = named(await validate({"infra/main.tf": needs}, detected, require_sandbox=True), "terraform")
        assert (check.outcome, "Missing required provider" in check.detail) == ("not_run", True)

    async def test_the_generated_terraform_is_in_its_canonical_format(self, tmp_path: Path) -> None:
        for cloud in CLOUDS:
            for workload in WORKLOADS:
                files = await CODEGEN.generate(code_request(cloud, workload))
                for path in ("main.tf", "variables.tf", "outputs.tf"):
                    (tmp_path / f"{cloud}-{workload}-{path}").write_bytes(files[f"infra/{path}"])
        (tmp_path / "settings").touch()
        done = await asyncio.create_subprocess_exec(
            *("terraform", "fmt", "-check", "-list=true", str(tmp_path)),
            env={
                "TF_CLI_CONFIG_FILE": str(tmp_path / "settings"),
                "CHECKPOINT_DISABLE": "1",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
            },
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await done.communicate()
        assert (out, done.returncode) == (b"", 0)


CHECKOV = f"""#!{sys.executable} -IS
import json, os, sys
assert not os.path.exists(".checkov.yaml"), "the bundle's own settings"
failed = [{{"file_path": "/infra/main.tf", "file_line_range": [7, 9], "check_id": "CKV_X_1",
            "check_name": "Be careful", "resource": "a.b"}}] if os.path.exists("infra/bad.tf") else []
summary = {{"parsing_errors": int(os.path.exists("infra/odd.tf")), "checkov_version": "3.0"}}
report = {{"summary": summary, "results": {{"failed_checks": failed}}}}
print(json.dumps([report, {{"passed": 0, **summary}}]))
sys.exit(1 if failed else 0)
"""
"""Prints what checkov 3 prints."""


def on_path(monkeypatch: pytest.MonkeyPatch, program: Path, text: str) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


async def test_checkov_that_is_not_installed_says_so(bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    check = named(await validate(bundle, NONE, require_sandbox=False), "checkov")
    assert (check.outcome, check.detail) == ("not_run", "checkov is not installed on this machine.")


@pytest.mark.parametrize(
    ("file", "failures"),
    [
        ("docs/fine.md", []),
        ("infra/bad.tf", ["infra/main.tf:7: CKV_X_1 Be careful (a.b)"]),
        ("infra/odd.tf", ["1 of its files could not be read"]),
    ],
)
async def test_checkov_runs_where_it_is_found(
    detected: Sandbox,
    bundle: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    failures: list[str],
) -> None:
    on_path(monkeypatch, tmp_path / "bin" / "checkov", CHECKOV)
    bundle |= {".checkov.yaml": b"skip-check: [CKV_X_1]\n", file: b"x = 1\n"}
    check = named(await validate(bundle, detected, require_sandbox=True), "checkov")
    assert (check.outcome, check.version, check.failures) == ("failed" if failures else "passed", "3.0", failures)


async def test_checkov_has_the_environment_that_it_is_installed_in(
    detected: Sandbox, bundle: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pipx installs it: a link on PATH, into a virtual environment elsewhere."""
    home = tmp_path / "elsewhere"
    venv.create(home, symlinks=True)
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "printing.py").write_text(CHECKOV.partition("\n")[2])
    on_path(monkeypatch, home / "bin" / "checkov", f"#!{home}/bin/python\nimport printing\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "checkov").symlink_to(home / "bin" / "checkov")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    check = named(await validate(bundle, detected, require_sandbox=True), "checkov")
    assert (check.detail, check.outcome, check.version) == ("", "passed", "3.0")


BROKEN = "#!/bin/sh\necho 'No version is set' >&2\nexit 126\n"


async def test_a_broken_checkov_is_not_run(
    detected: Sandbox, bundle: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "checkov"
    on_path(monkeypatch, program, BROKEN)
    found = await validate(bundle, detected, require_sandbox=True)
    assert (found.outcome, named(found, "checkov").outcome) == ("passed", "not_run")
    assert named(found, "checkov").detail == f"{program} checked nothing: exit code 126: No version is set"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BROKEN, "exit code 126: No version is set"),
        ("#!/bin/sh\necho none\n", "exit code 0: it said nothing"),
        ("#!/nowhere/sh\n", "No such file or directory"),
        ("\0", "Exec format error"),
    ],
)
async def test_a_broken_terraform_is_not_run(
    bundle: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    program = tmp_path / "terraform"
    on_path(monkeypatch, program, text)
    found = await validate(bundle, NONE, require_sandbox=False)
    assert (found.outcome, named(found, "terraform").outcome) == ("passed", "not_run")
    assert named(found, "terraform").detail.startswith(f"{program} validated nothing: ")
    assert why in named(found, "terraform").detail


async def test_a_terraform_that_tells_its_version_alone_is_not_run(
    detected: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "terraform"
    told = json.dumps({"terraform_version": "1.11.4"})
    on_path(
        monkeypatch, program, f"#!/bin/sh\ntest $1 = version && echo '{told}' && exit\necho 'No room' >&2\nexit 1\n"
    )
    check = named(await validate({"infra/main.tf": b""}, detected, require_sandbox=True), "terraform")
    assert (check.outcome, check.version) == ("not_run", "1.11.4")
    assert check.detail == f"{program} validated nothing: exit code 1: No room"
