"""Runs traced to LangSmith, or to whatever answers in its place, by LangChain's own variables and by nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.crash.house import House

pytestmark = pytest.mark.anyio
KEY = "a-key-of-the-tests"


class Endpoint(ThreadingHTTPServer):
    """Takes what it is sent, and keeps the paths and bodies that came with the key."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def sent(self) -> bytes:
        return b"".join(body for path, body in self.taken if path.startswith("/runs"))


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._answer(b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("X-API-Key") == KEY:
            self.server.taken.append((self.path, body))
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("tracing", ["true", ""], ids=["on", "off"])
async def test_the_nodes_of_a_run_are_traced_where_tracing_is_on(
    house: House, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tracing: str
) -> None:
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", tracing)
    monkeypatch.setenv("LANGCHAIN_ENDPOINT", endpoint.url)
    monkeypatch.setenv("LANGCHAIN_API_KEY", KEY)
    made = await house.create()
    house.start_worker()
    await house.until(made.id, lambda now: now.question is not None)
    house.stop()
    nodes = ("extract_constraints", "coverage_check", "adaptive_questioner")
    assert {name for name in nodes if name.encode() in endpoint.sent()} == (set(nodes) if tracing else set())
