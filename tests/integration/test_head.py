"""HEAD answers what GET would, without its body, and changes nothing."""

from __future__ import annotations

import httpx
import pytest

from storage.postgres import Pool
from tests.decisions import new_decision_set, until
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

PAGES = [
    "/",
    "/decision-sets/new",
    "/decision-sets/ID",
    "/decision-sets/ID/timeline",
    "/costs",
    "/policies",
    "/sign-in",
]
CALLS = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/api/projects",
    "/api/decision-sets/ID",
    "/api/decision-sets/ID/events",
    "/static/css/base.css",
]


async def test_head_is_get_without_the_body(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    for path in (address.replace("ID", decision_set) for address in (*PAGES, *CALLS)):
        whole, head = await api.get(path), await api.head(path)
        assert (path, head.status_code, head.content) == (path, 200, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert head.headers["content-security-policy"] == whole.headers["content-security-policy"]
        if path not in ("/metrics", "/"):  # which count and tell the time
            assert head.headers["content-length"] == whole.headers["content-length"]


async def test_head_is_refused_as_get_is(server: WebServer, api: httpx.AsyncClient) -> None:
    async with server.stranger() as stranger:
        assert (await stranger.head("/api/projects")).status_code == 401
        assert (await stranger.head("/git/x.git/HEAD")).status_code == 401
        assert (await stranger.head("/")).status_code == 303
    assert (await api.head("/api/nothing")).status_code == 404
    refused = await api.head("/api/decision-sets/17/cancel")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_a_stream_answers_head_at_once_and_nobody_has_watched(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    async with server.client() as client:
        head = await client.head(f"/api/decision-sets/{decision_set}/stream")
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert server.console.hub._leaving == {}


async def test_head_is_measured_as_what_it_was(server: WebServer, api: httpx.AsyncClient) -> None:
    await api.head("/api/projects")

    async def counted() -> bool:
        said = (await api.get("/metrics")).text
        return 'countersign_request_seconds_count{method="HEAD",route="/api/projects",status="200"} 1.0' in said

    await until(counted)


async def test_gits_files_answer_head_and_the_connection_goes_on(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    head = await api.head("/git/fraud-model.git/HEAD")
    assert (head.status_code, head.content) == (200, b"")
    # A body sent after all would be read as the answer to what comes next.
    assert (await api.get("/git/fraud-model.git/HEAD")).text.startswith("ref: ")
