"""What decisions cost, and the price book in force."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from storage import decision_sets, inputs
from storage.records.canonical import Money
from storage.records.decision_sets import Status
from storage.records.ids import DecisionSetId
from web.deps import ConnectionDep, ConsoleDep
from web.price_book import PriceBookFacts, price_book_facts
from web.routes.api.answers import refusals
from web.views.costs import costs

router = APIRouter(prefix="/api/costs", tags=["costs"])
LISTED = 200


class CostItem(BaseModel):
    """Of one decision set, US dollars a month; `stands` for the latest completed one of its project."""

    model_config = ConfigDict(frozen=True)

    id: DecisionSetId
    number: int
    title: str
    project: str
    status: Status
    likely: Money
    delta: Money | None
    stands: bool


class CostOverview(BaseModel):
    """`total` is what stands, `projects` how many that is of; `items` are the newest 200 decision sets with a price."""

    model_config = ConfigDict(frozen=True)

    total: Money
    projects: int
    price_book: PriceBookFacts
    items: list[CostItem]


@router.get("", responses=refusals())
async def overview(console: ConsoleDep, conn: ConnectionDep) -> CostOverview:
    book = (await console.what_if.inputs.current(conn)).book
    facts = price_book_facts(book, await inputs.last_use(conn, "price_book"), datetime.now(UTC).date())
    found = {item.id: item for item in await decision_sets.summaries(conn, limit=LISTED)}
    view = costs(list(found.values()), facts)
    return CostOverview(
        total=view.total,
        projects=view.projects,
        price_book=facts,
        items=[
            CostItem(
                id=DecisionSetId(row.item.id),
                number=row.item.number,
                title=row.item.title,
                project=row.item.project,
                status=found[DecisionSetId(row.item.id)].status,
                likely=row.likely,
                delta=row.delta,
                stands=row.standing,
            )
            for row in view.rows
        ],
    )
