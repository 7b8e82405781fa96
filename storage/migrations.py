"""Brings a database to this version: our own numbered SQL, Procrastinate's schema, LangGraph's tables."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg.rows import DictRow, dict_row

from storage.postgres import queries

MIGRATIONS = Path(__file__).parent / "sql" / "migrations"
_LOCK = 0x636F756E
"""The advisory lock's number, 'coun' in ASCII: two machines that start at once migrate one after the other."""


def migrate(dsn: str) -> list[str]:
    """Applies what is missing and names it. Safe to call from several machines at once; needs a direct connection,
    since the lock belongs to the session."""
    sql = queries("migrations")
    with psycopg.Connection[DictRow].connect(
        dsn, autocommit=True, row_factory=dict_row, prepare_threshold=None
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
    fresh: list[str] = []
    if "procrastinate" not in done:
        with conn.transaction():
            conn.execute(procrastinate_schema())
            conn.execute(named["record"], {"name": "procrastinate"})
        fresh.append("procrastinate")
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


def procrastinate_schema() -> bytes:
    """The schema that Procrastinate ships with the version in the lock file."""
    return files("procrastinate").joinpath("sql", "schema.sql").read_bytes()
