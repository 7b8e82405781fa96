"""What is no text is refused by name, at every door: in an address, in a query, in a form."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from storage.postgres import Pool
from tests.decisions import new_decision_set
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio
TABLES = ("projects", "decision_sets", "events", "commands")


def rows(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as conn:
        return [conn.execute(f"select count(*) from {table}").fetchall()[0][0] for table in TABLES]


ADDRESSES = [
    ("GET", "/api/projects/%00", 404),
    ("PATCH", "/api/projects/a%00b", 404),
    ("GET", "/projects/a%00b", 404),
    ("POST", "/projects/%00/settling", 404),
    ("GET", "/decision-sets/%00", 404),
    ("GET", "/static/%00", 404),
    ("GET", "/git/%00.git/info/refs", 404),
    ("GET", "/?project=%00", 422),
    ("GET", "/?q=a%00b", 422),
    ("GET", "/api/decision-sets?project=%00", 422),
    ("GET", "/api/projects?cursor=%00", 422),
]


async def test_a_nul_in_an_address(api: httpx.AsyncClient) -> None:
    for method, address, status in ADDRESSES:
        answer = await api.request(method, address, json={"rounds": 2} if method == "PATCH" else None)
        assert (address, answer.status_code) == (address, status), answer.text[:300]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("no_text", [b"a%00b", b"%ed%a0%80", b"%ff%fe%80%81abc", b"\xff\xfe"], ids=repr)
async def test_a_new_decision_set_keeps_what_was_typed(
    server: WebServer, api: httpx.AsyncClient, pool: Pool, no_text: bytes
) -> None:
    await new_decision_set(pool)
    before = rows(server.dsn)
    for form in (
        b"project=fraud-model&message=",
        b"message=Serve+it&project=",
        b"message=Serve+it&new_project=",
        b"message=Serve+it&project=fraud-model&parent_id=",
    ):
        answer = await api.post("/decision-sets", content=form + no_text, headers=FORM)
        assert answer.status_code == 422
        assert "not text" in answer.text
        assert "<form" in answer.text
        assert form.endswith(b"&message=") or "Serve it</textarea>" in answer.text
    assert rows(server.dsn) == before


async def test_nothing_is_written_for_it(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    before = rows(server.dsn)
    for address, form in (
        ("messages", b"text=%ff%fe%fd"),
        ("messages", b"text=hello&choice=%00"),
        ("constraints", b"field=model_framework&value=a%00"),
        ("cancel", b"idempotency_key=a%00b"),
        ("start", b"%00=1"),
    ):
        answer = await api.post(f"/decision-sets/{decision_set}/{address}", content=form, headers=FORM)
        assert answer.status_code == 422, answer.text[:300]
    assert rows(server.dsn) == before


async def test_a_project_name_that_is_no_text_can_be_mended(server: WebServer, api: httpx.AsyncClient) -> None:
    before = rows(server.dsn)
    answer = await api.post("/projects", content=b"name=churn%00model", headers=FORM)
    assert answer.status_code == 422
    assert 'value="churn\ufffdmodel"' in answer.text
    assert rows(server.dsn) == before


async def test_a_form_has_a_thousand_fields_at_most(api: httpx.AsyncClient) -> None:
    answer = await api.post("/projects", content=b"&".join([b"name=a"] * 1001), headers=FORM)
    assert answer.status_code == 400


async def test_words_in_any_script_are_text(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    said = "Größe ≤ 7B, 欧州のみ 🚀 %ff+"
    answer = await api.post(f"/decision-sets/{decision_set}/messages", data={"text": said})
    assert answer.status_code == 303
    last = (await api.get(f"/api/decision-sets/{decision_set}/events")).json()["items"][-1]
    assert last["payload"]["text"] == said
