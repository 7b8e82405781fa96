"""What decisions cost, over every project."""

from __future__ import annotations

from storage.postgres import Connection, every, one, queries
from storage.records.costs import CostTotals, PricedDecisionSet

SQL = queries("costs")


async def totals(conn: Connection) -> CostTotals:
    return CostTotals.model_validate(await one(conn, SQL["totals"]))


async def priced(
    conn: Connection, *, limit: int, before: str | None = None, stands: bool = False
) -> list[PricedDecisionSet]:
    """Newest first. `before` is the id of the last one of the page before; `stands` leaves out what does not."""
    rows = await every(conn, SQL["priced"], {"limit": limit, "before": before, "stands": stands})
    return [PricedDecisionSet.model_validate(row) for row in rows]
