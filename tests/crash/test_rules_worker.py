"""The design's rules about the worker process: reaper, session lock, CPU elsewhere."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from providers.compute import ComputePool
from storage import workers
from storage.postgres import connect, every
from tests.crash.house import House

pytestmark = pytest.mark.anyio


def spin(seconds: float) -> int:
    """Pure Python that holds the interpreter."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return os.getpid()


async def test_rule_11_a_dead_worker_is_known_by_its_session_lock(house: House) -> None:
    holder = await connect(house.database_url)
    async with house.pool.connection() as conn:
        await workers.beat(conn, "lives", "here")
        await workers.beat(conn, "dead", "there")
        assert await workers.hold(holder, "lives")
        assert await workers.dead(conn) == ["dead"]
        await holder.close()
        for _ in range(100):
            if len(dead := await workers.dead(conn)) == 2:
                break
            await asyncio.sleep(0.02)
    assert sorted(dead) == ["dead", "lives"]


async def test_rule_11_the_reaper_hands_a_dead_workers_run_to_the_next(house: House) -> None:
    first = house.start_worker()
    made = await house.create()
    await house.until(made.id, lambda now: now.question is not None)
    first.kill()
    first.wait()
    await house.start(made.id)
    async with house.pool.connection() as conn:
        await conn.execute(b"delete from procrastinate_jobs where status = 'doing'")
        await conn.execute(b"update procrastinate_jobs set status = 'doing' where status = 'todo'")
        await conn.execute(
            b"update runs set worker = (select id from workers limit 1) where outcome is null", prepare=False
        )
    house.start_worker()
    await house.until(made.id, lambda now: now.gate is not None, seconds=120)
    async with house.pool.connection() as conn:
        assert len(await every(conn, b"select id from workers")) == 1


async def test_rule_12_cpu_runs_in_a_process_of_its_own_and_within_its_time(house: House) -> None:
    compute = ComputePool(limit=20)
    try:
        await compute(spin, 0.0)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        other = await compute(spin, 0.5)
        ticking.cancel()
        assert other != os.getpid()
        assert ticks > 10
        compute._limit = 0.3
        with pytest.raises(TimeoutError):
            await compute(spin, 60.0)
        compute._limit = 20
        assert await compute(spin, 0.0) not in (os.getpid(), other)
    finally:
        compute.close()
