"""What decisions cost, and how old the prices are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import costs, inputs
from web.deps import UUID, ConnectionDep, ConsoleDep
from web.price_book import price_book_facts
from web.views.costs import CostFilter
from web.views.costs import costs as costs_page

router = APIRouter(include_in_schema=False)
LISTED = 50


@router.get("/costs")
async def show(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    stands: Annotated[str, Query(pattern="^1?$")] = "",
    before: Annotated[str, Query(pattern=f"^$|{UUID}")] = "",
) -> Response:
    book = (await console.inputs.current(conn)).book
    facts = price_book_facts(book, await inputs.last_use(conn, "price_book"), datetime.now(UTC).date())
    chosen = CostFilter(stands == "1", before)
    found = await costs.priced(conn, limit=LISTED + 1, before=before or None, stands=chosen.stands)
    view = costs_page(found, await costs.totals(conn), chosen, facts, limit=LISTED)
    return console.templates.page(request, "pages/costs.html", view)
