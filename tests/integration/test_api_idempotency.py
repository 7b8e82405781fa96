"""Idempotency keys over the JSON API."""

from __future__ import annotations

import anyio
import httpx
import psycopg
import pytest

from storage.migrations import MIGRATIONS
from tests.decisions import SENTENCE, code, new_project, row_counts
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio


async def test_the_same_key_and_body_give_the_first_answer(server: WebServer, api: httpx.AsyncClient) -> None:
    slug = await new_project(api)
    request = {"json": {"project": slug, "message": SENTENCE}, "headers": {"Idempotency-Key": "once"}}
    first = await api.post("/api/decision-sets", **request)
    again = await api.post("/api/decision-sets", **request)
    assert (202, first.content) == (again.status_code, again.content)
    other = await api.post(
        "/api/decision-sets", json={"project": slug, "message": "another"}, headers={"Idempotency-Key": "once"}
    )
    assert code(other) == (422, "idempotency-key-reused")
    assert len((await api.get("/api/decision-sets")).json()["items"]) == 1


async def test_an_answer_kept_before_it_was_kept_as_text_is_given_again(
    server: WebServer, api: httpx.AsyncClient
) -> None:
    request = {"json": {"name": "one"}, "headers": {"Idempotency-Key": "old"}}
    first = await api.post("/api/projects", **request)
    with psycopg.connect(server.dsn) as conn:
        conn.execute("alter table commands alter column response type jsonb")
        conn.execute((MIGRATIONS / "0008_first_answers.sql").read_bytes())
    again = await api.post("/api/projects", **request)
    assert (again.status_code, again.json()) == (first.status_code, first.json())


async def test_a_key_belongs_to_its_principal_and_its_path(server: WebServer, api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "same"}
    slug = (await api.post("/api/projects", json={"name": "one"}, headers=headers)).json()["slug"]
    body = {"project": slug, "message": SENTENCE}
    mine = await api.post("/api/decision-sets", json=body, headers=headers)
    async with server.client("operator") as other:
        theirs = await other.post("/api/decision-sets", json=body, headers=headers)
    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json()["id"] != theirs.json()["id"]


async def test_a_call_in_flight_is_waited_for(server: WebServer, api: httpx.AsyncClient) -> None:
    slug = await new_project(api)
    answers: list[dict[str, object]] = []

    async def call() -> None:
        answer = await api.post(
            "/api/decision-sets", json={"project": slug, "message": SENTENCE}, headers={"Idempotency-Key": "double"}
        )
        assert answer.status_code == 202
        answers.append(answer.json())

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(call)
    assert [answers[0]] * 6 == answers
    assert row_counts(server.dsn)[1] == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "\u00e9"])
async def test_a_malformed_idempotency_key_is_refused(server: WebServer, api: httpx.AsyncClient, key: str) -> None:
    answer = await api.post("/api/projects", json={"name": "x"}, headers={"Idempotency-Key": key.encode()})
    assert code(answer) == (422, "invalid")
    assert row_counts(server.dsn)[0] == 0
