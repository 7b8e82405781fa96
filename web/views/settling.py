"""How a project settles what its critics object to, and the form to change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.decision_sets import MOST_ROUNDS, STRATEGIES, THRESHOLDS, ProjectSettings, Settling, Strategy


@dataclass(frozen=True, slots=True)
class StrategyChoice:
    value: str
    label: str
    help: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SettlingForm:
    """`threshold` and `rounds` as typed. `field` names the input at fault. `by` is empty where nobody changed it."""

    slug: str
    strategies: list[StrategyChoice]
    now: str
    threshold: str
    rounds: str
    most_rounds: int
    may_change: bool
    key: str
    by: str
    at: datetime | None
    error: str
    field: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent and refused."""

    strategy: str
    threshold: str
    rounds: str
    error: str
    field: str


_LABELS: dict[Strategy, tuple[str, str]] = {
    "weighted_vote": (
        "Weighted vote",
        "Votes count by confidence and severity; the plan is made again once the threshold is reached"
        f" ({THRESHOLDS['weighted_vote']:g} unless given).",
    ),
    "consensus": (
        "Consensus",
        "The plan is made again while fewer critics than the threshold accept it"
        f" ({THRESHOLDS['consensus']:g} unless given).",
    ),
    "escalate": ("Escalate", "The plan is made once; whoever answers the gate settles what is objected."),
}


def settling_form(
    project: ProjectSettings,
    *,
    may_change: bool,
    key: str,
    typed: Typed | None = None,
) -> SettlingForm:
    chosen = typed.strategy if typed else project.strategy
    stands = "" if project.threshold is None else f"{project.threshold:g}"
    return SettlingForm(
        slug=project.slug,
        strategies=[StrategyChoice(name, *_LABELS[name], chosen=name == chosen) for name in STRATEGIES],
        now=_words(project),
        threshold=typed.threshold if typed else stands,
        rounds=typed.rounds if typed else str(project.rounds),
        most_rounds=MOST_ROUNDS,
        may_change=may_change,
        key=key,
        by=project.settings_by or "",
        at=project.settings_at,
        error=typed.error if typed else "",
        field=typed.field if typed else "",
    )


def _words(settling: Settling) -> str:
    rounds = "1 round" if settling.rounds == 1 else f"{settling.rounds} rounds at most"
    bar = "" if settling.needed is None else f", threshold {settling.needed:g}"
    return f"{_LABELS[settling.strategy][0]}{bar}, {rounds}"
