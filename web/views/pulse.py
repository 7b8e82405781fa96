"""The small answer behind the badge in the navigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from web.views.decision_set import SILENT


@dataclass(frozen=True, slots=True)
class Pulse:
    """How many decision sets wait for a person, and whether a worker lives."""

    needs: int
    last_heartbeat: datetime | None
    silent: bool


def pulse(needs: int, last_heartbeat: datetime | None, now: datetime | None = None) -> Pulse:
    silent = last_heartbeat is None or (now or datetime.now(UTC)) - last_heartbeat > SILENT
    return Pulse(needs, last_heartbeat, silent)
