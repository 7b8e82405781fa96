"""The hub: one listening connection, viewers woken by a nudge or by the poll, and nobody who waits for another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import psycopg
import pytest

from storage import runs
from storage.postgres import Pool
from storage.records.ids import DecisionSetId
from tests.decisions import end, new_decision_set, say, until
from web.hub import Hub, Viewer

pytestmark = pytest.mark.anyio

SHORT = 0.2
"""Seconds after which a stream without viewers counts as abandoned here."""


@pytest.fixture
async def hub(pool: Pool, database_url: str) -> AsyncIterator[Hub]:
    async with Hub(pool, database_url, abandoned_seconds=SHORT).running() as running:
        await running.listening.wait()
        yield running


async def woken_within(viewer: Viewer, seconds: float) -> bool:
    with anyio.move_on_after(seconds):
        await viewer.wait()
        return True
    return False


def listeners(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as conn:
        return [
            row[0]
            for row in conn.execute(
                "select pid from pg_stat_activity where datname = current_database() and query like 'listen %'"
            )
        ]


async def abandoned(pool: Pool, decision_set: DecisionSetId) -> bool:
    async with pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    assert run is not None
    return run.stream_abandoned


async def test_many_viewers_share_one_listening_connection(hub: Hub, pool: Pool, database_url: str) -> None:
    first, second = await new_decision_set(pool), await new_decision_set(pool)
    woken: list[DecisionSetId] = []

    async def watch(decision_set: DecisionSetId) -> None:
        with hub.watch(decision_set, 1) as viewer:
            await viewer.wait()
            woken.append(decision_set)
            assert [event.seq for event in await hub.read(viewer)] == [2]

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(watch, first if number % 2 else second)
            await anyio.sleep(0.1)
            assert len(listeners(database_url)) == 1
            await say(pool, first, "hello")
            await anyio.sleep(0.1)
            assert {first} == set(woken)
            await say(pool, second, "hello")
    assert 100 == woken.count(first) == woken.count(second)


async def test_viewers_at_one_cursor_share_one_query(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    found: list[int] = []

    async def read() -> None:
        with hub.watch(decision_set, 0) as viewer:
            found.append(id(await hub.read(viewer)))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(read)
    assert (len(found), len(set(found))) == (50, 1)


async def test_a_nudge_wakes_at_once(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 1) as viewer:
        await say(pool, decision_set, "now")
        assert await woken_within(viewer, 0.5)


async def test_without_a_nudge_the_poll_finds_it(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 1) as viewer:
        await say(pool, decision_set, "unheard", nudge=False)
        assert await woken_within(viewer, 3)
        assert [event.seq for event in await hub.read(viewer)] == [2]


async def test_the_listening_connection_is_made_again(hub: Hub, pool: Pool, database_url: str) -> None:
    decision_set = await new_decision_set(pool)
    (before,) = listeners(database_url)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(%s)", (before,))

    async def another() -> bool:
        return listeners(database_url) not in ([], [before])

    await until(another)
    await hub.listening.wait()
    with hub.watch(decision_set, 1) as viewer:
        await say(pool, decision_set, "heard again")
        assert await woken_within(viewer, 0.5)


async def test_a_stream_that_everybody_left_is_noted(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 0):
        await anyio.sleep(SHORT * 2)
        assert not await abandoned(pool, decision_set)
    await until(lambda: abandoned(pool, decision_set))


async def test_somebody_who_comes_back_in_time_abandons_nothing(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 0):
        pass
    with hub.watch(decision_set, 0):
        await anyio.sleep(SHORT * 3)
        assert not await abandoned(pool, decision_set)


async def test_a_stream_that_somebody_watches_at_another_console_is_not_abandoned(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)

    async def taken_back() -> bool:
        return not await abandoned(pool, decision_set)

    with hub.watch(decision_set, 0):
        async with pool.connection() as conn:
            await runs.abandon_stream(conn, decision_set)  # what the other console does
        await until(taken_back)
    await until(lambda: abandoned(pool, decision_set))


async def test_a_stream_seen_to_its_end_is_not_abandoned(hub: Hub, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 0) as viewer:
        await end(pool, decision_set, "completed")
        viewer.finished = True
    await anyio.sleep(SHORT * 3)
    assert not await abandoned(pool, decision_set)


async def test_after_a_restart_of_the_database_the_pool_is_whole_again(hub: Hub, pool: Pool, database_url: str) -> None:
    decision_set = await new_decision_set(pool)
    before = listeners(database_url)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    async def listening_again() -> bool:
        return listeners(database_url) not in ([], before)

    await until(listening_again)
    assert await say(pool, decision_set, "as if nothing had been") == 2


async def test_the_poll_outlives_a_database_that_is_away(hub: Hub, pool: Pool, database_url: str) -> None:
    decision_set = await new_decision_set(pool)
    with hub.watch(decision_set, 1) as viewer:
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        with anyio.fail_after(10):
            while True:
                try:
                    await say(pool, decision_set, "back", nudge=False)
                    break
                except psycopg.OperationalError:
                    await anyio.sleep(0.1)
        assert await woken_within(viewer, 5)
