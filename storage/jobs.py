"""The one job: advance(decision_set). Deferred inside the command's own transaction, so that it exists if and only if
the command does."""

from __future__ import annotations

import procrastinate
from procrastinate.exceptions import ConnectorException

from storage.postgres import AWAY, Connection
from storage.records.ids import DecisionSetId

TASK = "advance"
QUEUE = "decisions"

DATABASE_AWAY = (*AWAY, ConnectorException)
"""What is raised when the database is away, by our own connections and by Procrastinate's."""

_deferrer = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Never opened: every defer names the caller's connection."""


async def defer_advance(conn: Connection, decision_set: DecisionSetId) -> None:
    """One job at a time runs per decision set (`lock`). No queueing lock: its collision would abort the command."""
    await _deferrer.configure_task(
        TASK, queue=QUEUE, lock=decision_set, connection=conn, allow_unknown=True
    ).defer_async(decision_set_id=decision_set)
