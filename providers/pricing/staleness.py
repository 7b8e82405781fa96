"""How old figures are, and what rests on old ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from providers.pricing.book import PriceBook, Source
from storage.records.plans import Cost, CostLine

STALE_DAYS = 90
"""A quarter: clouds change single list prices a few times a year, and platform budgets are looked at every quarter."""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """One source of the book: how many prices rest on it, and its age in days."""

    source: Source
    figures: int
    days: int

    @property
    def stale(self) -> bool:
        return self.days > STALE_DAYS


def day_of(as_of: str) -> date:
    """Of a date or month in ISO 8601; a month counts from its first day."""
    return date.fromisoformat(as_of if len(as_of) == 10 else f"{as_of}-01")


def ages(book: PriceBook, today: date) -> list[SourceAge]:
    """Every source that a price rests on, the oldest first."""
    found = [SourceAge(source, count, (today - source.day).days) for source, count in book.figures.items()]
    return sorted(found, key=lambda item: (-item.days, item.source.id))


def stale_lines(cost: Cost, today: date) -> list[CostLine]:
    """The priced lines whose figure was older than STALE_DAYS on that day, the oldest first."""
    old = [line for line in cost.lines if line.as_of and (today - day_of(line.as_of)).days > STALE_DAYS]
    return sorted(old, key=lambda line: day_of(line.as_of))


def with_staleness(cost: Cost, today: date | None) -> Cost:
    """The cost with an assumption that says what rests on stale figures; without a day nothing is known to be."""
    stale = stale_lines(cost, today) if today else []
    if not stale:
        return cost
    oldest = stale[0]
    priced = sum(1 for line in cost.lines if line.as_of)
    share = "Every price is" if len(stale) == priced else f"{len(stale)} of {priced} prices are"
    amount = sum((line.usd or Decimal(0) for line in stale), Decimal(0))
    words = (
        f"{share} older than {STALE_DAYS} days, ${amount:,.2f} of the likely month;"
        f" the oldest is of {oldest.as_of} ({oldest.item})."
    )
    return cost.model_copy(update={"assumptions": [*cost.assumptions, words]})
