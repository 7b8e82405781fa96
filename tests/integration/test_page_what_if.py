"""What if, as a page and as a part of the run: figures against those that stand, nothing stored, a child of it."""

from __future__ import annotations

import re

import httpx
import pytest

from storage.postgres import Pool
from tests.decisions import new_decision_set
from tests.integration.test_api_what_if import STATED, planned, rows
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio
CHEAPER = {"monthly_budget_usd": "900", "spot_ok": "yes"}


async def test_an_address_shows_what_would_be(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, made = await planned(pool)
    before = rows(server.dsn)
    there = (
        await api.post(
            f"/api/decision-sets/{decision_set}/what-if",
            json={"constraints": {"monthly_budget_usd": 900, "spot_ok": True}},
        )
    ).json()
    page = (await api.get(f"/decision-sets/{decision_set}/what-if", params=CHEAPER)).text

    assert "Budget: $4,000 /mo → <strong>$900 /mo</strong>" in page
    assert f"${made.cost.likely:,.0f} /mo" in page
    assert f'<strong class="number">${float(there["cost"]["likely"]):,.0f} /mo</strong>' in page
    chosen = next(item["label"] for item in there["plan"]["candidates"] if item["chosen"])
    assert f"<strong>{chosen}</strong>" in page
    assert 'name="monthly_budget_usd" value="900"' in page
    assert '<option value="yes" selected>' in page
    assert rows(server.dsn) == before


async def test_what_nothing_can_meet_says_what_would_help(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    page = (await api.get(f"/decision-sets/{decision_set}/what-if", params={"monthly_budget_usd": "20"})).text

    assert "No plan meets this" in page
    assert "What would help" in page


async def test_on_the_run_page_only_the_answer_moves(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    run = (await api.get(f"/decision-sets/{decision_set}")).text
    answer = await api.get(f"/decision-sets/{decision_set}/what-if", params=CHEAPER, headers={"HX-Request": "true"})

    assert f'hx-get="/decision-sets/{decision_set}/what-if"' in run
    assert run.count('type="range"') == 3
    assert answer.text.count("<html") == 0
    assert answer.text.count('id="what-if-answer"') == 1
    assert '<output id="what-if-said" hx-swap-oob="innerHTML">' in answer.text


async def test_what_cannot_be_read_is_said_and_nothing_is_computed(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    answer = await api.get(f"/decision-sets/{decision_set}/what-if", params={"latency_p95_ms": "soon"})

    assert answer.status_code == 422
    assert "Latency p95: type a number of ms" in answer.text
    assert 'value="soon"' in answer.text
    assert "would be" not in answer.text


async def test_only_priced_regions_where_the_data_may_lie_can_be_asked_for(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    for address in ("", "/what-if"):
        page = (await api.get(f"/decision-sets/{decision_set}{address}")).text
        choice = page.split('<select id="what-if-regions"')[1].split("</select>")[0]
        offered = set(re.findall(r'<option value="([^"]+)"', choice))

        assert offered == {"eu-central-1", "eu-west-1"}


async def test_before_a_plan_there_is_nothing(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)

    assert "leaf-what-if" in (run := (await api.get(f"/decision-sets/{decision_set}")).text)
    assert 'type="range"' not in run
    assert (await api.get(f"/decision-sets/{decision_set}/what-if")).status_code == 409


async def test_it_becomes_a_decision_set_of_its_own(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    parent = (await api.get(f"/api/decision-sets/{decision_set}")).json()
    made = await api.post(f"/decision-sets/{decision_set}/what-if", data=CHEAPER)
    child = (await api.get(f"/api{made.headers['Location']}")).json()
    events = (await api.get(f"/api{made.headers['Location']}/events")).json()["items"]

    assert (made.status_code, child["parent_id"]) == (303, decision_set)
    assert {item["status"] for item in child["constraints"].values()} == {"confirmed"}
    values = {name: item["value"] for name, item in child["constraints"].items()}
    assert values == {**STATED, "monthly_budget_usd": 900, "spot_ok": True}
    assert events[0]["payload"]["text"] == (
        f"What if, from #{parent['number']}: Budget: $4,000 /mo → $900 /mo; Spot capacity: not stated → yes."
    )
    assert events[0]["payload"]["start"] is True
    assert (await api.get(f"/api/decision-sets/{decision_set}")).json() == parent


async def test_a_child_needs_a_difference_and_a_role(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    path = f"/decision-sets/{decision_set}/what-if"
    same = await api.post(path, data={"monthly_budget_usd": "4000"})
    async with server.client("viewer") as viewer:
        shown = await viewer.get(path, params=CHEAPER)
        refused = await viewer.post(path, data=CHEAPER)

    assert (same.status_code, "Change at least one constraint." in same.text) == (422, True)
    assert "Make this a new decision set" not in shown.text
    assert refused.status_code == 403
