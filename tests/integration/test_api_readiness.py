"""A process without its database says so, lives on, and is ready again by itself."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from tests.decisions import code, until
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio


async def test_readiness_follows_the_database(server: WebServer, api: httpx.AsyncClient) -> None:
    async def ready() -> bool:
        return (await api.get("/readyz")).status_code == 200

    assert (await api.get("/readyz")).json() == {"status": "ready"}
    database = psycopg.conninfo.conninfo_to_dict(server.dsn)["dbname"]
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'alter database "{database}" allow_connections false')
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (database,))
        try:
            for path in ("/readyz", "/api/projects"):
                down = await api.get(path)
                assert code(down) == (503, "database-unavailable")
                assert down.headers["retry-after"] == "2"
            assert (await api.get("/healthz")).status_code == 200
        finally:
            admin.execute(f'alter database "{database}" allow_connections true')
    await until(ready, 15)
