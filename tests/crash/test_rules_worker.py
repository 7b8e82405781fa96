"""The design's rules about the worker process: reaper, session lock, CPU elsewhere."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

import psutil
import pytest
from procrastinate import App
from procrastinate.jobs import Job

from infra.logging import RUN_IDS
from infra.metrics import WorkerMetrics
from providers.compute import ComputePool
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from storage import decision_sets, runs, workers
from storage.postgres import Connection, connect, every
from storage.records.ids import DecisionSetId
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate
from tests.decisions import until
from worker.advance import Advancer
from worker.alive import LockLost, holding, until_lock_lost
from worker.jobs import job_app
from worker.recover import reap

pytestmark = pytest.mark.anyio
P = ParamSpec("P")
T = TypeVar("T")


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
        dead: list[str] = []
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


async def test_rule_11_the_reaper_works_while_every_slot_is_busy(house: House) -> None:
    """And rule 12: the worker's rulebook has warmed up in a process of its own before there was anything to do."""
    worker = house.start_worker("--concurrency", "1")

    async def warm() -> bool:
        with suppress(psutil.NoSuchProcess):  # the sandbox is tried out in one that ends at once
            children = psutil.Process(worker.pid).children()
            return any("spawn_main" in " ".join(child.cmdline()) for child in children)
        return False

    await until(warm, 60)
    slow, lost = await house.create(), None
    async with house.pool.connection() as locking, house.pool.connection() as conn, locking.transaction():
        await decision_sets.lock(locking, slow.id)
        await until(lambda: holds(conn, slow.id, "doing"), 30)
        lost = await house.create()
        await workers.beat(conn, "dead", "there")
        await conn.execute(
            b"update runs set worker = 'dead' where decision_set_id = %(id)s", {"id": lost.id}, prepare=False
        )
        await conn.execute(
            b"update procrastinate_jobs set status = 'doing' where lock = %(id)s", {"id": lost.id}, prepare=False
        )
        await until(lambda: holds(conn, lost.id, "todo"), 30)
        assert await holds(conn, slow.id, "doing")
    for made in (slow, lost):
        await house.until(made.id, lambda now: now.question is not None)
    taken = [json.loads(line) for line in house.log_text().splitlines() if "taken back" in line]
    assert {(line["thread_id"], line["node_name"]) for line in taken} == {(lost.id, "reaper")}
    assert all(line[name] for line in taken for name in RUN_IDS)


async def test_rule_11_the_reaper_leaves_its_own_workers_jobs_alone(house: House) -> None:
    """Its lock is lost, as far as the database knows, and its heartbeat late; what another dead one did it takes."""
    made, other = await house.create(), await house.create()
    own = advancer(house, "own")
    own.running.add(made.id)
    async with house.pool.connection() as conn:
        for name, decision_set in (("own", made.id), ("dead", other.id)):
            await workers.beat(conn, name, "here")
            assert await runs.take(conn, decision_set, name) is not None
        await conn.execute(b"update procrastinate_jobs set status = 'doing'")
        assert sorted(await workers.dead(conn)) == ["dead", "own"]
    app = job_app(house.database_url, own, WorkerMetrics())
    async with app.open_async():
        await reap(house.pool, app, own)
    async with house.pool.connection() as conn:
        assert await holds(conn, made.id, "doing")
        assert await holds(conn, other.id, "todo")
        assert [row["id"] for row in await every(conn, b"select id from workers")] == ["own"]


async def fetched_again(house: House, decision_set: DecisionSetId, reaping: Advancer, app: App) -> None:
    """Another worker reaps, and a third fetches what was put back."""
    await reap(house.pool, app, reaping)
    async with house.pool.connection() as conn:
        await conn.execute(
            b"update procrastinate_jobs set status = 'doing' where lock = %(id)s and status = 'todo'",
            {"id": decision_set},
        )


async def test_rule_11_a_job_that_another_reaper_put_back_is_left_to_who_fetched_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later reaper had read both lists before."""
    lost, stalled = await house.create(), await house.create()
    async with house.pool.connection() as conn:
        await workers.beat(conn, "dead", "there")
        assert await runs.take(conn, lost.id, "dead") is not None
        await conn.execute(b"update procrastinate_jobs set status = 'doing'")
    earlier, later = advancer(house, "earlier"), advancer(house, "later")
    listed = workers.dead
    app = job_app(house.database_url, later, WorkerMetrics())
    async with app.open_async():
        seen = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30)
        assert {job.lock for job in seen} == {lost.id, stalled.id}

        async def dead_before(conn: Connection) -> list[str]:
            names = await listed(conn)
            monkeypatch.setattr(workers, "dead", listed)
            for decision_set in (lost.id, stalled.id):
                await fetched_again(house, decision_set, earlier, app)
            return names

        async def stalled_before(**_: object) -> list[Job]:
            return list(seen)

        monkeypatch.setattr(workers, "dead", dead_before)
        async with house.pool.connection() as conn:
            await conn.execute(b"update procrastinate_jobs set worker_id = null")
        monkeypatch.setattr(type(app.job_manager), "get_stalled_jobs", lambda _, **given: stalled_before(**given))
        await reap(house.pool, app, later)
    async with house.pool.connection() as conn:
        found = await every(conn, b"select lock, status::text, attempts from procrastinate_jobs")
    assert {(row["lock"], row["status"], row["attempts"]) for row in found} == {
        (lost.id, "doing", 1),
        (stalled.id, "doing", 1),
    }


async def test_rule_11_a_job_that_cannot_be_put_back_stops_no_other(house: House) -> None:
    """Nor the orphans behind it, and the dead worker is off the list."""
    refused, other, orphan = [await house.create() for _ in range(3)]
    async with house.pool.connection() as conn:
        await workers.beat(conn, "dead", "there")
        for made in (refused, other):
            assert await runs.take(conn, made.id, "dead") is not None
        await conn.execute(b"update procrastinate_jobs set status = 'doing'")
        await conn.execute(b"delete from procrastinate_jobs where lock = %(id)s", {"id": orphan.id})
        await conn.execute(b"update runs set requested_at = requested_at - interval '1 minute'")
        await conn.execute(
            b"create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$"
        )
        await conn.execute(
            f"create trigger refuse before update on procrastinate_jobs for each row"
            f" when (new.lock = '{refused.id}') execute function refuse()".encode()
        )
    own = advancer(house, "own")
    app = job_app(house.database_url, own, WorkerMetrics())
    async with app.open_async():
        await reap(house.pool, app, own)
    async with house.pool.connection() as conn:
        assert await holds(conn, refused.id, "doing")
        assert await holds(conn, other.id, "todo")
        assert await holds(conn, orphan.id, "todo")
        assert await workers.dead(conn) == []


async def holds(conn: Connection, decision_set: DecisionSetId, status: str) -> bool:
    """Whether the decision set's only job has the status."""
    found = await every(conn, b"select status::text from procrastinate_jobs where lock = %(id)s", {"id": decision_set})
    return [row["status"] for row in found] == [status]


class Recorded:
    """Runs functions on the spot, and keeps their names."""

    def __init__(self) -> None:
        self.functions: list[str] = []

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.functions.append(function.__name__)
        return function(*args, **kwargs)


@pytest.mark.parametrize("lost", ["terminated", "unlocked"])
async def test_a_lost_lock_is_noticed(house: House, lost: str) -> None:
    async with holding(house.database_url, "lives") as session, house.pool.connection() as conn:
        watching = asyncio.create_task(until_lock_lost(session, "lives"))
        assert await workers.holds(conn, "lives") is False
        if lost == "terminated":
            await conn.execute(b"select pg_terminate_backend(%(pid)s)", {"pid": session.info.backend_pid})
        else:
            watching.cancel()
            await asyncio.wait([watching])
            await session.execute(b"select pg_advisory_unlock_all()")
            watching = asyncio.create_task(until_lock_lost(session, "lives"))
        with pytest.raises(LockLost, match="has ended: " if lost == "terminated" else "does not hold its lock"):
            await asyncio.wait_for(watching, 30)


async def test_rule_12_planner_policies_and_diffs_go_where_the_worker_says(house: House) -> None:
    compute = Recorded()
    worker = advancer(house, compute=compute, orchestration=Rulebook(PriceBook.load(), compute=compute))
    made = await at_gate(house, worker)
    assert {"plan", "evaluate", "outcomes"} <= set(compute.functions)
    compute.functions.clear()
    await house.answer(made, "approve", "cap replicas at 6 and keep it under $3,500 a month")
    await worker.advance(made)
    if (await house.read(made)).gate:
        await house.answer(made)
        await worker.advance(made)
    assert (await house.read(made)).status == "completed"
    assert {"refit", "build_commit", "compare", "state_counts"} <= set(compute.functions)


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
