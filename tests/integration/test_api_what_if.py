"""What-if over the API: a plan recomputed, nothing stored; and a planned decision set as clients read it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from providers.compute import ComputePool
from providers.inputs import VersionedInputs
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.whatif import WhatIf, what_if
from storage import projects
from storage.postgres import Pool, unit_of_work
from storage.records.constraints import ConstraintSchema
from storage.records.ids import DecisionSetId
from tests.accesses import create_key
from tests.decisions import ANA, code, new_decision_set
from tests.integration.decided import Written, constraints, opened
from tests.web_server import WebServer
from web import commands
from web.what_if import TookTooLong, TooManyAtOnce
from web.what_if import WhatIf as Recomputing

pytestmark = pytest.mark.anyio

TABLES = (
    "events",
    "states",
    "agent_runs",
    "runs",
    "commands",
    "procrastinate_jobs",
    "policy_decisions",
    "versioned_inputs",
)
STATED: Mapping[str, object] = {
    "workload_type": "realtime_inference",
    "latency_p95_ms": 80.0,
    "throughput_rps": 300.0,
    "monthly_budget_usd": 4000.0,
    "cloud": ["aws"],
    "data_residency": "EU",
    "data_sensitivity": "pii",
    "model_framework": "pytorch",
}


def planned_for(known: ConstraintSchema) -> WhatIf:
    today = datetime.now(UTC).date()
    return what_if(known.values, {}, PriceBook.load(), PolicyBundle.load(), today=today)


async def planned(pool: Pool, project: str = "fraud-model") -> tuple[DecisionSetId, WhatIf]:
    """A decision set whose plan the rulebook made."""
    async with unit_of_work(pool) as work:
        home = await commands.create_project(work, ANA, project)
    known = constraints(**STATED)
    written: Written = await opened(pool, home.id, known)
    made = planned_for(known)
    update = {
        "plan": made.plan.model_dump(mode="json"),
        "cost_estimate": made.cost.model_dump(mode="json"),
        "policy_results": made.policy.model_dump(mode="json"),
    }
    await written.step("policy_eval", update, patch={"status": "planning", "stage": "policy"})
    return written.id, made


def rows(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as conn:
        return [conn.execute(f"select count(*) from {table}").fetchall()[0][0] for table in TABLES]


async def test_a_plan_reads_as_the_contract_says(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, made = await planned(pool)
    body = (await api.get(f"/api/decision-sets/{decision_set}")).json()
    assert body["plan"]["summary"] == made.plan.summary
    assert {"name", "reason", "from"} <= body["plan"]["patterns"][0].keys()
    assert {"kind", "cloud", "region", "sku", "count", "purchase"} <= body["plan"]["resources"][0].keys()
    assert len(body["plan"]["candidates"]) >= 3
    assert isinstance(body["cost"]["likely"], str)
    assert body["cost"]["likely"] == str(made.cost.likely)
    assert body["constraints"]["monthly_budget_usd"]["status"] == "stated"
    assert body["policy"]["outcome"] in ("pass", "warn", "fail")
    listed = (await api.get("/api/decision-sets")).json()["items"]
    assert [decision_set] == [item["id"] for item in listed]


async def test_nothing_changed_gives_the_plan_that_is_there(
    server: WebServer, api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set, _ = await planned(pool)
    before = rows(server.dsn)
    body = (await api.get(f"/api/decision-sets/{decision_set}")).json()
    answer = await api.post(f"/api/decision-sets/{decision_set}/what-if", json={"constraints": {}})
    assert answer.status_code == 200
    assert answer.json() == {name: body[name] for name in ("cost", "policy", "plan")}
    assert rows(server.dsn) == before


async def test_another_constraint_gives_another_plan_and_cost(
    server: WebServer, api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set, made = await planned(pool)
    before = rows(server.dsn)
    path = f"/api/decision-sets/{decision_set}/what-if"
    more = (await api.post(path, json={"constraints": {"throughput_rps": 30_000, "monthly_budget_usd": None}})).json()
    assert float(more["cost"]["likely"]) > float(made.cost.likely)
    assert rows(server.dsn) == before
    assert (await api.get(f"/api/decision-sets/{decision_set}")).json()["plan"]["summary"] == made.plan.summary


async def test_what_cannot_be_is_refused_in_words(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    path = f"/api/decision-sets/{decision_set}/what-if"
    for body, field in (
        ({"constraints": {"availability_slo": 120}}, "availability_slo"),
        ({"constraints": {"throughput_rps": True}}, "throughput_rps"),
        ({"constraints": {"gpu_count": False}}, "gpu_count"),
        ({"constraints": {"data_residency": "\u200b"}}, "data_residency"),
        ({"constraints": {"regions": ["eu-west-1\nus-east-1"]}}, "regions"),
        ({"constraints": {"colour": "red"}}, "colour"),
        ({"constraints": {}, "store": True}, "store"),
        ({}, "constraints"),
    ):
        answer = await api.post(path, json=body)
        assert code(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("attribute", "value", "refused", "seconds"),
    [("_limit", 0.0, "took-too-long", "10"), ("_idle", asyncio.LifoQueue(), "too-many-at-once", "5")],
)
async def test_a_refusal_for_want_of_time_says_when_to_come_back(
    server: WebServer,
    api: httpx.AsyncClient,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    attribute: str,
    value: object,
    refused: str,
    seconds: str,
) -> None:
    decision_set, _ = await planned(pool)
    compute = server.console.what_if.compute
    monkeypatch.setattr(compute, "_wait", 0.1)
    monkeypatch.setattr(compute, attribute, value)
    answer = await api.post(f"/api/decision-sets/{decision_set}/what-if", json={"constraints": {}})
    assert code(answer) == (503, refused)
    assert answer.headers["retry-after"] == seconds


async def test_before_a_plan_there_is_nothing_to_change(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    answer = await api.post(f"/api/decision-sets/{decision_set}/what-if", json={"constraints": {}})
    assert code(answer) == (409, "no-plan")


async def test_a_child_starts_from_what_its_parent_knew(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    parent, _ = await planned(pool)
    async with pool.connection() as conn:
        slug = (await projects.by_slug(conn, "fraud-model")).slug
    answer = await api.post("/api/decision-sets", json={"project": slug, "message": "at most $3k", "parent_id": parent})
    child = answer.json()
    assert (answer.status_code, child["parent_id"]) == (202, parent)
    assert {item["status"] for item in child["constraints"].values()} == {"confirmed"}
    assert child["constraints"].keys() == STATED.keys()
    summary = (await api.get(f"/api/decision-sets/{child['id']}/changes")).json()
    assert (summary["base"], summary["head"]) == (parent, child["id"])
    assert summary["cost"]["head"] is None


async def test_a_viewer_may_ask_what_if(server: WebServer, pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    key = create_key(server.dsn, "reader", "viewer")
    async with server.stranger(headers={"Authorization": f"Bearer {key}"}) as client:
        answer = await client.post(
            f"/api/decision-sets/{decision_set}/what-if", json={"constraints": {"spot_ok": True}}
        )
        assert answer.status_code == 200


async def test_a_recomputation_ends_even_behind_one_that_does_not(pool: Pool) -> None:
    decision_set, _ = await planned(pool)
    inputs = VersionedInputs(PriceBook.load(), PolicyBundle.load())
    with closing(ComputePool(limit=60, wait=0)) as compute:
        hung = asyncio.create_task(compute(time.sleep, 600))
        await asyncio.sleep(0)
        with pytest.raises(TooManyAtOnce):
            await Recomputing(compute, inputs).recompute(pool, decision_set, {"spot_ok": True})
        hung.cancel()
    with closing(ComputePool(limit=0)) as compute, pytest.raises(TookTooLong):
        await Recomputing(compute, inputs).recompute(pool, decision_set, {"spot_ok": True})
