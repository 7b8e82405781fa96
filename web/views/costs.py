"""What decisions cost, and the price book they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storage.records.decision_sets import DecisionSetSummary
from web.price_book import PriceBookFacts
from web.views.inbox import Item, blocked, item
from web.views.words import Mark

FRESH = Mark("done", "Fresh", "ok")
STALE = Mark("clock", "Stale", "stale")
OVER = ("rejected", "cancelled", "failed")
"""Ended without anything that would run."""


@dataclass(frozen=True, slots=True)
class CostRow:
    item: Item
    likely: Decimal
    delta: Decimal | None
    standing: bool
    share: float


@dataclass(frozen=True, slots=True)
class SourceRow:
    id: str
    reference: str
    as_of: str
    figures: int
    days: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Costs:
    """`standing` decision sets are the latest completed ones of their project: what runs if everybody did as decided.
    `share` of a row is percent of the largest that may come to be, 100 at most."""

    rows: list[CostRow]
    total: Decimal
    projects: int
    price_book: PriceBookFacts
    sources: list[SourceRow]


def costs(summaries: Sequence[DecisionSetSummary], book: PriceBookFacts) -> Costs:
    rows = cost_rows(summaries)
    standing = [row for row in rows if row.standing]
    sources = [
        SourceRow(found.id, found.reference, found.as_of, found.figures, found.days, STALE if found.stale else FRESH)
        for found in book.sources
    ]
    return Costs(rows, sum((row.likely for row in standing), Decimal(0)), len(standing), book, sources)


def cost_rows(summaries: Sequence[DecisionSetSummary]) -> list[CostRow]:
    """Decision sets that have a price, newest first; the first completed one of each project stands."""
    priced = [found for found in summaries if found.cost_likely is not None]
    may_be = [Decimal(found.cost_likely or 0) for found in priced if not blocked(found) and found.status not in OVER]
    largest = max(may_be, default=Decimal(0)) or Decimal(1)
    seen: set[str] = set()
    rows = []
    for found in priced:
        standing = found.status == "completed" and found.project not in seen
        if standing:
            seen.add(found.project)
        likely = Decimal(found.cost_likely or 0)
        rows.append(
            CostRow(
                item=item(found, may_write=False, may_decide=False),
                likely=likely,
                delta=None if found.cost_delta is None else Decimal(found.cost_delta),
                standing=standing,
                share=round(min(1.0, float(likely / largest)) * 100, 1),
            )
        )
    return rows
