"""The stage strip: the server's stages in their order, with where the work stands."""

from __future__ import annotations

from dataclasses import dataclass

from web.filters import plural
from web.views.words import STAGES, Mark


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    mark: Mark
    current: bool


@dataclass(frozen=True, slots=True)
class StageStrip:
    """`sentence` says the current step for a screen reader and for a narrow screen."""

    steps: list[Step]
    sentence: str


_PENDING = Mark("pending", "pending", "stale")
_DONE = Mark("done", "done", "ok")
_NEVER = Mark("minus", "not reached", "stale")


def stage_strip(
    status: str, stage: str, *, asks: bool = False, round_: int = 1, blocked: bool = False, forbidden: int = 0
) -> StageStrip:
    """`asks`: a question waits in the intake. `blocked`: the gate allows no approval; `forbidden`: how many policies
    forbid the plan. A stage this version does not know leaves every step pending."""
    names = list(STAGES)
    at = len(names) if stage == "done" or status == "completed" else names.index(stage) if stage in names else -1
    ended = status in ("failed", "rejected", "cancelled")
    steps = []
    for place, name in enumerate(names):
        label = f"{STAGES[name]} (r{round_})" if place == at and round_ > 1 else STAGES[name]
        if place < at:
            mark = _forbidden(forbidden) if name == "policy" and forbidden else _DONE
        elif place > at:
            mark = _NEVER if ended else _PENDING
        else:
            mark = _current(status, asks=asks, blocked=blocked)
        steps.append(Step(label, mark, place == at))
    return StageStrip(steps, _sentence(steps, at))


def _forbidden(policies: int) -> Mark:
    return Mark("failed", f"{plural(policies, 'hard rule')} not met", "fail")


def _current(status: str, *, asks: bool, blocked: bool) -> Mark:
    match status:
        case "failed":
            return Mark("failed", "failed", "fail")
        case "rejected":
            return Mark("failed", "rejected", "fail")
        case "cancelled":
            return Mark("cancelled", "cancelled", "stale")
        case "awaiting_approval" if blocked:
            return Mark("failed", "blocked, cannot be approved as is", "fail")
        case "awaiting_approval":
            return Mark("waiting", "waiting for a person", "waiting")
        case "intake" if asks:
            return Mark("question", "waiting for your answer", "waiting")
        case _:
            return Mark("running", "running", "running")


def _sentence(steps: list[Step], at: int) -> str:
    if at >= len(steps):
        return f"All {len(steps)} stages done"
    if at < 0:
        return "Not started"
    return f"Stage {at + 1}/{len(steps)} {steps[at].label}: {steps[at].mark.word}"
