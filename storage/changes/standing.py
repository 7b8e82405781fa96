"""The plan that stood before the one at a gate."""

from __future__ import annotations

from typing import Any

from storage.decision_sets import state_of
from storage.postgres import Connection, one, queries
from storage.records.ids import DecisionSetId

SQL = queries("changes")


async def plan_answered(conn: Connection, decision_set: DecisionSetId) -> dict[str, Any] | None:
    """The plan that the last answered gate showed, as JSON; None where no plan followed an answer."""
    row = await one(conn, SQL["answered"], {"id": decision_set})
    if row is None or row["ord"] is None:
        return None
    return (await state_of(conn, decision_set, ord=row["ord"] - 1)).get("plan")
