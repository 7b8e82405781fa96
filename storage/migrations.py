"""Brings a database to this version: our own numbered SQL, what Procrastinate ships, LangGraph's tables."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg.rows import DictRow, dict_row

from storage.postgres import bounded, queries

MIGRATIONS = Path(__file__).parent / "sql" / "migrations"
_LOCK = 0x636F756E
"""The advisory lock's number, 'coun' in ASCII: two machines that start at once migrate one after the other."""
_PROCRASTINATE = "procrastinate"
"""Alone: the whole schema was applied. Before a migration's name: that migration is in it."""
_LAST_UNNAMED = "03.04.00_50_post_add_retry_failed_job_procedure"
"""The last of Procrastinate 3.10.0, whose schema was applied where its migrations were not yet recorded by name."""


def migrate(dsn: str) -> list[str]:
    """Applies what is missing and names it. Safe to call from several machines at once; needs a direct connection,
    since the lock belongs to the session."""
    sql = queries("migrations")
    with psycopg.Connection[DictRow].connect(
        bounded(dsn), autocommit=True, row_factory=dict_row, prepare_threshold=None
    ) as conn:
        conn.execute(sql["lock"], {"number": _LOCK})
        try:
            return _apply(conn)
        finally:
            conn.execute(sql["unlock"], {"number": _LOCK})


def _apply(conn: psycopg.Connection[DictRow]) -> list[str]:
    named = queries("migrations")
    conn.execute(named["create_table"])
    done = {row["name"] for row in conn.execute(named["applied"])}
    fresh = _apply_procrastinate(conn, done)
    if (tables := f"langgraph-checkpoint-postgres {version('langgraph-checkpoint-postgres')}") not in done:
        from langgraph.checkpoint.postgres import PostgresSaver  # a second to import, and rarely needed

        PostgresSaver(conn).setup()
        conn.execute(named["record"], {"name": tables})
        fresh.append(tables)
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.stem not in done:
            with conn.transaction():
                conn.execute(path.read_bytes())
                conn.execute(named["record"], {"name": path.stem})
            fresh.append(path.stem)
    return fresh


def _apply_procrastinate(conn: psycopg.Connection[DictRow], done: set[str]) -> list[str]:
    """An empty database gets the whole schema, which equals all migrations; any other what it has not had."""
    record = queries("migrations")["record"]
    shipped = procrastinate_migrations()
    names = {f"{_PROCRASTINATE} {path.stem}": path for path in shipped}
    if _PROCRASTINATE not in done:
        with conn.transaction():
            conn.execute(procrastinate_schema())
            for name in (_PROCRASTINATE, *names):
                conn.execute(record, {"name": name})
        return [_PROCRASTINATE]
    if not any(name.startswith(f"{_PROCRASTINATE} ") for name in done):
        known = {f"{_PROCRASTINATE} {path.stem}" for path in shipped if path.stem <= _LAST_UNNAMED}
        with conn.transaction():
            for name in sorted(known):
                conn.execute(record, {"name": name})
        done = done | known
    fresh = [name for name in names if name not in done]
    for name in fresh:
        with conn.transaction():
            conn.execute(names[name].read_bytes())
            conn.execute(record, {"name": name})
    return fresh


def procrastinate_schema() -> bytes:
    """The schema that Procrastinate ships with the version in the lock file."""
    return files("procrastinate").joinpath("sql", "schema.sql").read_bytes()


def procrastinate_migrations() -> list[Path]:
    """Those that lead to that schema, in order: they are numbered by version, and within one."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
