"""A database of any age is brought to this version, Procrastinate's part of it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString
from uuid import uuid4

import procrastinate
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from storage import migrations
from storage.jobs import defer_advance
from storage.migrations import migrate, procrastinate_migrations, procrastinate_schema
from storage.postgres import connect
from storage.records.ids import DecisionSetId

OLD = "02.14.01_01_add_indexes_for_fetch_job"
"""The last migration of the oldest version that the tests stand on."""
CATALOGUE: dict[str, LiteralString] = {
    "functions": "select pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = pronamespace"
    " where nspname = 'public' and proname like 'procrastinate%'",
    "columns": "select table_name, column_name, data_type, is_nullable, column_default"
    " from information_schema.columns where table_schema = 'public' and table_name like 'procrastinate%'",
    "indexes": "select indexname, indexdef from pg_indexes where tablename like 'procrastinate%'",
    "triggers": "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    "constraints": "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid::regclass::text"
    " like 'procrastinate%'",
    "words": "select typname, enumlabel from pg_enum e join pg_type t on t.oid = enumtypid",
}


@pytest.fixture
def dsn(server_dsn: str) -> Iterator[str]:
    """An empty database."""
    name = f"countersign_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield make_conninfo(server_dsn, dbname=name)
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def shape(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(dsn) as conn:
        return {part: sorted(conn.execute(query).fetchall(), key=str) for part, query in CATALOGUE.items()}


def applied(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as conn:
        return [row[0] for row in conn.execute("select name from countersign_migrations order by name").fetchall()]


def as_before(dsn: str) -> None:
    """What an earlier version of Procrastinate left, with the names of what was applied."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("create table countersign_migrations (name text primary key, at timestamptz default now())")
        conn.execute("insert into countersign_migrations (name) values ('procrastinate')")
        for path in procrastinate_migrations():
            if path.stem <= OLD:
                conn.execute(path.read_bytes())
                conn.execute("insert into countersign_migrations (name) values (%s)", (f"procrastinate {path.stem}",))


def test_an_older_schema_becomes_the_one_of_today(dsn: str, database_url: str) -> None:
    as_before(dsn)
    assert shape(dsn) != shape(database_url)
    newer = [f"procrastinate {path.stem}" for path in procrastinate_migrations() if path.stem > OLD]
    fresh = migrate(dsn)
    assert [name for name in fresh if name.startswith("procrastinate")] == newer
    assert len(newer) > 5
    assert shape(dsn) == shape(database_url)
    assert applied(dsn) == applied(database_url)
    assert migrate(dsn) == []


@pytest.mark.anyio
async def test_a_job_is_deferred_and_fetched_on_a_schema_that_was_brought_forward(dsn: str) -> None:
    as_before(dsn)
    migrate(dsn)
    async with await connect(dsn) as conn:
        await defer_advance(conn, DecisionSetId("a"))
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
    async with app.open_async():
        worker = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job(None, worker)
    assert job is not None
    assert job.task_kwargs == {"decision_set_id": "a"}


def test_a_schema_applied_before_its_migrations_were_named_is_taken_for_what_it_was(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("create table countersign_migrations (name text primary key, at timestamptz default now())")
        conn.execute("insert into countersign_migrations (name) values ('procrastinate')")
        conn.execute(procrastinate_schema())
    assert [name for name in migrate(dsn) if name.startswith("procrastinate")] == []
    assert f"procrastinate {migrations._LAST_UNNAMED}" in applied(dsn)


def test_a_migration_that_fails_is_not_recorded_and_those_before_it_are(
    dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    migrate(dsn)
    folder = tmp_path_factory.mktemp("shipped")
    for name, statement in (("09.00.00_01_pre_good", "create table good ()"), ("09.00.00_50_post_bad", "select 1/0")):
        (folder / f"{name}.sql").write_text(statement)
    shipped = [*procrastinate_migrations(), *sorted(folder.glob("*.sql"))]
    monkeypatch.setattr(migrations, "procrastinate_migrations", lambda: shipped)
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(dsn)
    assert [name for name in applied(dsn) if "09.00" in name] == ["procrastinate 09.00.00_01_pre_good"]
    (folder / "09.00.00_50_post_bad.sql").write_text("select 1")
    assert migrate(dsn) == ["procrastinate 09.00.00_50_post_bad"]
