"""The worker's Procrastinate app: one queue, one task."""

from __future__ import annotations

import procrastinate

from storage.jobs import QUEUE, TASK
from storage.records.ids import DecisionSetId
from worker.advance import Advancer


def job_app(dsn: str, advancer: Advancer) -> procrastinate.App:
    """An app whose one task advances a decision set. Not open yet."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4))

    @app.task(name=TASK, queue=QUEUE)
    async def advance(decision_set_id: str) -> None:
        await advancer.advance(DecisionSetId(decision_set_id))

    return app
