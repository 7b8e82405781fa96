"""The history of a decision set over the JSON API, page by page."""

from __future__ import annotations

import httpx
import pytest

from storage import checkpoints
from storage.postgres import Pool, unit_of_work
from tests.decisions import ANA, code
from tests.integration.decided import constraints, opened
from web import commands

pytestmark = pytest.mark.anyio
NODES = ["planner", "critic_tech", "critic_cost", "critic_risk", "reconcile"]


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
async def test_a_history_is_read_page_by_page_to_its_end(api: httpx.AsyncClient, pool: Pool, limit: int) -> None:
    async with unit_of_work(pool) as work:
        home = await commands.create_project(work, ANA, "Fraud model")
    written, other = [await opened(pool, home.id, constraints(throughput_rps=20)) for _ in range(2)]
    for node in NODES:
        await written.step(node, {})
        await other.step(node, {})
    path, cursor, pages = f"/api/decision-sets/{written.id}/checkpoints?limit={limit}", "", []
    while True:
        page = (await api.get(f"{path}&cursor={cursor}")).json()
        pages.append([item["node"] for item in page["items"]])
        if page["next"] is None:
            break
        cursor = page["next"]
    assert [node for page in pages for node in page] == NODES
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert code(await api.get(f"{path}&cursor=x")) == (422, "invalid")
    async with pool.connection() as conn:
        assert [row.node for row in await checkpoints.history(conn, written.id)] == NODES
