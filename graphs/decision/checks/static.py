"""Checks that only read: lint, parsing, secrets, the image's recipe. They run with or without a sandbox."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from ruff import find_ruff_bin

from graphs.decision.checks.process import Finished, failures, run_tool, tail
from storage.records.plans import Check

TIMEOUT_S = 20.0
_ALLOWLIST = "detect_secrets.filters.allowlist.is_line_allowlisted"
"""Switched off: a bundle does not get to say which of its lines hold no secret."""
_DOCKERFILE_RULES: tuple[tuple[str, bool, str], ...] = (
    (r"^FROM\s+\S+:(?!latest\b)\S+", True, "the base image has no version"),
    (r"^USER\s+(?!root\b|0\b)\S+", True, "it runs as root"),
    (r"^HEALTHCHECK\b", True, "it has no HEALTHCHECK"),
    (r"^ADD\s+https?://", False, "ADD fetches from the network without a checksum"),
    (r"\b(curl|wget)\b[^\n|]*\|\s*(ba|z)?sh\b", False, "it pipes a download into a shell"),
)


async def lint(folder: Path) -> Check:
    """ruff check and ruff format --check, both with the bundle's own ruff.toml."""
    ruff = find_ruff_bin()
    common = ["--no-cache", "--output-format=json", "."]
    found = await run_tool([ruff, "check", *common], folder, TIMEOUT_S)
    layout = await run_tool([ruff, "format", "--check", *common], folder, TIMEOUT_S)
    lines = [_ruff_line(item, folder) for done in (found, layout) if done.exit_code == 1 for item in _items(done)]
    worst = max(found.exit_code, layout.exit_code)
    return _check("ruff", version("ruff"), worst, list(dict.fromkeys(lines)), tail(found.stderr, layout.stderr))


def _items(done: Finished) -> list[dict]:
    return json.loads(done.stdout or "[]")


def _ruff_line(item: dict, folder: Path) -> str:
    path = Path(item["filename"]).relative_to(folder.resolve())
    return f"{path}:{item['location']['row']}: {item['code'] or 'syntax'} {item['message']}"


async def parse_terraform(folder: Path) -> Check:
    return await _parse(folder, "hcl", "python-hcl2", "no Terraform file")


async def parse_yaml(folder: Path) -> Check:
    return await _parse(folder, "yaml", "PyYAML", "no YAML file")


async def _parse(folder: Path, kind: str, package: str, nothing: str) -> Check:
    script = Path(__file__).with_name("parse.py")
    done = await run_tool([sys.executable, "-I", str(script), kind], folder, TIMEOUT_S)
    if done.exit_code != 0:
        return _check(package, version(package), done.exit_code, [f"the {kind} parser ended early"], tail(done.stderr))
    result = json.loads(done.stdout)
    if result["parsed"] == 0:
        return Check(tool=package, version=version(package), outcome="not_run", detail=f"There is {nothing}.")
    code = 1 if result["failures"] else 0
    return _check(package, version(package), code, result["failures"], "", f"{result['parsed']} files parsed.")


async def find_secrets(folder: Path) -> Check:
    """No candidate is verified against the service it may belong to: that would send it there. Isolated (-I), or Python
    would import the bundle's modules in place of its own."""
    argv = [sys.executable, "-I", "-m", "detect_secrets", "scan", "--all-files", "--no-verify"]
    done = await run_tool([*argv, "--disable-filter", _ALLOWLIST, "."], folder, TIMEOUT_S)
    if done.exit_code != 0:
        return _check("detect-secrets", version("detect-secrets"), done.exit_code, ["the scan ended early"], _log(done))
    results: dict[str, list[dict]] = json.loads(done.stdout)["results"]
    lines = [f"{path}:{item['line_number']}: {item['type']}" for path in sorted(results) for item in results[path]]
    return _check("detect-secrets", version("detect-secrets"), 1 if lines else 0, lines)


def check_dockerfile(files: Mapping[str, bytes]) -> Check:
    """Rules after Docker's "Building best practices": a pinned base, another user than root, a health check."""
    if "Dockerfile" not in files:
        return _check("dockerfile", "1", 1, ["Dockerfile: there is none"])
    text = files["Dockerfile"].decode(errors="replace")
    lines = [
        f"Dockerfile: {words}"
        for pattern, wanted, words in _DOCKERFILE_RULES
        if bool(re.search(pattern, text, re.MULTILINE)) != wanted
    ]
    return _check("dockerfile", "1", 1 if lines else 0, lines)


def _log(done: Finished) -> str:
    return tail(done.stdout, done.stderr)


def _check(tool: str, release: str, code: int, lines: list[str], log: str = "", detail: str = "") -> Check:
    return Check(
        tool=tool,
        version=release,
        outcome="passed" if code == 0 else "failed",
        exit_code=code,
        failures=failures(lines),
        detail=detail,
        log_tail=log,
    )
