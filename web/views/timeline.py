"""One history in three views: compact, as bars over time, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from storage.checkpoints import CheckpointRow
from storage.ledger import LedgerRow
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event, GateAnswered, GateOpened
from storage.runs import RunRow
from web.views.cards import Entry
from web.views.decision_set import Caps
from web.views.feed import Context, decisions, feed
from web.views.marked import spans_of
from web.views.rounds import superseded
from web.views.set_head import SetHead, set_head
from web.views.status import StatusLine, status_line
from web.views.steps import Step, Walk, at_step, steps, walk_of
from web.views.words import Mark, node_word

View = Literal["compact", "timeline", "json"]
Clock = Literal["rel", "local", "utc"]
NARROWEST = 0.6
"""Percent of the axis that the shortest bar takes, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`start` and `width` are percent of the axis. `lasted` is in seconds."""

    label: str
    tone: str
    start: float
    width: float
    at: datetime
    lasted: float
    note: str
    past: str


@dataclass(frozen=True, slots=True)
class RunLine:
    mark: Mark
    kind: str
    at: datetime
    worker: str
    attempts: int
    id: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """`raw` is the JSON of the same events; `more` the address of the next part, or empty. `here` is the checkpoint
    that is looked at; `chosen` says that it was asked for, so that what came later stands back."""

    head: SetHead
    status: StatusLine
    view: View
    clock: Clock
    entries: list[Entry]
    bars: list[Bar]
    began: datetime | None
    ended: datetime | None
    runs: list[RunLine]
    steps: list[Step]
    here: Step | None
    walk: Walk | None
    chosen: bool
    may_fork: bool
    may_retry: bool
    raw: str
    count: int
    more: str
    twin: str


_OUTCOMES = {
    "completed": Mark("done", "completed", "ok"),
    "waiting": Mark("waiting", "waiting for a person", "waiting"),
    "rejected": Mark("failed", "rejected", "fail"),
    "failed": Mark("failed", "failed", "fail"),
    "cancelled": Mark("cancelled", "cancelled", "stale"),
}


def timeline(
    found: DecisionSet,
    *,
    events: Sequence[Event],
    ledger: Sequence[LedgerRow],
    runs: Sequence[RunRow],
    history: Sequence[CheckpointRow],
    view: View,
    clock: Clock,
    now: datetime,
    raw: str,
    more: str,
    after: int,
    step: int | None,
    caps: Caps,
) -> Timeline:
    """`after` is the seq before the first of `events`; `step` the number of the checkpoint to look at, or None."""
    base = f"/decision-sets/{found.id}"
    began = min([row.started_at for row in ledger] + [event.at for event in events], default=None)
    ended = max([row.finished_at for row in ledger] + [event.at for event in events], default=None)
    if ended and found.gate:
        ended = max(ended, now)
    context = Context(
        found.id, spans_of(events, found.constraints), superseded=superseded(events), decisions=decisions(events)
    )
    every = steps(base, history)
    here = at_step(every, step)
    kept = {"view": view, "time": clock, "after": str(after)}
    link = f"{base}/timeline?{urlencode(kept)}&step="
    return Timeline(
        head=set_head(found, "timeline"),
        status=status_line(found, runs[-1] if runs else None),
        view=view,
        clock=clock,
        entries=feed(events, context) if view == "compact" else [],
        bars=_bars(base, events, ledger, history, began, ended) if view == "timeline" else [],
        began=began,
        ended=ended,
        runs=[_run(row) for row in runs],
        steps=every,
        here=here,
        walk=walk_of(every, here, f"{base}/timeline", kept, [f"{link}{item.number}" for item in every]),
        chosen=step is not None,
        may_fork=caps.write,
        may_retry=caps.write and found.status == "failed",
        raw=raw,
        count=len(events),
        more=more,
        twin=f"/api{base}/events",
    )


def _run(row: RunRow) -> RunLine:
    mark = _OUTCOMES[row.outcome] if row.outcome else Mark("running", "running", "running")
    return RunLine(mark, row.kind, row.requested_at, row.worker or "", row.attempts, row.id)


def _bars(
    base: str,
    events: Sequence[Event],
    ledger: Sequence[LedgerRow],
    history: Sequence[CheckpointRow],
    began: datetime | None,
    ended: datetime | None,
) -> list[Bar]:
    if began is None or ended is None:
        return []
    whole = max((ended - began).total_seconds(), 0.001)
    after = {(row.node, row.at): row.checkpoint_id for row in history}

    def bar(label: str, tone: str, start: datetime, end: datetime, note: str, past: str) -> Bar:
        left = (start - began).total_seconds() / whole * 100
        lasted = max(0.0, (end - start).total_seconds())
        width = max(lasted / whole * 100, NARROWEST)
        return Bar(label, tone, round(min(left, 100 - width), 2), round(width, 2), start, lasted, note, past)

    bars = []
    for row in ledger:
        checkpoint = after.get((row.node, row.finished_at))
        note = f"{row.provider} {row.model}".strip()
        past = f"{base}/at/{checkpoint}" if checkpoint else ""
        bars.append(bar(node_word(row.node), "work", row.started_at, row.finished_at, note, past))
    answers = {item.gate: event.at for event in events if isinstance(item := event.typed, GateAnswered)}
    for event in events:
        payload = event.typed
        if isinstance(payload, GateOpened):
            until = answers.get(payload.gate)
            note = "answered" if until else "waiting for a person"
            bars.append(bar("Approval", "wait", event.at, until or ended, note, ""))
    return sorted(bars, key=lambda item: item.at)
