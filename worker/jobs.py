"""The worker's Procrastinate app: one queue, one task."""

from __future__ import annotations

import procrastinate
import psycopg

from infra.metrics import WorkerMetrics
from storage.jobs import QUEUE, TASK
from storage.postgres import bounded
from storage.records.ids import DecisionSetId
from worker.advance import Advancer


async def _autocommit(conn: psycopg.AsyncConnection) -> None:
    """Each call on the queue is one statement: it then takes one round trip, not three."""
    await conn.set_autocommit(True)


def job_app(dsn: str, advancer: Advancer, metrics: WorkerMetrics) -> procrastinate.App:
    """An app whose one task advances a decision set. Not open yet."""
    connector = procrastinate.PsycopgConnector(conninfo=bounded(dsn), min_size=1, max_size=4, configure=_autocommit)
    app = procrastinate.App(connector=connector)

    @app.task(name=TASK, queue=QUEUE)
    async def advance(decision_set_id: str) -> None:
        outcome = "interrupted"
        try:
            with metrics.running():
                outcome = await advancer.advance(DecisionSetId(decision_set_id))
        finally:
            metrics.job(outcome)

    return app
