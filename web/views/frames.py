"""What one event changes on an open page: its card, and the leaves that moved with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from storage.records.events import (
    ConstraintCaptured,
    Event,
    GateAnswered,
    MessageReceived,
    QuestionAsked,
    RunComplete,
    StageChanged,
)
from web.views.cards import Entry
from web.views.decision_set import (
    SHOWS,
    Actions,
    Failure,
    FeedHead,
    Loaded,
    WorkerNote,
    actions_of,
    card_context,
    composer_of,
    facts_of,
    failure_of,
    panel_of,
    strip_of,
    what_if_of,
    worker_note,
)
from web.views.feed import Context, feed
from web.views.intake import Composer, CoverageView, FactsPanel, coverage_view
from web.views.panel import ApprovalPanel, GateForm
from web.views.rounds import place_of
from web.views.status import StatusLine, status_line
from web.views.strip import StageStrip
from web.views.what_if import WhatIfLeaf
from web.views.words import blocks

LEAVES = frozenset(
    {
        "message-received",
        "constraint-captured",
        "question-asked",
        "stage-changed",
        "reason-card",
        "cost-update",
        "policy-update",
        "gate-opened",
        "gate-answered",
        "validator-report",
        "run-failed",
        "run-complete",
    }
)
"""Types that move more than their own card."""
SETTLING = frozenset({"message-sent", "question-asked", "run-failed", "run-complete"})
"""Types with which a model's words of the moment are over."""


@dataclass(frozen=True, slots=True)
class FrameView:
    """`cards` are new; `updates` replace cards that stand already. A part is None when nothing moved it: `intake` is
    the ask, the coverage and the facts, `run` what surrounds the cards. `ends`: nothing follows.
    `alarm` is empty where the one that stands no longer holds. `spoken`: what a model was saying stands there by now,
    or never will."""

    cards: list[Entry]
    updates: list[Entry] = field(default_factory=list)
    status: StatusLine | None = None
    strip: StageStrip | None = None
    intake: IntakeLeaves | None = None
    run: RunLeaves | None = None
    what_if: WhatIfLeaf | None = None
    said: str = ""
    alarm: str | None = None
    ends: bool = False
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class IntakeLeaves:
    composer: Composer | None
    coverage: CoverageView
    facts: FactsPanel


@dataclass(frozen=True, slots=True)
class RunLeaves:
    """`moved_on`: the intake has just ended, so that the chat box gives way."""

    feed_head: FeedHead
    panel: ApprovalPanel | None
    failure: Failure | None
    actions: Actions
    worker: WorkerNote
    moved_on: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The box after a message was taken, or refused, and the messages that are on the page by now."""

    composer: Composer | None
    cards: list[Entry]


@dataclass(frozen=True, slots=True)
class Decided:
    """The approval panel after an answer, taken or refused, with the leaves that moved."""

    panel: ApprovalPanel | None
    status: StatusLine
    strip: StageStrip
    cards: list[Entry]


RECENT = 10
"""Events looked back for one's own message; the page drops a card it has."""


def sent(loaded: Loaded, box: Composer | None) -> Sent:
    mine = [event for event in loaded.events[-RECENT:] if event.type == "message-received"]
    return Sent(box, feed(mine, card_context(loaded)))


def decided(loaded: Loaded, kept: GateForm | None) -> Decided:
    """`kept` is what was typed before a refusal."""
    answers = [event for event in loaded.events[-RECENT:] if event.type == "gate-answered"]
    return Decided(
        panel=panel_of(loaded, kept),
        status=status_line(loaded.found, loaded.run),
        strip=strip_of(loaded.found, loaded.events),
        cards=feed(answers, card_context(loaded)),
    )


def card_only(event: Event, context: Context) -> FrameView:
    return FrameView(feed([event], context), spoken=event.type in SETTLING)


def frame(event: Event, loaded: Loaded) -> FrameView:
    """`loaded` holds the latest events, this one among them unless it is far behind."""
    context = card_context(loaded)
    updates = feed(_touched(event, loaded, context), context)
    view = FrameView(feed([event], context), updates=updates, spoken=event.type in SETTLING)
    match event.type:
        case "message-received" | "constraint-captured" | "question-asked":
            return replace(view, status=status_line(loaded.found, loaded.run), intake=_intake(loaded))
        case "stage-changed" | "gate-opened" | "gate-answered" | "run-failed" | "run-complete":
            return _moved(event, view, loaded)
        case _:
            return view


def _moved(event: Event, view: FrameView, loaded: Loaded) -> FrameView:
    status, strip = status_line(loaded.found, loaded.run), strip_of(loaded.found, loaded.events)
    payload = event.typed
    planning_begins = isinstance(payload, StageChanged) and payload.stage == "planner"
    ends = isinstance(payload, RunComplete) and payload.outcome != "waiting"
    if ends:
        status = replace(status, since=None)
    return replace(
        view,
        status=status,
        strip=strip,
        intake=_intake(loaded) if planning_begins else None,
        run=_run(loaded, moved_on=planning_begins),
        what_if=what_if_of(loaded) if event.type == "gate-opened" else None,
        said=strip.sentence,
        ends=ends,
        alarm=_alarm(event, loaded),
    )


def _alarm(event: Event, loaded: Loaded) -> str | None:
    """None leaves what stands: an alarm that is written again is spoken again."""
    if loaded.found.gate is None:
        return ""
    if event.type != "gate-opened":
        return None
    number = loaded.found.number
    return (
        f"#{number} is blocked and needs a decision" if blocks(loaded.found.gate) else f"Approval needed for #{number}"
    )


def _touched(event: Event, loaded: Loaded, context: Context) -> list[Event]:
    """Cards that look different now: replaced ones, the words a fact was read from, an answered question or gate."""
    payload = event.typed
    wanted: set[int] = set()
    if isinstance(payload, ConstraintCaptured):
        wanted |= {seq for seq, spans in context.spans.items() if any(span.field == payload.field for span in spans)}
    if place_of(event):
        wanted |= context.folded.keys()
    earlier = [other for other in loaded.events if other.seq < event.seq]
    return [other for other in earlier if other.seq in wanted or _moved_by(event, other, context)]


def _moved_by(event: Event, other: Event, context: Context) -> bool:
    match event.typed:
        case GateAnswered() as answer if other.payload.get("gate") == answer.gate:
            return True
        case GateAnswered() as answer if other.type == "policy-update" and answer.overrides:
            return other.seq in context.overrides
        case MessageReceived() as said if other.type == "question-asked":
            return other.payload["question"]["id"] == said.question_id
        case QuestionAsked() if other.type == "question-asked" or other.seq in context.replaced.values():
            return True  # what an edit left as it was now rests on the new words, and has no event of its own
        case StageChanged(stage="planner") if other.type == "question-asked":
            return True
        case _:
            replaced = context.replaced.get(other.seq) == event.seq
            return replaced or (other.seq in context.superseded and other.type == event.type)


def _intake(loaded: Loaded) -> IntakeLeaves:
    return IntakeLeaves(composer_of(loaded), coverage_view(loaded.found), facts_of(loaded))


def _run(loaded: Loaded, *, moved_on: bool) -> RunLeaves:
    in_intake = loaded.found.status == "intake"
    return RunLeaves(
        feed_head=FeedHead(in_intake, "all", SHOWS),
        panel=panel_of(loaded),
        failure=failure_of(loaded),
        actions=actions_of(loaded),
        worker=worker_note(loaded),
        moved_on=moved_on and not in_intake,
    )
