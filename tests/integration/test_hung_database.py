"""A database that takes what is sent and answers nothing, and one whose clients are gone without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.jobs import DATABASE_AWAY
from storage.postgres import Pool, bounded, connect, make_pool, one
from tests.decisions import new_decision_set, say, until
from tests.frozen import Passage
from web import hub as hub_module
from web.hub import Hub
from web.readiness import Readiness

pytestmark = pytest.mark.anyio
SETTINGS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture
async def passage(database_url: str) -> AsyncIterator[Passage]:
    async with Passage(database_url).running() as running:
        yield running


async def test_readiness_does_not_wait_for_the_query_that_it_gave_up(passage: Passage) -> None:
    """Nor does the next one: a hung database takes one connection, however often it is asked."""
    async with make_pool(passage.dsn, maximum=4) as pool:
        readiness = Readiness(pool, seconds=0.3)
        await readiness.check()
        passage.freeze()
        with anyio.fail_after(4):  # psycopg alone waits for ten seconds
            for _ in range(3):
                with pytest.raises(psycopg.OperationalError, match="in time"):
                    await readiness.check()
        assert pool.get_stats()["requests_num"] == 2
        passage.thaw()

        async def ready() -> bool:
            try:
                await readiness.check()
            except psycopg.OperationalError:
                return False
            return True

        await until(ready, 20)


async def connected(passage: Passage, times: int) -> bool:
    return passage.accepted >= times


async def test_a_listening_connection_that_hangs_is_made_again(
    passage: Passage, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(hub_module, "_ANSWER_SECONDS", 0.3)
    decision_set = await new_decision_set(pool)
    async with Hub(pool, passage.dsn).running() as hub:
        await hub.listening.wait()
        passage.freeze()
        await until(lambda: connected(passage, 2), 10)  # with the request to cancel what was not answered
        passage.thaw()
        await until(lambda: connected(passage, 3), 10)
        await hub.listening.wait()
        with hub.watch(decision_set, 1) as viewer, anyio.fail_after(10):
            await say(pool, decision_set, "heard again")
            await viewer.wait()


async def settings_of(pool: Pool) -> list[str]:
    async with pool.connection() as conn:
        found = [await one(conn, f"show {name}".encode()) for name in SETTINGS]
    return [next(iter(row.values())) for row in found if row]


async def test_sessions_of_a_pool_are_bounded_and_others_are_not(database_url: str) -> None:
    async with make_pool(database_url) as pool, make_pool(database_url, pooled=True) as pooled:
        assert await settings_of(pool) == ["30s", "1min", "1min"]
        assert await settings_of(pooled) == ["0", "0", "0"]
    async with make_pool(make_conninfo(database_url, options="-c lock_timeout=5s")) as pool:
        assert await settings_of(pool) == ["5s", "1min", "1min"]
    async with await connect(database_url) as conn:
        assert await one(conn, b"show statement_timeout") == {"statement_timeout": "0"}


async def test_a_transaction_whose_client_hangs_gives_its_locks_back(pool: Pool, database_url: str) -> None:
    decision_set = await new_decision_set(pool)
    short = make_conninfo(database_url, options="-c idle_in_transaction_session_timeout=200ms")
    async with make_pool(short, maximum=1) as hanging, hanging.connection() as conn:
        await conn.execute(b"begin")
        await conn.execute(b"select id from decision_sets for no key update")
        async with pool.connection() as other:
            assert await one(other, b"select id from decision_sets for no key update") == {"id": decision_set}
        with pytest.raises(DATABASE_AWAY):
            await conn.execute(b"select 1")


def test_what_the_address_says_stands() -> None:
    given = conninfo_to_dict(bounded("postgresql://ana@db.internal/countersign?connect_timeout=3&keepalives=0"))
    assert (given["connect_timeout"], given["keepalives"], given["host"]) == ("3", "0", "db.internal")
    assert given["tcp_user_timeout"] == "30000"
