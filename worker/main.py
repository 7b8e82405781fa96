"""The worker process, put together: pools, providers, graphs, jobs, heartbeat, reaper."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from procrastinate import App

from graphs.services import Services
from infra.logging import configure_logging
from infra.metrics import WorkerMetrics
from infra.models import ModelAccess
from infra.sandbox import Sandbox
from infra.settings import Settings
from providers.base import OrchestrationProvider
from providers.compute import ComputePool
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.bundle import RulebookCodeGen
from storage import workers
from storage.artifacts import open_store
from storage.jobs import DATABASE_AWAY, QUEUE
from storage.postgres import Connection, Pool, make_pool
from storage.records.ids import new_id
from worker.advance import Advancer
from worker.alive import holding, until_lock_lost
from worker.health import health_app, health_port
from worker.jobs import job_app
from worker.models import chosen_provider, note_rules
from worker.recover import beat_for_ever, reap_for_ever, tidy_for_ever

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 20.0
"""How long a stopping worker waits for its runs to reach their next superstep."""
LEAVE_SECONDS = 3.0
"""How long it then waits for a connection to take itself off the list. Its lock is gone either way."""


def services(
    settings: Settings, compute: ComputePool, provider: OrchestrationProvider, book: PriceBook, metrics: WorkerMetrics
) -> Services:
    return Services(
        orchestration=provider,
        codegen=RulebookCodeGen(),
        book=book,
        policies=PolicyBundle.load(),
        artifacts=open_store(settings.artifacts_url),
        sandbox=Sandbox.detect(),
        compute=compute,
        require_sandbox=settings.require_sandbox,
        approval_window=timedelta(hours=settings.approval_hours),
        node_done=metrics.node,
    )


def serve(settings: Settings, models: Sequence[ModelAccess] = ()) -> None:
    """Runs until SIGTERM or SIGINT, then drains. `models` are the chat models of the settings, with their keys. Exits
    with 1 when it could not go on; whoever supervises it then starts another."""
    configure_logging(settings.log_level, process="worker")
    try:
        asked = asyncio.run(_serve(settings, models))
    except DATABASE_AWAY as error:
        log.error("worker gives up: the database does not answer", error=str(error))
        asked = False
    if not asked:
        raise SystemExit(1)


async def _serve(settings: Settings, models: Sequence[ModelAccess]) -> bool:
    """Whether it ended because it was asked to."""
    name, host = new_id(), socket.gethostname()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    compute, metrics = ComputePool(), WorkerMetrics()
    bootstrap_key = settings.bootstrap_key.get_secret_value() if settings.bootstrap_key else None
    concurrency = settings.worker_concurrency
    pool = make_pool(settings.dsn, minimum=2, maximum=2 * concurrency + 4, pooled=settings.pooled)
    try:
        async with holding(settings.direct_dsn, name) as lock, pool:
            book = PriceBook.load()
            rulebook = Rulebook(book, compute=compute)
            warming = asyncio.create_task(rulebook.warm_up())
            async with chosen_provider(settings, models, rulebook, pool, metrics) as provider:
                built = services(settings, compute, provider, book, metrics)
                await note_rules(pool, rulebook, built.codegen)
                advancer = Advancer(pool, built, name)
                app = job_app(settings.direct_dsn, advancer, metrics)
                health = health_app(metrics, pool, bootstrap_key)
                async with app.open_async(), health_port(health, settings.host, settings.worker_port):
                    asked = await _work(app, advancer, pool, lock, host, concurrency, stop)
            if asked:  # else its name stays, by which others find the jobs that it leaves
                async with pool.connection(timeout=LEAVE_SECONDS) as conn:
                    await workers.leave(conn, name)
            await asyncio.gather(warming, return_exceptions=True)
            return asked
    finally:
        compute.close()


async def _work(
    app: App, advancer: Advancer, pool: Pool, lock: Connection, host: str, concurrency: int, stop: asyncio.Event
) -> bool:
    """Whether it ended because it was asked to; when one of its parts ended by itself, a line says which and why."""
    name = advancer.name
    async with pool.connection() as conn:
        await workers.beat(conn, name, host)
    jobs = asyncio.create_task(
        app.run_worker_async(
            queues=[QUEUE],
            concurrency=concurrency,
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=5.0,
            stalled_worker_timeout=30.0,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=DRAIN_SECONDS,
        ),
        name="jobs",
    )
    parts = {
        asyncio.create_task(until_lock_lost(lock, name), name="lock"),
        asyncio.create_task(reap_for_ever(pool, app, advancer), name="reaper"),
        asyncio.create_task(tidy_for_ever(pool), name="tidying"),
    }
    beating = asyncio.create_task(beat_for_ever(pool, name, host), name="heartbeat")
    asked = asyncio.create_task(stop.wait(), name="asked")
    log.info("worker ready", worker=name, pid=os.getpid(), concurrency=concurrency)
    try:
        await asyncio.wait({jobs, beating, asked, *parts}, return_when=asyncio.FIRST_COMPLETED)
        ended = [part for part in (jobs, beating, *parts) if part.done()]
        for part in ended:
            log.error("worker gives up", worker=name, part=part.get_name(), error=str(part.exception()))
        log.info("worker stopping", worker=name)
        advancer.drain()
    finally:
        await _ended(jobs, *parts)  # the runs in hand go on beating until they have drained
        await _ended(beating, asked)
    return not ended


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    going = [task for task in tasks if task.cancel()]
    await asyncio.wait(tasks)
    for task in going:
        if not task.cancelled() and (error := task.exception()):
            log.warning("part did not end well", part=task.get_name(), error=str(error))
