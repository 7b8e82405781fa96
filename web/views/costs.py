"""What decisions cost, and the price book they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from storage.records.costs import CostTotals, PricedDecisionSet
from web.price_book import PriceBookFacts
from web.views.words import Mark, status_mark

FRESH = Mark("done", "Fresh", "ok")
STALE = Mark("clock", "Stale", "stale")


@dataclass(frozen=True, slots=True)
class CostFilter:
    """`before` is the id that the page starts below, or empty."""

    stands: bool
    before: str

    @property
    def any(self) -> bool:
        return bool(self.stands or self.before)

    def query(self, before: str = "") -> str:
        asked = {"stands": "1" if self.stands else "", "before": before}
        kept = {name: value for name, value in asked.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class CostRow:
    """`share` is percent of the largest estimate that may come to be; None where this one can't, and `why` says so."""

    item: PricedDecisionSet
    mark: Mark
    share: float | None
    why: str


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
    """`totals` are of every decision set, `rows` one page of them; `older` is the address of the next, or empty."""

    rows: list[CostRow]
    totals: CostTotals
    filter: CostFilter
    older: str
    twin: str
    price_book: PriceBookFacts
    sources: list[SourceRow]


def costs(
    found: Sequence[PricedDecisionSet], totals: CostTotals, chosen: CostFilter, book: PriceBookFacts, *, limit: int
) -> Costs:
    """`found` holds one more than `limit` where there are older ones."""
    items = found[:limit]
    return Costs(
        rows=cost_rows(items, totals.largest),
        totals=totals,
        filter=chosen,
        older=f"/costs{chosen.query(before=items[-1].id)}" if len(found) > limit else "",
        twin="/api/costs" + ("?stands=true" if chosen.stands else ""),
        price_book=book,
        sources=[
            SourceRow(item.id, item.reference, item.as_of, item.figures, item.days, STALE if item.stale else FRESH)
            for item in book.sources
        ],
    )


def cost_rows(items: Sequence[PricedDecisionSet], largest: Decimal | None) -> list[CostRow]:
    most = largest or Decimal(1)
    return [
        CostRow(
            item,
            status_mark(item.status, item.stage, blocked=item.blocked),
            None if item.left_out else round(min(1.0, float(item.likely / most)) * 100, 1),
            "cannot be approved" if item.blocked else item.status if item.left_out else "",
        )
        for item in items
    ]
