"""Fixtures of the tests that speak HTTP to a web process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.web_server import WebServer, web_server


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[WebServer]:
    with web_server(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared_server(server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One for all tests of a module, which then may not mind what the others left behind."""
    name = f"countersign_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        with web_server(make_conninfo(server_dsn, dbname=name), tmp_path_factory.mktemp("shared")) as running:
            yield running
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def api(server: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the bootstrap key, an admin's."""
    async with server.client() as client:
        yield client
