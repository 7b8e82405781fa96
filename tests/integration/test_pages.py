"""The pages over HTTP, without a browser and without a worker: whole or in part, allowed or not, empty or full."""

from __future__ import annotations

import re

import httpx
import pytest

from storage import viewed
from storage.postgres import Pool, unit_of_work
from storage.records.constraints import Constraint, ConstraintSchema, Evidence
from storage.records.decision_sets import Option, Question
from storage.records.ids import DecisionSetId, new_id
from tests.decisions import change, end, new_decision_set, open_gate, say
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

FRAGMENT = {"HX-Request": "true"}
CLOUD = Question(
    id="cloud.1",
    field="cloud",
    text="Which cloud may it run on?",
    why="Prices differ.",
    options=[Option(label="AWS", value=["aws"]), Option(label="Azure", value=["azure"])],
    worth="$0–$400 a month",
)


def pages(decision_set: str) -> list[str]:
    base = f"/decision-sets/{decision_set}"
    return [
        "/",
        "/pulse",
        "/projects",
        "/projects/fraud-model",
        "/costs",
        "/policies",
        "/settings",
        "/settings/packs",
        "/settings/quarantine",
        "/sign-in",
        "/decision-sets/new",
        base,
        f"{base}/worker",
        f"{base}/changes",
        f"{base}/changes?view=split&hide=1",
        f"{base}/timeline",
        f"{base}/timeline?view=timeline&time=utc",
        f"{base}/timeline?view=json&time=local",
        "/nothing-here",
    ]


async def test_every_address_serves_a_page_or_a_fragment(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    for address in pages(decision_set):
        whole, part = await api.get(address), await api.get(address, headers=FRAGMENT)
        assert (whole.status_code, part.status_code) in ((200, 200), (404, 404)), address
        assert whole.headers["Vary"] == part.headers["Vary"] == "HX-Request"
        assert "<html" in whole.text, address
        assert "<html" not in part.text, address
        assert "<body" not in part.text, address
        assert not re.search(r"\son\w+=|\sstyle=|<script(?![^>]* src=)", whole.text), address


@pytest.mark.parametrize("address", ["/", "/projects", "/costs", "/decision-sets/new"])
async def test_an_empty_console_says_what_will_stand_there(api: httpx.AsyncClient, address: str) -> None:
    page = await api.get(address)
    assert page.status_code == 200
    expected = "new_project" if address == "/decision-sets/new" else 'class="empty"'
    assert expected in page.text


async def test_a_viewer_reads_and_is_offered_nothing_else(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await change(pool, decision_set, question=CLOUD.model_dump(mode="json"))
    base = f"/decision-sets/{decision_set}"
    async with server.client("viewer") as viewer:
        page = await viewer.get(base)
        assert "Which cloud may it run on?" in page.text
        assert "textarea" not in page.text
        assert "Your role is viewer" in page.text
        for action in ("messages", "constraints", "start", "cancel", "retry", "fork"):
            forced = await viewer.post(f"{base}/{action}", data={"text": "hello", "field": "cloud", "value": "aws"})
            assert (action, forced.status_code) in ((action, 403), (action, 404)), forced.text[:300]


async def test_who_may_not_decide_sees_who_may(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    base = f"/decision-sets/{decision_set}"
    async with server.client("operator") as operator, server.client("approver") as approver:
        page = await operator.get(base)
        assert "data-gate" not in page.text
        assert "An approver or an admin decides here" in page.text
        assert "data-gate" in (await approver.get(base)).text
        forced = await operator.post(f"{base}/gates/{gate}", data={"action": "approve", "capsule": "c" * 64})
        assert forced.status_code == 403
        assert "This needs the role approver; yours is operator." in forced.text


async def test_words_that_became_a_constraint_are_marked_by_code_points(api: httpx.AsyncClient, pool: Pool) -> None:
    text = "🚀🚀 p95 under 80 ms <b>"
    decision_set = await new_decision_set(pool, message=text)
    start = text.index("p95")
    evidence = Evidence(message=1, start=start, end=start + len("p95 under 80 ms"))
    known = ConstraintSchema({"latency_p95_ms": Constraint(value=80.0, status="stated", evidence=evidence)})
    await change(pool, decision_set, constraints=known.model_dump(mode="json"))
    page = await api.get(f"/decision-sets/{decision_set}")
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", page.text) == ["p95 under 80 ms"]
    assert "&lt;b&gt;" in page.text


async def test_viewed_stays_until_the_file_changes(pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    async with unit_of_work(pool) as work:
        await viewed.note(work.conn, "ana", decision_set, "infra/main.tf", "a" * 64)
        await viewed.note(work.conn, "ana", decision_set, "app.py", "b" * 64)
        await viewed.note(work.conn, "ben", decision_set, "app.py", "b" * 64)
        await viewed.note(work.conn, "ana", decision_set, "infra/main.tf", "c" * 64)
        await viewed.forget(work.conn, "ana", decision_set, "app.py")
        assert await viewed.files(work.conn, "ana", decision_set) == {("infra/main.tf", "c" * 64)}
        assert await viewed.files(work.conn, "ben", decision_set) == {("app.py", "b" * 64)}


async def test_nobody_works_is_said_with_how_to_start_one(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    page = await api.get(f"/decision-sets/{decision_set}")
    assert "No worker is picking this up." in page.text
    assert "countersign worker" in page.text
    async with unit_of_work(pool) as work:
        await work.conn.execute("insert into workers (id, host) values ('w', 'h')")
    assert "No worker is picking this up." not in (await api.get(f"/decision-sets/{decision_set}")).text


async def test_filters_stand_in_the_address(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    await new_decision_set(pool, project="churn", message="Score churn every night")
    found = await api.get("/?q=churn")
    assert "Score churn every night" in found.text
    assert "fraud model, 300" not in found.text
    assert "Nothing matches." in (await api.get("/?status=completed&q=churn")).text
    assert "/api/decision-sets?project=churn" in (await api.get("/?project=churn")).text


async def test_an_unknown_decision_set_is_a_page_that_says_so(api: httpx.AsyncClient) -> None:
    for address in (f"/decision-sets/{new_id()}", f"/decision-sets/{new_id()}/changes", "/projects/nowhere"):
        missing = await api.get(address)
        assert missing.status_code == 404, address
        assert 'data-error="not-found"' in missing.text


async def test_a_finished_run_opens_no_stream(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, "one")
    assert "sse-connect" in (await api.get(f"/decision-sets/{decision_set}")).text
    await end(pool, decision_set, "completed")
    page = await api.get(f"/decision-sets/{decision_set}")
    assert "sse-connect" not in page.text
    assert 'data-stream="closed"' in page.text


async def test_twenty_thousand_events_open_with_the_last_hundred(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await many(pool, decision_set, 20_000)
    page = await api.get(f"/decision-sets/{decision_set}")
    shown = [int(seq) for seq in re.findall(r'id="card-(\d+)"', page.text)]
    assert shown == list(range(19_901, 20_001))
    part = await api.get(f"/decision-sets/{decision_set}?before=19901", headers=FRAGMENT)
    assert [int(seq) for seq in re.findall(r'id="card-(\d+)"', part.text)] == list(range(19_801, 19_901))
    assert part.text.lstrip().startswith("<li")
    old = await api.get(f"/decision-sets/{decision_set}?card=77")
    assert 'id="card-77"' in old.text
    assert "Back to the latest" in old.text
    assert "sse-connect" not in old.text


async def many(pool: Pool, decision_set: DecisionSetId, last: int) -> None:
    async with unit_of_work(pool) as work:
        await work.conn.execute(
            "insert into events (decision_set_id, seq, type, node, thread_id, payload)"
            " select %(id)s, n, 'message-sent', 'planner', %(id)s, jsonb_build_object('text', 'line ' || n)"
            " from generate_series(2, %(last)s) n",
            {"id": decision_set, "last": last},
        )
        await work.conn.execute(
            "update event_heads set seq = %(last)s where decision_set_id = %(id)s", {"id": decision_set, "last": last}
        )
