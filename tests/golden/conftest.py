from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.conftest import named
from tests.golden.played import Played, play


@pytest.fixture(scope="session")
def played(server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    """All cases at once, on one database and one worker: the worker's start and the database are paid for once."""
    name = f"countersign_golden_{uuid4().hex[:8]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        yield play(named(server_dsn, name), tmp_path_factory.mktemp("golden"))
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
