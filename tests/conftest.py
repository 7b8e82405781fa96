"""A real PostgreSQL for every test that wants one: embedded, or the server that COUNTERSIGN_DATABASE_URL names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.embedded import EmbeddedPostgres
from storage.migrations import migrate
from storage.postgres import Pool, make_pool


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """A server on which databases may be made."""
    given = os.environ.get("COUNTERSIGN_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="countersign-tests-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder), address="the tests", fsync=False)
        postgres.start()
        try:
            yield postgres.dsn
        finally:
            postgres.stop()


def named(dsn: str, database: str) -> str:
    """The same server's other database, as an address that the settings take."""
    return f"postgresql:///?{urlencode({**conninfo_to_dict(dsn), 'dbname': database}, quote_via=quote)}"


@pytest.fixture(scope="session")
def template(server_dsn: str) -> Iterator[str]:
    """The name of a migrated database that each test's own is copied from."""
    name = f"countersign_template_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        migrate(named(server_dsn, name))
        yield name
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(server_dsn: str, template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    name = f"countersign_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        yield named(server_dsn, name)
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="package")
def product_database() -> Iterator[str | None]:
    """Empty, on the server that COUNTERSIGN_DATABASE_URL names; without one the product starts its own."""
    given = os.environ.get("COUNTERSIGN_DATABASE_URL")
    if given is None:
        yield None
        return
    name = f"countersign_product_{uuid4().hex[:12]}"
    with psycopg.connect(given, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield named(given, name)
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with make_pool(database_url, maximum=12) as opened:
        yield opened
