"""The checks of a bundle: each finds what it is there for, says where, and says when it did not run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from graphs.decision.checks import executed, validate
from graphs.decision.checks.process import TAIL_BYTES, plain, tail
from infra.sandbox import Sandbox
from tests.bundles import CLOUDS, WORKLOADS, code_request
from tests.checked import CODEGEN, NONE, named

pytestmark = pytest.mark.anyio
ALWAYS = {"ruff", "python-hcl2", "PyYAML", "detect-secrets", "dockerfile", "pytest", "terraform", "checkov"}


@pytest.mark.parametrize(("cloud", "workload"), [(cloud, work) for cloud in CLOUDS for work in WORKLOADS])
async def test_every_generated_bundle_passes(detected: Sandbox, cloud: str, workload: str) -> None:
    found = await validate(await CODEGEN.generate(code_request(cloud, workload)), detected, require_sandbox=True)
    assert [check for check in found.checks if check.outcome == "failed"] == []
    assert (found.outcome, found.sandbox) == ("passed", detected.name)
    assert {check.tool for check in found.checks} == ALWAYS
    assert {"ruff", "python-hcl2", "PyYAML", "detect-secrets", "dockerfile", "pytest"} <= {
        check.tool for check in found.checks if check.outcome == "passed"
    }
    assert "passed in" in named(found, "pytest").detail
    assert all(check.version for check in found.checks if check.outcome == "passed")


async def test_a_failing_test_fails_with_its_name_and_its_log(detected: Sandbox, bundle: dict[str, bytes]) -> None:
    bundle["tests/test_wrong.py"] = b"def test_wrong():\n    assert 1 == 2\n"
    found = await validate(bundle, detected, require_sandbox=True)
    check = found.checks[0]
    assert (found.outcome, check.tool, check.outcome, check.exit_code) == ("failed", "pytest", "failed", 1)
    assert [line.split(" - ")[0] for line in check.failures] == ["FAILED tests/test_wrong.py::test_wrong"]
    assert "assert 1 == 2" in check.log_tail


async def test_a_bundle_without_tests_fails(detected: Sandbox, bundle: dict[str, bytes]) -> None:
    kept = {path: data for path, data in bundle.items() if not path.startswith("tests/")}
    check = named(await validate(kept, detected, require_sandbox=True), "pytest")
    assert (check.outcome, check.failures) == ("failed", ["the bundle has no tests"])


async def test_tests_that_do_not_end_are_ended(
    detected: Sandbox, bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executed, "_LIMITS", executed.Limits(timeout_s=2, memory_mb=1024))
    bundle["tests/test_endless.py"] = b"def test_endless():\n    while True:\n        pass\n"
    check = named(await validate(bundle, detected, require_sandbox=True), "pytest")
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


def test_a_log_is_kept_short_and_plain() -> None:
    text = tail("\x1b[31mred\x1b[0m\x07 bell\n" + "line\n" * 5000 + "the end")
    assert text.endswith("the end")
    assert text.startswith("line\n")
    assert len(text.encode()) <= TAIL_BYTES
    assert plain("\x1b[1;31mred\x1b[0m\x07\x9b\u202e ok\ttab\n") == "red ok\ttab\n"


async def test_the_report_is_json_whatever_the_tests_print(detected: Sandbox, bundle: dict[str, bytes]) -> None:
    bundle["tests/test_noise.py"] = (
        b"import os\n\n\ndef test_noise():\n    os.write(1, bytes(range(256)) * 100)\n    assert False\n"
    )
    check = named(await validate(bundle, detected, require_sandbox=True), "pytest")
    assert check.outcome == "failed"
    assert all(char.isprintable() or char in "\n\t" for char in check.log_tail)
    assert json.loads(check.model_dump_json())["tool"] == "pytest"


async def test_the_loop_goes_on_while_a_bundle_is_checked(detected: Sandbox, bundle: dict[str, bytes]) -> None:
    turns = 0
    run = asyncio.create_task(validate(bundle, detected, require_sandbox=True))
    while not run.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert run.result().outcome == "passed"
    assert turns >= 20
