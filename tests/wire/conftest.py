from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from storage import runs
from storage.postgres import Pool, make_pool
from tests.conftest import named
from tests.decisions import new_decision_set
from tests.wire.desk import Desk
from tests.wire.server import VendorServer


@pytest.fixture
def server() -> Iterator[VendorServer]:
    with VendorServer() as opened:
        yield opened


@pytest.fixture(scope="package")
def wire_database(server_dsn: str, template: str) -> Iterator[str]:
    """One for all of these tests, emptied of what a model call leaves: making one takes longer than most of them."""
    name = f"countersign_wire_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        yield named(server_dsn, name)
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="package")
async def wire_pool(wire_database: str) -> AsyncIterator[Pool]:
    async with make_pool(wire_database, maximum=6) as opened:
        yield opened


@pytest.fixture
async def desk(
    server: VendorServer, wire_pool: Pool, wire_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with wire_pool.connection() as conn:
        await conn.execute("delete from breakers")
        await conn.execute("delete from quarantined")
    decision_set = await new_decision_set(wire_pool)
    async with wire_pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    assert run is not None
    opened = Desk(server, wire_pool, wire_database, tmp_path / "quarantine", decision_set, run.id)
    yield opened
    await opened.close()
