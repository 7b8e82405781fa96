"""The reaper and the heartbeat: coroutines of each worker, never queued jobs, which would wait behind the very jobs
they are to free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import psycopg
import structlog
from procrastinate import App

from infra.logging import bind_run
from storage import access, commands, decision_sets, deltas, gates, git, runs, workers
from storage.jobs import DATABASE_AWAY, QUEUE, defer_advance
from storage.postgres import Connection, Pool, unit_of_work
from storage.records.events import RunFailed
from storage.records.ids import DecisionSetId, GateId
from storage.runs import RunRow
from storage.workers import HeldJob
from worker.advance import Advancer

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5.0
TIDY_SECONDS = 60.0
STALLED_SECONDS = 30.0
"""After this long without a sign of its worker, a job that no run names is taken for lost."""
ATTEMPTS = 10
"""How often a run is taken up again after its worker died before it is given up."""


async def beat_for_ever(pool: Pool, worker: str, host: str) -> None:
    while True:
        try:
            async with pool.connection() as conn:
                await workers.beat(conn, worker, host)
                await runs.beat(conn, worker)
        except DATABASE_AWAY as error:
            log.warning("heartbeat missed", error=str(error))
        await asyncio.sleep(BEAT_SECONDS)


async def reap_for_ever(pool: Pool, app: App, own: Advancer) -> None:
    while True:
        try:
            await reap(pool, app, own)
            await expire_gates(pool)
        except DATABASE_AWAY as error:
            log.warning("reaper missed a turn", error=str(error))
        await asyncio.sleep(BEAT_SECONDS)


async def tidy_for_ever(pool: Pool) -> None:
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        try:
            await tidy(pool)
        except DATABASE_AWAY as error:
            log.warning("tidying missed a turn", error=str(error))


async def tidy(pool: Pool) -> None:
    """Merges packs where there are many, and drops those retired long enough ago; and a dead worker's unsaid words, old
    idempotency keys and expired sign-in links."""
    await git.tidy(pool)
    async with pool.connection() as conn:
        await deltas.sweep(conn)
        await commands.sweep(conn)
        await access.sweep_links(conn)


async def reap(pool: Pool, app: App, own: Advancer) -> None:
    """Puts back what dead workers held, defers a job for each open run that has none, and gives up the hopeless.
    `own` is who reaps: it lives, whatever the database says, and what it is doing is not taken back. Other workers
    reap at the same time: what was read is claimed, or looked at again under its lock, before anything is done."""
    async with pool.connection() as conn:
        dead = [name for name in await workers.dead(conn) if name != own.name]
    for worker in dead:
        await _take_back(pool, worker, own)
    for job in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
        if job.id is None or job.lock is None or job.lock in own.running:
            continue
        held = HeldJob(job.id, DecisionSetId(job.lock), job.attempts)
        async with pool.connection() as conn:
            back = await _put_back(conn, held)
        if back:
            async with _named_run(pool, held.decision_set):
                log.warning("stalled job taken back", job_id=held.id)
    async with pool.connection() as conn:
        await workers.forget(conn)
        orphans = await runs.orphans(conn)
    for run in orphans:
        if run.attempts >= ATTEMPTS:
            await _give_up(pool, run)
        else:
            async with unit_of_work(pool) as work:
                await defer_advance(work.conn, run.decision_set_id)


async def _take_back(pool: Pool, worker: str, own: Advancer) -> None:
    """It leaves the list if and only if its jobs are put back; one that can't be is found again as a stalled one."""
    async with pool.connection() as conn, conn.transaction():
        lost = await workers.claim(conn, worker) or []
        back = [job for job in lost if job.decision_set not in own.running and await _put_back(conn, job)]
    for job in back:
        async with _named_run(pool, job.decision_set):
            log.warning("job taken back from a dead worker", job_id=job.id)


async def _put_back(conn: Connection, job: HeldJob) -> bool:
    """Raises psycopg.OperationalError when the connection is lost; any other failure is this job's alone."""
    try:
        return await workers.put_back(conn, job)
    except psycopg.DatabaseError as error:
        if conn.closed:
            raise
        log.warning("job not put back", job_id=job.id, decision_set=job.decision_set, error=str(error))
        return False


@asynccontextmanager
async def _named_run(pool: Pool, decision_set: DecisionSetId) -> AsyncIterator[None]:
    """What is logged inside has the ids of the decision set's newest run."""
    async with pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    request, name = (run.request_id or "", run.id) if run else ("", "")
    with bind_run(request_id=request, run_id=name, thread_id=decision_set, node_name="reaper"):
        yield


async def expire_gates(pool: Pool) -> None:
    """Fails, in the open, every decision set whose approval nobody answered in time."""
    async with pool.connection() as conn:
        found = await gates.expired(conn)
    for decision_set in found:
        if gate := await _expire(pool, decision_set):
            async with _named_run(pool, decision_set):
                log.info("gate expired", gate=gate)


async def _expire(pool: Pool, decision_set: DecisionSetId) -> GateId | None:
    """The gate, unless it stands."""
    async with unit_of_work(pool) as work:
        row = await decision_sets.lock(work.conn, decision_set)
        gate, last = await gates.unanswered(work.conn, decision_set), await runs.current(work.conn, decision_set)
        waits = row.status == "awaiting_approval" and row.cancel_asked is None
        if gate is None or not gate.is_expired or not waits or (last is not None and last.outcome is None):
            return None  # answered, cancelled or opened again meanwhile, or about to be
        cause = f"Nobody answered the approval by {gate.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
        run = await runs.open_run(work.conn, decision_set, "resume", None)
        failed = RunFailed(
            stage="approval",
            cause=cause,
            effect="Nothing was built. The plan, its price and its reasons are kept.",
            next_action="Retry opens the approval again on the same plan; a child decision set plans anew.",
        )
        await runs.fail(work, row, run, failed, node="gate_hitl")
    return gate.id


async def _give_up(pool: Pool, run: RunRow) -> None:
    async with unit_of_work(pool) as work:
        row = await decision_sets.lock(work.conn, run.decision_set_id)
        failed = RunFailed(
            stage=row.stage,
            cause=f"The worker stopped {run.attempts} times while it was at this stage.",
            effect="Nothing was committed. What was decided before this stage is kept.",
            next_action="Look at the worker's log, then retry.",
        )
        if not await runs.fail(work, row, run.id, failed):
            return
        await decision_sets.fence(work.conn, row.id)  # somebody may be at work on it still
    async with _named_run(pool, row.id):
        log.error("run given up", attempts=run.attempts)
