"""What decisions cost, and how old the prices are."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from storage import decision_sets, inputs
from web.deps import ConnectionDep, ConsoleDep
from web.price_book import price_book_facts
from web.views.costs import costs

router = APIRouter(include_in_schema=False)
LISTED = 200


@router.get("/costs")
async def show(request: Request, console: ConsoleDep, conn: ConnectionDep) -> Response:
    book = (await console.what_if.inputs.current(conn)).book
    facts = price_book_facts(book, await inputs.last_use(conn, "price_book"), datetime.now(UTC).date())
    view = costs(await decision_sets.summaries(conn, limit=LISTED), facts)
    return console.templates.page(request, "pages/costs.html", view)
