"""What every card has: its title line, its links, and whether another took its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web.views import cards
from web.views.editing import EditForm
from web.views.marked import Spans
from web.views.words import node_word


@dataclass(frozen=True, slots=True)
class Context:
    """What a card cannot know from its own event. `open_question` is the id of the question that waits, `opened` a card
    that its permalink asks for, `superseded` what took the place of a card, by seq, `folded` what the rounds hold that
    are folded before a card, `decisions` how a gate was answered, by gate, and `overrides` who let which rule stand and
    why, by the seq of the report. `replaced` maps a message to the one that took its place, `edit` is the form that
    edits one of those that are `editable`."""

    decision_set: DecisionSetId
    spans: Spans = field(default_factory=dict)
    open_question: str | None = None
    opened: int | None = None
    superseded: dict[int, str] = field(default_factory=dict)
    folded: dict[int, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    overrides: dict[int, dict[str, str]] = field(default_factory=dict)
    replaced: dict[int, int] = field(default_factory=dict)
    editable: frozenset[int] = frozenset()
    edit: EditForm | None = None


def card_head(
    event: Event, context: Context, kind: str, icon: str, title: str, *, gist: str = "", opened: bool = True
) -> cards.Head:
    base = f"/decision-sets/{context.decision_set}"
    replaced = context.superseded.get(event.seq, "")
    return cards.Head(
        seq=event.seq,
        kind=kind,
        icon=icon,
        title=title,
        line=f"{title}: {gist}" if gist else title,
        at=event.at,
        node="" if kind == "stage" else node_word(event.node),  # which is the stage that ended
        link=f"{base}?card={event.seq}#card-{event.seq}",
        past=f"{base}/at/{event.checkpoint_id}" if event.checkpoint_id else "",
        open=context.opened == event.seq or (opened and not replaced),
        superseded=replaced,
    )
