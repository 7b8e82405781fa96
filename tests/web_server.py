"""The web process as a browser meets it: uvicorn, real sockets, a loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
from fastapi import FastAPI
from psycopg.conninfo import conninfo_to_dict

from infra.settings import load_settings
from storage.access import Role
from tests.accesses import create_key
from web.app import make_server
from web.console import Console

BOOTSTRAP_KEY = "the-bootstrap-key-of-the-tests"


def as_url(dsn: str) -> str:
    """A connection string in the form that settings take."""
    if dsn.startswith("postgres"):
        return dsn
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    database = parts.pop("dbname", "")
    return f"postgresql:///{quote(database)}?{urlencode(parts)}"


@dataclass(frozen=True)
class WebServer:
    url: str
    dsn: str
    app: FastAPI
    loop: asyncio.AbstractEventLoop

    @property
    def console(self) -> Console:
        return self.app.state.console

    def client(self, role: Role | None = None, **options) -> httpx.AsyncClient:
        """Signed in as the bootstrap key, or with a fresh key of a role."""
        key = BOOTSTRAP_KEY if role is None else create_key(self.dsn, f"{role}-{time.monotonic_ns()}", role)
        return httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=20, trust_env=False, **options
        )

    def stranger(self, **options) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=20, trust_env=False, **options)


@contextmanager
def web_server(dsn: str, data_dir: Path, *, key: str = BOOTSTRAP_KEY, **settings: object) -> Iterator[WebServer]:
    # With the protocol named, asyncio sets TCP_NODELAY on what it accepts; else each answer waits 40 ms for an ACK.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        loaded = load_settings(
            {}, database_url=as_url(dsn), data_dir=data_dir, port=port, bootstrap_key=key, **settings
        )
        server = make_server(loaded)
        loops: list[asyncio.AbstractEventLoop] = []

        async def run() -> None:
            loops.append(asyncio.get_running_loop())
            await server.serve([bound])

        thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline, "the web process did not start"
            time.sleep(0.01)
        try:
            yield WebServer(f"http://127.0.0.1:{port}", dsn, server.config.app, loops[0])
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the web process did not stop"
