"""How streams end: with the decision set, and not before."""

from __future__ import annotations

import anyio
import httpx
import pytest

from storage import decision_sets, runs
from storage.postgres import Pool, unit_of_work
from storage.records.events import MessageSent
from tests.decisions import change, end, new_decision_set, say
from tests.sse import opened, seqs, stream_path
from web import hub as hub_module
from web import stream as stream_module

pytestmark = pytest.mark.anyio


async def test_an_ended_decision_set_replays_past_the_cursor_and_then_tells_the_client_to_stop(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set = await new_decision_set(pool)
    last = await end(pool, decision_set, "completed")
    with anyio.fail_after(5):
        async with opened(api, stream_path(decision_set)) as found:
            assert await seqs(found) == [1, last]
        async with opened(api, stream_path(decision_set), **{"Last-Event-ID": str(last - 1)}) as found:
            assert await seqs(found) == [last]
        for after, header in (
            (0, last),
            (last, None),
            (last + 7, None),
            (0, last + 7),
            (0, 10**10 + last),
            (0, "9" * 5000),
        ):
            headers = {"Last-Event-ID": str(header)} if header else {}
            again = await api.get(stream_path(decision_set, after), headers=headers)
            assert (again.status_code, again.content) == (204, b"")


async def test_a_client_that_has_everything_waits_while_more_may_come(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    last = await end(pool, decision_set, "waiting")
    async with opened(api, stream_path(decision_set, last)) as found:
        await anext(found)
        await say(pool, decision_set, "on")
        assert await seqs(found, 1) == [last + 1]


async def test_a_live_stream_closes_after_the_end_and_not_while_the_run_waits(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set = await new_decision_set(pool)
    async with opened(api, stream_path(decision_set)) as found:
        assert await seqs(found, 1) == [1]
        await end(pool, decision_set, "waiting")
        await say(pool, decision_set, "still here")
        assert await seqs(found, 2) == [2, 3]
        async with pool.connection() as conn:
            await runs.open_run(conn, decision_set, "resume", None)
        await end(pool, decision_set, "failed")
        with anyio.fail_after(5):
            assert await seqs(found) == [4]


@pytest.mark.parametrize("batch", [3, 4])
async def test_a_live_stream_closes_after_an_end_that_fills_a_batch(
    api: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Three events become visible at once, with batches of that many and of one more."""
    monkeypatch.setattr(hub_module, "BATCH", batch)
    monkeypatch.setattr(stream_module, "BATCH", batch)
    decision_set = await new_decision_set(pool)
    async with opened(api, stream_path(decision_set)) as found:
        assert await seqs(found, 1) == [1]
        async with unit_of_work(pool) as work:
            row, run = await decision_sets.lock(work.conn, decision_set), await runs.current(work.conn, decision_set)
            assert run is not None
            await decision_sets.change(work.conn, decision_set, row.version, {"status": "completed"})
            said = (MessageSent(text="almost"), MessageSent(text="there"))
            await runs.complete(work, decision_set, run.id, "completed", *said)
        with anyio.fail_after(5):
            assert await seqs(found) == [2, 3, 4]


async def test_a_retried_decision_set_stays_open_past_its_old_end(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await end(pool, decision_set, "failed")
    await change(pool, decision_set, status="planning")
    async with opened(api, stream_path(decision_set)) as found:
        assert await seqs(found, 2) == [1, 2]
        await say(pool, decision_set, "again")
        with anyio.fail_after(3):
            assert await seqs(found, 1) == [3]
