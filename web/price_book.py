"""The price book in force, as its page and its JSON twin show it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from providers.pricing import STALE_DAYS, PriceBook, ages
from storage.inputs import Use
from storage.records.ids import Sha256


class InForce(BaseModel):
    """Who put this version in force, and when; both are null for what the release ships."""

    model_config = ConfigDict(frozen=True)

    by: str | None
    at: datetime | None


class PriceSource(BaseModel):
    """One source of the book; `figures` counts the prices that rest on it, `days` its age."""

    model_config = ConfigDict(frozen=True)

    id: str
    reference: str
    as_of: str
    figures: int
    days: int
    stale: bool


class PriceBookFacts(BaseModel):
    """`as_of` is the newest date of any figure; `stale` counts the figures older than `stale_days`."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    in_force: InForce
    as_of: date
    oldest: str
    figures: int
    stale: int
    stale_days: int
    sources: list[PriceSource]


def in_force(use: Use | None) -> InForce:
    return InForce(by=use.by, at=use.at) if use and use.sha256 else InForce(by=None, at=None)


def price_book_facts(book: PriceBook, use: Use | None, today: date) -> PriceBookFacts:
    found = ages(book, today)
    return PriceBookFacts(
        sha256=book.sha256,
        in_force=in_force(use),
        as_of=book.as_of,
        oldest=found[0].source.as_of,
        figures=sum(item.figures for item in found),
        stale=sum(item.figures for item in found if item.stale),
        stale_days=STALE_DAYS,
        sources=[
            PriceSource(
                id=item.source.id,
                reference=item.source.reference,
                as_of=item.source.as_of,
                figures=item.figures,
                days=item.days,
                stale=item.stale,
            )
            for item in found
        ],
    )
