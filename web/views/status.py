"""The line that says how a decision set stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.decision_sets import ENDED, DecisionSet
from storage.runs import RunRow
from web.views.words import Mark, blocks, stage_word, status_mark


@dataclass(frozen=True, slots=True)
class StatusLine:
    """`since` is set while a run goes on, so that the elapsed time can tick; `took` is seconds of the last run
    alone; `ended` closes the stream."""

    mark: Mark
    stage: str
    version: int
    since: datetime | None
    took: float | None
    ended: bool


def status_line(found: DecisionSet, run: RunRow | None) -> StatusLine:
    going = run is not None and run.outcome is None
    ended = found.status in ENDED and not going
    took = None
    if run and run.started_at and run.finished_at:
        took = (run.finished_at - run.started_at).total_seconds()
    return StatusLine(
        mark=status_mark(found.status, found.stage, asks=found.question is not None, blocked=blocks(found.gate)),
        stage="" if found.status in ENDED else stage_word(found.stage),
        version=found.version,
        since=run.requested_at if going and run else None,
        took=took if ended else None,
        ended=ended,
    )
