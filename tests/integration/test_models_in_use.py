"""Models, packs and quarantine: what the pages and their JSON twins show of them, and what may be done."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from storage import breakers, packs, quarantine
from storage.breakers import State
from storage.postgres import Pool
from storage.quarantine import Rejected
from storage.records.canonical import sha256_of, sha256_of_bytes
from storage.records.ids import DecisionSetId, Sha256
from tests.decisions import code, new_decision_set
from tests.web_server import WebServer, web_server

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
PACK = Sha256("a" * 64)
ANSWER = b'{"value": "fast"} <script>alert(1)</script> \xe2\x80\xaeevil \xff'


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[WebServer]:
    with web_server(
        database_url, tmp_path, model="anthropic:large", fallback_models=("openai:small", "rulebook")
    ) as running:
        yield running


@pytest.fixture
async def api(server: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    async with server.client() as client:
        yield client


async def stands(pool: Pool, name: str, state: State, failures: int, error: str) -> None:
    """A breaker after its calls, as a worker settles them."""
    async with pool.connection() as conn:
        entered = (await breakers.admit(conn, name, probe="p", pause=SECOND, patience=SECOND)).entered
        assert entered == "closed"
        async with breakers.settling(conn, name, entered=entered, probe="p", error=error) as standing:
            assert standing is not None
            standing.state, standing.failures, standing.opened = state, failures, state == "open"


async def set_aside(
    server: WebServer, pool: Pool, decision_set: DecisionSetId | None = None, provider: str = "anthropic"
) -> str:
    sha256 = await server.console.quarantine.put(ANSWER, "application/json")
    rejected = Rejected(
        sha256=sha256,
        size=len(ANSWER),
        media_type="application/json",
        decision_set=decision_set,
        run=None,
        node="extract_constraints",
        provider=provider,
        model="large",
        pack=PACK,
        error="value: not a <b>number</b>",
    )
    async with pool.connection() as conn:
        return await quarantine.set_aside(conn, rejected)


async def test_each_model_stands_with_its_breaker(api: httpx.AsyncClient, pool: Pool) -> None:
    await stands(pool, "anthropic", "open", 5, "429: <i>slow down</i>")
    found = (await api.get("/api/models")).json()["items"]
    assert [(item["model"], item["role"], (item["breaker"] or {}).get("state")) for item in found] == [
        ("anthropic:large", "first", "open"),
        ("openai:small", "fallback", None),
        ("rulebook", "fallback", None),
    ]
    assert (found[0]["breaker"]["failures"], found[0]["breaker"]["last_error"]) == (5, "429: <i>slow down</i>")
    page = (await api.get("/settings")).text
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)]
    assert [word in row for row, word in zip(rows, ("Open", "Not called yet", "Built in"), strict=True)] == [True] * 3
    assert re.search(r'tone-fail"><svg.*?#offline', page, re.DOTALL)
    assert "429: &lt;i&gt;slow down&lt;/i&gt;" in page


@pytest.mark.parametrize(("state", "word"), [("closed", "Closed"), ("half-open", "Half-open")])
async def test_a_breakers_state_is_a_word(api: httpx.AsyncClient, pool: Pool, state: State, word: str) -> None:
    await stands(pool, "openai", state, 2, "timeout")
    assert f"{word}: " in (await api.get("/settings")).text


async def test_packs_can_be_read(api: httpx.AsyncClient, pool: Pool) -> None:
    empty = (await api.get("/settings/packs")).text
    assert 'class="empty"' in empty
    body = {
        "id": "intake-reading",
        "version": "2",
        "purpose": "Reads <b>facts</b>.",
        "prompt": "Extract\nwhat is stated. \u202e",
        "examples": [{"text": "p95 80 ms", "answering": "latency_p95_ms", "answer": {"value": 80}}],
    }
    sha256 = sha256_of(body)
    async with pool.connection() as conn:
        await packs.register(conn, sha256, pack="intake-reading", version="2", provider="chat", body=body)
        await packs.register(conn, PACK, pack="old", version="1", provider="chat", body={})
        await packs.register(conn, Sha256("b" * 64), pack="rules", version="3", provider="rulebook", body={"rules": 7})
    listed = (await api.get("/api/packs")).json()["items"]
    assert {(item["id"], item["sha256"]) for item in listed} >= {("intake-reading", sha256), ("old", PACK)}
    page = (await api.get("/settings/packs")).text
    assert sha256 in page
    assert f'id="pack-{sha256}"' in page
    assert "Prompt and 1 example" in page
    assert "p95 80 ms" in page
    assert "answering latency_p95_ms" in page
    assert "U+202E" in page
    assert "Reads &lt;b&gt;facts&lt;/b&gt;." in page
    assert "In use before the content of packs was kept." in page
    assert "No prompts" not in page
    assert "&#34;rules&#34;: 7" in page


async def test_the_list_of_quarantine_filters_by_its_address(
    server: WebServer, api: httpx.AsyncClient, pool: Pool
) -> None:
    assert "None waits for triage" in (await api.get("/settings/quarantine")).text
    assert "nothing waits for triage" in (await api.get("/settings")).text
    decision_set = await new_decision_set(pool)
    first = await set_aside(server, pool, decision_set)
    second = await set_aside(server, pool, provider="openai")
    page = (await api.get("/settings/quarantine")).text
    assert page.index(second) < page.index(first)
    assert f'href="/decision-sets/{decision_set}"' in page
    assert "not a &lt;b&gt;number&lt;/b&gt;" in page
    assert "2 answers wait for triage" in (await api.get("/settings")).text
    other = (await api.get("/settings/quarantine?provider=openai")).text
    assert (second in other, first in other) == (True, False)
    assert "/api/quarantine?provider=openai" in other
    assert "Nothing matches." in (await api.get("/settings/quarantine?provider=ollama&state=all")).text
    twin = (await api.get("/api/quarantine?limit=1")).json()
    assert [item["id"] for item in twin["items"]] == [second]
    rest = (await api.get(f"/api/quarantine?limit=1&cursor={twin['next']}")).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([first], None)
    assert (await api.get("/settings/quarantine?state=x")).status_code == 422
    assert first not in (await api.get(f"/settings/quarantine?before={first}")).text


async def test_a_payload_is_shown_as_text_and_saved_as_bytes(
    server: WebServer, api: httpx.AsyncClient, pool: Pool, tmp_path: Path
) -> None:
    found = await set_aside(server, pool)
    page = (await api.get(f"/settings/quarantine/{found}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "U+202E" in page
    saved = await api.get(f"/api/quarantine/{found}/payload")
    assert saved.content == ANSWER
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment")
    next((tmp_path / "quarantine").rglob(sha256_of_bytes(ANSWER))).unlink()
    page = (await api.get(f"/settings/quarantine/{found}")).text
    assert "It cannot be shown" in page
    assert code(await api.get(f"/api/quarantine/{found}/payload")) == (404, "not-found")


async def test_an_operator_marks_it_as_handled_once(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    found = await set_aside(server, pool)
    path = f"/api/quarantine/{found}"
    async with server.client("viewer") as viewer, server.client("operator") as operator:
        assert (await viewer.get(path)).json()["handled_at"] is None
        assert code(await viewer.post(path, json={"comment": "x"})) == (403, "role")
        assert code(await viewer.post(path, json={"colour": 1})) == (403, "role")
        assert code(await operator.post(path, json={"comment": "  "})) == (422, "comment-required")
        assert code(await operator.post(path, json={"comment": "x", "by": "ana"})) == (422, "invalid")
        assert (await viewer.get(path)).json()["handled_at"] is None
        key = {"Idempotency-Key": "once"}
        done = [await operator.post(path, json={"comment": "prompt fixed"}, headers=key) for _ in range(2)]
        assert [answer.status_code for answer in done] == [202, 202]
        assert done[0].json() == done[1].json()
        assert done[0].json()["note"] == "prompt fixed"
        assert done[0].json()["handled_by"].startswith("key:operator")
        again = await operator.post(path, json={"comment": "me too"})
        assert code(again) == (409, "already-handled")
    assert (await api.get("/api/quarantine")).json()["items"] == []
    assert [item["id"] for item in (await api.get("/api/quarantine?handled=true")).json()["items"]] == [found]
    assert code(await api.post("/api/quarantine/01890a5d-ac96-774b-bcce-b302099a8057", json={"comment": "x"})) == (
        404,
        "not-found",
    )
    assert code(await api.get("/api/quarantine/nothing")) == (404, "not-found")


async def test_triage_works_by_a_plain_form(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    found = await set_aside(server, pool)
    page = f"/settings/quarantine/{found}"
    async with server.client("viewer") as viewer:
        assert "<textarea" not in (await viewer.get(page)).text
        assert (await viewer.post(page, data={"comment": "x"})).status_code == 403
    empty = await api.post(page, data={"comment": ""})
    assert empty.status_code == 422
    assert re.search(r'id="comment-problem".*?a comment is required', empty.text, re.DOTALL)
    done = await api.post(page, data={"comment": "a <b>bad</b> day", "idempotency_key": "k"})
    assert (done.status_code, done.headers["Location"]) == (303, page)
    text = html.unescape(re.sub(r"<[^>]+>", "", (await api.get(page)).text))
    assert "Handled by bootstrap" in text
    assert "a <b>bad</b> day" in text
    late = await api.post(page, data={"comment": "mine", "idempotency_key": "other"})
    assert late.status_code == 409
    assert "marked as handled already by bootstrap" in late.text
    assert "mine" in late.text
