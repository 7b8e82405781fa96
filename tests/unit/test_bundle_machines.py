"""What a generated machine runs before the service: nothing fetched from anywhere but its own package archive."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
import yaml

from providers.rulebook.bundle import RulebookCodeGen
from tests.bundles import CLOUDS, WORKLOADS, code_request

pytestmark = pytest.mark.anyio

FETCHED_AND_RUN = re.compile(
    r"(curl|wget)[^\n]*(\|\s*(sudo\s+)?(ba|z|da)?sh\b|-o\s+\S+\.sh)|\b(ba)?sh\s+\S*install\S*\.sh|aka\.ms"
)


async def generated(cloud: str, workload: str) -> dict[str, str]:
    return {
        path: data.decode() for path, data in (await RulebookCodeGen().generate(code_request(cloud, workload))).items()
    }


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("workload", WORKLOADS)
async def test_nothing_is_fetched_and_run(cloud: str, workload: str) -> None:
    files = await generated(cloud, workload)
    assert {path: found[0] for path, text in files.items() if (found := FETCHED_AND_RUN.search(text))} == {}


class Azure(BaseHTTPRequestHandler):
    """The identity endpoint of a machine and the token exchange of a registry."""

    seen: list[dict[str, object]]

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.seen.append({"client": query["client_id"][0], "metadata": self.headers["Metadata"]})
        self._answer({"access_token": "of-the-machine"})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.seen.append({name: values[0] for name, values in form.items()})
        self._answer({"refresh_token": "of-the-registry"})

    def _answer(self, body: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def azure() -> Iterator[tuple[str, list[dict[str, object]]]]:
    seen: list[dict[str, object]] = []
    handler = type("Answers", (Azure,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


async def test_an_azure_machine_signs_in_to_its_registry_by_its_own_identity(
    azure: tuple[str, list[dict[str, object]]], tmp_path: Path
) -> None:
    address, seen = azure
    init = yaml.safe_load((await generated("azure", "realtime_inference"))["infra/cloud-init.yaml"])
    script = next(file for file in init["write_files"] if file["path"].endswith("registry-login"))["content"]
    assert script.startswith("#!/usr/bin/python3\n")
    for written, here in (
        ("http://169.254.169.254", address),
        ("https://${registry}", address),
        ("${registry}", "models.azurecr.io"),
        ("${client_id}", "machine-7"),
    ):
        assert written in script
        script = script.replace(written, here)
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "$@" > "$0.said"\ncat >> "$0.said"\n')
    docker.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"}
    await anyio.run_process([sys.executable, "-c", script], env=environ)
    assert seen == [
        {"client": "machine-7", "metadata": "true"},
        {"grant_type": "access_token", "service": "models.azurecr.io", "access_token": "of-the-machine"},
    ]
    assert (tmp_path / "docker.said").read_text() == (
        "login --username 00000000-0000-0000-0000-000000000000 --password-stdin models.azurecr.io\nof-the-registry"
    )
