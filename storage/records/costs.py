"""What decisions cost, in US dollars a month."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from storage.records.canonical import Money
from storage.records.decision_sets import Stage, Status
from storage.records.ids import DecisionSetId


class PricedDecisionSet(BaseModel):
    """US dollars a month; `delta` is against the parent. `stands` holds for the latest completed one of its project,
    `blocked` for one whose last gate allowed no approval, so that its price is nobody's estimate."""

    model_config = ConfigDict(frozen=True)

    id: DecisionSetId
    number: int
    title: str
    project: str
    status: Status
    stage: Stage
    likely: Money
    delta: Money | None
    stands: bool
    blocked: bool

    @property
    def left_out(self) -> bool:
        """Whether it comes to nothing as it is, and so is not what others are measured by."""
        return self.blocked or self.status in ("rejected", "cancelled", "failed")


class CostTotals(BaseModel):
    """`total` is the sum of what stands, `projects` how many that is of. `largest` is the highest estimate of what was
    completed or may still be; None without one."""

    model_config = ConfigDict(frozen=True)

    total: Money
    projects: int
    largest: Money | None
