"""The page of one decision set: intake chat first, then the live run, under the same address."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storage.records.decision_sets import ENDED, DecisionSet
from storage.records.events import Event, RunFailed, StageChanged
from storage.runs import RunRow
from web.views.cards import Entry
from web.views.editing import EditForm, edit_form, editable_messages, replacements
from web.views.feed import Context, decisions, feed
from web.views.intake import Composer, CoverageView, FactsPanel, composer, coverage_view, facts_panel
from web.views.let_stand import overrides
from web.views.marked import spans_of
from web.views.panel import ApprovalPanel, GateForm, approval_panel
from web.views.rounds import folded, headings, superseded
from web.views.set_head import SetHead, set_head
from web.views.status import StatusLine, status_line
from web.views.strip import StageStrip, stage_strip
from web.views.what_if import WhatIfLeaf, what_if_leaf
from web.views.words import blocks, stage_word

SHOWS = ("all", "reason", "cost", "policy", "question", "gate", "validator", "diff")


@dataclass(frozen=True, slots=True)
class Failure:
    stage: str
    cause: str
    effect: str
    next_action: str
    may_retry: bool
    key: str
    decision_set: str


@dataclass(frozen=True, slots=True)
class WorkerNote:
    """Whether somebody works. `watched` while a worker should be at it; `silent` once none was heard of for 30 s;
    `last` is None when none ever was."""

    decision_set: str
    watched: bool
    silent: bool
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done with the whole decision set now."""

    decision_set: str
    number: int
    may_cancel: bool
    may_branch: bool
    key: str


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The feed's title and filters. `show` is the kind of card that is shown, or `all`."""

    intake: bool
    show: str
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caps:
    """What the caller's role allows."""

    write: bool
    decide: bool
    role: str


@dataclass(frozen=True, slots=True)
class DecisionSetPage:
    """`after` is the last seq on the page; its stream starts there. `earlier` is the link to what came before the first
    card, `latest` the link back where an earlier part is shown. `notice` tells of a form that could not be done, and
    `notice_at` is the anchor of the field at fault, if one is."""

    head: SetHead
    status: StatusLine
    strip: StageStrip
    feed_head: FeedHead
    entries: list[Entry]
    after: int
    streams: bool
    earlier: str
    latest: str
    composer: Composer | None
    coverage: CoverageView
    facts: FactsPanel
    panel: ApprovalPanel | None
    what_if: WhatIfLeaf | None
    failure: Failure | None
    actions: Actions
    worker: WorkerNote
    notice: str
    notice_at: str
    unsent: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page or a frame is made from, read together; `priced` are the clouds and regions of the price book,
    `base_url` is where a browser finds the console."""

    found: DecisionSet
    run: RunRow | None
    events: Sequence[Event]
    caps: Caps
    key: str
    last_heartbeat: datetime | None
    priced: Set[tuple[str, str]]
    base_url: str


def strip_of(found: DecisionSet, events: Sequence[Event]) -> StageStrip:
    round_ = next((item.round for event in reversed(events) if isinstance(item := event.typed, StageChanged)), 1)
    return stage_strip(
        found.status,
        found.stage,
        asks=found.question is not None,
        round_=round_,
        blocked=blocks(found.gate),
        forbidden=len(found.policy.denied) if found.policy else 0,
    )


def failure_of(loaded: Loaded) -> Failure | None:
    """The latest failure, while the decision set stands failed."""
    found = loaded.found
    if found.status != "failed":
        return None
    last = next((item for event in reversed(loaded.events) if isinstance(item := event.typed, RunFailed)), None)
    if last is None:
        cause, effect, next_action, stage = (
            "The run failed.",
            "Nothing more will happen by itself.",
            "Retry.",
            found.stage,
        )
    else:
        cause, effect, next_action, stage = last.cause, last.effect, last.next_action, last.stage
    return Failure(stage_word(stage), cause, effect, next_action, loaded.caps.write, loaded.key, found.id)


SILENT = timedelta(seconds=30)


def worker_note(loaded: Loaded, now: datetime | None = None) -> WorkerNote:
    found, last = loaded.found, loaded.last_heartbeat
    reading = found.status == "intake" and found.question is None
    watched = found.status in ("planning", "building") or reading
    silent = last is None or (now or datetime.now(UTC)) - last > SILENT
    return WorkerNote(found.id, watched, watched and silent, last)


def actions_of(loaded: Loaded) -> Actions:
    found, ended = loaded.found, loaded.found.status in ENDED
    may_branch = loaded.caps.write and found.plan is not None and (ended or found.status == "awaiting_approval")
    return Actions(found.id, found.number, loaded.caps.write and not ended, may_branch, loaded.key)


def composer_of(loaded: Loaded, *, text: str = "", picked: str = "", error: str = "") -> Composer | None:
    """None once the intake is over."""
    if loaded.found.status != "intake":
        return None
    return composer(loaded.found, may_write=loaded.caps.write, key=loaded.key, text=text, picked=picked, error=error)


def edit_of(loaded: Loaded, seq: int, *, typed: str | None = None, error: str = "") -> EditForm | None:
    """None where there is nothing the caller may edit."""
    if not loaded.caps.write:
        return None
    return edit_form(loaded.found, loaded.events, seq, key=loaded.key, typed=typed, error=error)


def panel_of(loaded: Loaded, form: GateForm | None = None) -> ApprovalPanel | None:
    """None while the intake goes on."""
    if loaded.found.status == "intake":
        return None
    caps = loaded.caps
    return approval_panel(
        loaded.found,
        loaded.events,
        may_decide=caps.decide,
        may_retry=caps.write,
        role=caps.role,
        key=loaded.key,
        base_url=loaded.base_url,
        form=form,
    )


def what_if_of(loaded: Loaded) -> WhatIfLeaf | None:
    return what_if_leaf(loaded.found, loaded.priced, may_write=loaded.caps.write, key=loaded.key)


def facts_of(loaded: Loaded, errors: dict[str, tuple[str, str]] | None = None) -> FactsPanel:
    return facts_panel(loaded.found, may_write=loaded.caps.write, key=loaded.key, errors=errors or {})


def card_context(loaded: Loaded, *, opened: int | None = None, edit: EditForm | None = None) -> Context:
    found, gone = loaded.found, superseded(loaded.events)
    return Context(
        decision_set=found.id,
        spans=spans_of(loaded.events, found.constraints),
        open_question=found.question.id if found.question else None,
        opened=opened,
        superseded=gone | headings(loaded.events),
        folded=folded(loaded.events, gone),
        decisions=decisions(loaded.events),
        overrides=overrides(loaded.events),
        replaced=replacements(loaded.events),
        editable=editable_messages(found, loaded.events, may_write=loaded.caps.write),
        edit=edit,
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """A form on the page that could not be done: what was typed stays, with the words beside it. `unsent` is what was
    typed where no form is left to hold it."""

    composer: Composer | None = None
    edit: EditForm | None = None
    unsent: str = ""
    gate: GateForm | None = None
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    notice: str = ""
    notice_at: str = ""


def decision_set_page(
    loaded: Loaded,
    *,
    head_seq: int,
    show: str = "all",
    opened: int | None = None,
    edit: EditForm | None = None,
    refused: Refused | None = None,
) -> DecisionSetPage:
    found, events = loaded.found, loaded.events
    refused = refused or Refused()
    base = f"/decision-sets/{found.id}"
    first, last = (events[0].seq, events[-1].seq) if events else (1, head_seq)
    at_end = last >= head_seq
    status = status_line(found, loaded.run)
    return DecisionSetPage(
        head=set_head(found, "run"),
        status=status,
        strip=strip_of(found, events),
        feed_head=FeedHead(found.status == "intake", show if show in SHOWS else "all", SHOWS),
        entries=feed(events, card_context(loaded, opened=opened, edit=refused.edit or edit)),
        after=last,
        streams=at_end and not status.ended,
        earlier=f"{base}?before={first}" if first > 1 else "",
        latest="" if at_end else base,
        composer=refused.composer or composer_of(loaded),
        coverage=coverage_view(found),
        facts=facts_of(loaded, refused.facts),
        panel=panel_of(loaded, refused.gate),
        what_if=what_if_of(loaded),
        failure=failure_of(loaded),
        actions=actions_of(loaded),
        worker=worker_note(loaded),
        notice=refused.notice,
        notice_at=refused.notice_at,
        unsent=refused.unsent,
    )
