"""What the pages of a decision set are made from, read in an order that leaves no gap: the events first, the row after,
which is then at least as new."""

from __future__ import annotations

from storage import decision_sets, events, runs, workers
from storage.postgres import Connection
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web.commands.once import Caller
from web.console import Console
from web.routes.page_forms import fresh_key
from web.views.decision_set import Caps, Loaded

WINDOW = 100
"""Events on one page."""


def caps_of(caller: Caller) -> Caps:
    return Caps(caller.role != "viewer", caller.role in ("approver", "admin"), caller.role)


async def load(
    console: Console, conn: Connection, decision_set: DecisionSetId, caller: Caller, window: list[Event]
) -> Loaded:
    """Raises NotFound."""
    return Loaded(
        found=await decision_sets.read(conn, decision_set),
        run=await runs.current(conn, decision_set),
        events=window,
        caps=caps_of(caller),
        key=fresh_key(),
        last_heartbeat=await workers.last_heartbeat(conn),
        priced=await console.inputs.regions(conn),
        base_url=console.base_url,
    )


async def latest(conn: Connection, decision_set: DecisionSetId) -> tuple[list[Event], int]:
    """The last events, and the seq they end at."""
    head = await events.head(conn, decision_set)
    return await events.read(conn, decision_set, after=max(0, head - WINDOW), limit=WINDOW), head


async def earlier(
    conn: Connection, decision_set: DecisionSetId, *, before: int | None, card: int | None
) -> tuple[list[Event], int]:
    """Events before a seq, or around a card that lies before the latest; else the latest."""
    head = await events.head(conn, decision_set)
    after = max(0, head - WINDOW)
    if before is not None and 1 < before <= head:
        first = max(0, before - 1 - WINDOW)
        return await events.read(conn, decision_set, after=first, limit=before - 1 - first), head
    if card is not None and 0 < card <= after:
        after = max(0, card - WINDOW // 2)
    return await events.read(conn, decision_set, after=after, limit=WINDOW), head
