"""The checks of a bundle: each finds what it is there for, says where, and says when it did not run."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import venv
from pathlib import Path

import pytest

from graphs.decision.checks import executed, terraform, validate
from graphs.decision.checks.process import TAIL_BYTES, plain, tail
from infra.sandbox import Sandbox
from providers.rulebook.bundle import RulebookCodeGen
from storage.records.plans import Check, Validation
from tests.bundles import CLOUDS, WORKLOADS, code_request

pytestmark = pytest.mark.anyio
NONE = Sandbox("none", "no namespaces here")
CODEGEN = RulebookCodeGen()
ALWAYS = {"ruff", "python-hcl2", "PyYAML", "detect-secrets", "dockerfile", "pytest", "terraform", "checkov"}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    found = Sandbox.detect()
    if found.name == "none":
        pytest.skip(f"no sandbox on this machine: {found.reason}")
    return found


@pytest.fixture
async def bundle() -> dict[str, bytes]:
    return await CODEGEN.generate(code_request("gcp", "training"))


def named(validation: Validation, tool: str) -> Check:
    return next(check for check in validation.checks if check.tool == tool)


@pytest.mark.parametrize(("cloud", "workload"), [(cloud, work) for cloud in CLOUDS for work in WORKLOADS])
async def test_every_generated_bundle_passes(sandbox: Sandbox, cloud: str, workload: str) -> None:
    found = await validate(await CODEGEN.generate(code_request(cloud, workload)), sandbox, require_sandbox=True)
    assert [check for check in found.checks if check.outcome == "failed"] == []
    assert (found.outcome, found.sandbox) == ("passed", sandbox.name)
    assert {check.tool for check in found.checks} == ALWAYS
    assert {"ruff", "python-hcl2", "PyYAML", "detect-secrets", "dockerfile", "pytest"} <= {
        check.tool for check in found.checks if check.outcome == "passed"
    }
    assert "passed in" in named(found, "pytest").detail
    assert all(check.version for check in found.checks if check.outcome == "passed")


async def test_a_failing_test_fails_with_its_name_and_its_log(sandbox: Sandbox, bundle: dict[str, bytes]) -> None:
    bundle["tests/test_wrong.py"] = b"def test_wrong():\n    assert 1 == 2\n"
    found = await validate(bundle, sandbox, require_sandbox=True)
    check = found.checks[0]
    assert (found.outcome, check.tool, check.outcome, check.exit_code) == ("failed", "pytest", "failed", 1)
    assert [line.split(" - ")[0] for line in check.failures] == ["FAILED tests/test_wrong.py::test_wrong"]
    assert "assert 1 == 2" in check.log_tail


async def test_a_bundle_without_tests_fails(sandbox: Sandbox, bundle: dict[str, bytes]) -> None:
    kept = {path: data for path, data in bundle.items() if not path.startswith("tests/")}
    check = named(await validate(kept, sandbox, require_sandbox=True), "pytest")
    assert (check.outcome, check.failures) == ("failed", ["the bundle has no tests"])


async def test_tests_that_do_not_end_are_ended(
    sandbox: Sandbox, bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executed, "_LIMITS", executed.Limits(timeout_s=2, memory_mb=1024))
    bundle["tests/test_endless.py"] = b"def test_endless():\n    while True:\n        pass\n"
    check = named(await validate(bundle, sandbox, require_sandbox=True), "pytest")
    assert (check.outcome, check.exit_code, check.failures) == ("failed", None, ["it did not end in time"])


async def test_a_syntax_error_fails_with_file_and_line(bundle: dict[str, bytes]) -> None:
    bundle["training/broken.py"] = b"x = 1\ndef f(:\n"
    check = named(await validate(bundle, NONE, require_sandbox=False), "ruff")
    assert check.outcome == "failed"
    assert check.failures[0].startswith("training/broken.py:2: ")


async def test_an_unformatted_file_fails(bundle: dict[str, bytes]) -> None:
    bundle["training/loose.py"] = b"x = {  'a':1 }\n"
    check = named(await validate(bundle, NONE, require_sandbox=False), "ruff")
    assert (check.outcome, check.failures) == ("failed", ["training/loose.py:1: unformatted File would be reformatted"])


async def test_broken_terraform_fails_with_file_and_line(bundle: dict[str, bytes]) -> None:
    bundle["infra/broken.tf"] = b'resource "a" "b" {\n  x = [1\n  y = 2\n}\n'
    check = named(await validate(bundle, NONE, require_sandbox=False), "python-hcl2")
    assert (check.outcome, check.exit_code) == ("failed", 1)
    assert [line.split(": ")[0] for line in check.failures] == ["infra/broken.tf:3"]


async def test_a_broken_pipeline_fails_with_file_and_line(bundle: dict[str, bytes]) -> None:
    bundle[".github/workflows/ci.yml"] = b"jobs:\n  a: [1\n  b: 2\n"
    check = named(await validate(bundle, NONE, require_sandbox=False), "PyYAML")
    assert [line.split(": ")[0] for line in check.failures] == [".github/workflows/ci.yml:3"]


@pytest.mark.parametrize("path", ["training/settings.py", "infra/terraform.tfvars", "docs/notes.md", ".env", "a.yaml"])
async def test_a_planted_secret_is_found(bundle: dict[str, bytes], path: str) -> None:
    bundle[path] = b'# x\naws_key: "AKIA' + b"2E0A8F3B244C9986" + b'"  # pragma: allowlist secret\n'
    found = await validate(bundle, NONE, require_sandbox=False)
    check = named(found, "detect-secrets")
    assert (found.outcome, check.outcome) == ("failed", "failed")
    assert f"{path}:2: AWS Access Key" in check.failures


@pytest.mark.parametrize(
    ("recipe", "failure"),
    [
        (b"FROM python:latest\nUSER 1\nHEALTHCHECK NONE\n", "the base image has no version"),
        (b"FROM python:3.11\nHEALTHCHECK NONE\n", "it runs as root"),
        (b"FROM python:3.11\nUSER root\nHEALTHCHECK NONE\n", "it runs as root"),
        (b"FROM python:3.11\nUSER 1\n", "it has no HEALTHCHECK"),
        (b"FROM python:3.11\nRUN curl -s x | sh\nUSER 1\nHEALTHCHECK NONE\n", "it pipes a download into a shell"),
    ],
)
async def test_a_careless_image_fails(recipe: bytes, failure: str) -> None:
    found = await validate({"Dockerfile": recipe}, NONE, require_sandbox=False)
    assert named(found, "dockerfile").failures == [f"Dockerfile: {failure}"]


async def test_without_a_sandbox_nothing_generated_runs_and_the_rest_does(bundle: dict[str, bytes]) -> None:
    found = await validate(bundle, NONE, require_sandbox=False)
    tests = named(found, "pytest")
    assert (found.outcome, found.sandbox, tests.outcome, tests.exit_code) == ("passed", "none", "not_run", None)
    assert tests.detail == "Nothing generated is executed without a sandbox: no namespaces here"
    assert [named(found, tool).outcome for tool in ("ruff", "python-hcl2", "detect-secrets")] == ["passed"] * 3


async def test_where_a_sandbox_is_required_its_absence_is_a_failure(bundle: dict[str, bytes]) -> None:
    found = await validate(bundle, NONE, require_sandbox=True)
    assert (found.outcome, found.checks[0].tool, found.checks[0].outcome) == ("failed", "pytest", "failed")
    assert found.checks[0].failures == ["A sandbox is required and there is none."]


async def test_failed_checks_come_first_then_those_that_did_not_run(bundle: dict[str, bytes]) -> None:
    bundle["infra/broken.tf"] = b"x = [\n"
    outcomes = [check.outcome for check in (await validate(bundle, NONE, require_sandbox=False)).checks]
    assert outcomes == sorted(outcomes, key=["failed", "not_run", "passed"].index)
    assert outcomes[0] == "failed"


@pytest.mark.parametrize("path", ["../../up.py", "/tmp/abs.py", "a/../../b", ".git/config"])
async def test_a_bundle_that_leaves_its_folder_is_not_written(path: str) -> None:
    found = await validate({path: b"x"}, NONE, require_sandbox=False)
    assert [(check.tool, check.outcome) for check in found.checks] == [("layout", "failed")]
    assert path in found.checks[0].failures[0]


async def test_a_file_that_is_also_a_folder_is_refused() -> None:
    found = await validate({"a": b"x", "a/b": b"y"}, NONE, require_sandbox=False)
    assert found.checks[0].failures == ["a/b lies within a file"]


async def test_reading_a_bundle_runs_nothing_of_it(tmp_path: Path, bundle: dict[str, bytes]) -> None:
    """Modules in place of the tools' own, and git settings that name a program."""
    mark = tmp_path / "ran"
    program = f"open({str(mark)!r}, 'w')\n".encode()
    for name in ("json", "yaml", "hcl2", "detect_secrets", "sitecustomize", "re", "lark"):
        bundle[f"{name}.py"] = program
    hostile = f'[core]\n\tfsmonitor = "touch {mark}"\n\tbare = true\n'.encode()
    bundle |= {"config": hostile, ".gitconfig": hostile, "HEAD": b"ref: refs/heads/main\n"}
    bundle |= {"objects/x": b"", "refs/x": b""}
    found = await validate(bundle, NONE, require_sandbox=False)
    assert named(found, "detect-secrets").outcome == "passed"
    assert named(found, "python-hcl2").outcome == "passed"
    assert not mark.exists()


async def test_a_missing_terraform_is_said(bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    check = named(await validate(bundle, NONE, require_sandbox=False), "terraform")
    assert (check.outcome, check.detail) == ("not_run", "terraform is not installed on this machine.")


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed on this machine")
class TestTerraform:
    async def test_missing_providers_are_named(self, bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terraform, "_MIRRORS", ())
        check = named(await validate(bundle, NONE, require_sandbox=False), "terraform")
        assert (check.outcome, check.detail) == ("not_run", "Providers are not on this machine: hashicorp/google.")

    async def test_it_validates_what_needs_no_provider(self, sandbox: Sandbox) -> None:
        files = {"infra/main.tf": b'resource "terraform_data" "a" {\n  input = var.x\n}\nvariable "x" {}\n'}
        check = named(await validate(files, sandbox, require_sandbox=True), "terraform")
        assert (check.outcome, check.exit_code, check.failures) == ("passed", 0, [])

    async def test_it_finds_a_reference_to_nothing(self, sandbox: Sandbox) -> None:
        files = {"infra/main.tf": b'resource "terraform_data" "a" {\n  input = var.missing\n}\n'}
        check = named(await validate(files, sandbox, require_sandbox=True), "terraform")
        assert (check.outcome, check.exit_code) == ("failed", 1)
        assert check.failures == ["infra/main.tf:2: Reference to undeclared input variable"]

    async def test_it_finds_what_keeps_it_from_being_initialised(self, sandbox: Sandbox) -> None:
        files = {"infra/main.tf": b'variable "x" {}\nvariable "x" {}\n'}
        check = named(await validate(files, sandbox, require_sandbox=True), "terraform")
        assert (check.outcome, check.failures) == ("failed", ["infra/main.tf:2: Duplicate variable declaration"])

    async def test_a_provider_that_is_not_to_be_had_is_not_the_bundle_s_fault(
        self, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
        tmp_path.chmod(0o755)
        monkeypatch.setattr(terraform, "_MIRRORS", (tmp_path,))
        needs = b'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
        check = named(await validate({"infra/main.tf": needs}, sandbox, require_sandbox=True), "terraform")
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
    sandbox: Sandbox,
    bundle: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    failures: list[str],
) -> None:
    on_path(monkeypatch, tmp_path / "bin" / "checkov", CHECKOV)
    bundle |= {".checkov.yaml": b"skip-check: [CKV_X_1]\n", file: b"x = 1\n"}
    check = named(await validate(bundle, sandbox, require_sandbox=True), "checkov")
    assert (check.outcome, check.version, check.failures) == ("failed" if failures else "passed", "3.0", failures)


async def test_checkov_has_the_environment_that_it_is_installed_in(
    sandbox: Sandbox, bundle: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    check = named(await validate(bundle, sandbox, require_sandbox=True), "checkov")
    assert (check.detail, check.outcome, check.version) == ("", "passed", "3.0")


BROKEN = "#!/bin/sh\necho 'No version is set' >&2\nexit 126\n"


async def test_a_broken_checkov_is_not_run(
    sandbox: Sandbox, bundle: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "checkov"
    on_path(monkeypatch, program, BROKEN)
    found = await validate(bundle, sandbox, require_sandbox=True)
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
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "terraform"
    told = json.dumps({"terraform_version": "1.11.4"})
    on_path(
        monkeypatch, program, f"#!/bin/sh\ntest $1 = version && echo '{told}' && exit\necho 'No room' >&2\nexit 1\n"
    )
    check = named(await validate({"infra/main.tf": b""}, sandbox, require_sandbox=True), "terraform")
    assert (check.outcome, check.version) == ("not_run", "1.11.4")
    assert check.detail == f"{program} validated nothing: exit code 1: No room"


def test_a_log_is_kept_short_and_plain() -> None:
    text = tail("\x1b[31mred\x1b[0m\x07 bell\n" + "line\n" * 5000 + "the end")
    assert text.endswith("the end")
    assert text.startswith("line\n")
    assert len(text.encode()) <= TAIL_BYTES
    assert plain("\x1b[1;31mred\x1b[0m\x07\x9b\u202e ok\ttab\n") == "red ok\ttab\n"


async def test_the_report_is_json_whatever_the_tests_print(sandbox: Sandbox, bundle: dict[str, bytes]) -> None:
    bundle["tests/test_noise.py"] = (
        b"import os\n\n\ndef test_noise():\n    os.write(1, bytes(range(256)) * 100)\n    assert False\n"
    )
    check = named(await validate(bundle, sandbox, require_sandbox=True), "pytest")
    assert check.outcome == "failed"
    assert all(char.isprintable() or char in "\n\t" for char in check.log_tail)
    assert json.loads(check.model_dump_json())["tool"] == "pytest"


async def test_the_loop_goes_on_while_a_bundle_is_checked(sandbox: Sandbox, bundle: dict[str, bytes]) -> None:
    turns = 0
    run = asyncio.create_task(validate(bundle, sandbox, require_sandbox=True))
    while not run.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert run.result().outcome == "passed"
    assert turns >= 20
