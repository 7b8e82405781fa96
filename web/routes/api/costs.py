"""What decisions cost, and the price book in force."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from storage import costs, inputs
from storage.records.canonical import Money
from storage.records.costs import PricedDecisionSet
from web.deps import Blank, ConnectionDep, ConsoleDep, CursorQuery, LimitQuery
from web.pagination import IDS, key_of, page, size
from web.price_book import PriceBookFacts, price_book_facts
from web.routes.api.answers import refusals

router = APIRouter(prefix="/api/costs", tags=["costs"])
LISTED = 200
"""Items in one answer, unless asked otherwise."""
StandsQuery = Annotated[
    bool | None, Blank, Query(description="Only the latest completed decision set of each project.")
]


class CostOverview(BaseModel):
    """`total` is what stands over every project, `projects` how many that is of; `items` are the decision sets with a
    price, newest first, and `next` leads to older ones."""

    model_config = ConfigDict(frozen=True)

    total: Money
    projects: int
    price_book: PriceBookFacts
    items: list[PricedDecisionSet]
    next: str | None


@router.get("", responses=refusals(422))
async def overview(
    console: ConsoleDep,
    conn: ConnectionDep,
    stands: StandsQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = None,
) -> CostOverview:
    book, limit = (await console.inputs.current(conn)).book, size(limit or LISTED)
    totals = await costs.totals(conn)
    found = await costs.priced(conn, limit=limit + 1, before=key_of(cursor, IDS), stands=stands or False)
    part = page(found, limit, lambda item: item.id)
    return CostOverview(
        total=totals.total,
        projects=totals.projects,
        price_book=price_book_facts(book, await inputs.last_use(conn, "price_book"), datetime.now(UTC).date()),
        items=part.items,
        next=part.next,
    )
