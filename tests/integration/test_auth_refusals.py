"""A credential that is not good is told apart from no other, and is counted."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from tests.accesses import create_key, create_sign_in_link
from tests.web_server import BOOTSTRAP_KEY, WebServer, web_server

pytestmark = pytest.mark.anyio

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def revoked_key(dsn: str) -> str:
    key = create_key(dsn, "gone", "admin")
    with psycopg.connect(dsn) as conn:
        conn.execute("update api_keys set revoked_at = now()")
    return key


def said(answer: httpx.Response) -> tuple[int, str]:
    """Without what names the request."""
    return answer.status_code, VARYING.sub("ID", answer.text)


async def test_a_revoked_key_is_answered_as_one_that_never_was(server: WebServer) -> None:
    tried = [revoked_key(server.dsn), "cs_" + "x" * 43, "x", BOOTSTRAP_KEY[:-1], BOOTSTRAP_KEY.upper(), "e" * 5000]
    async with server.stranger() as client:
        by_header = {said(await client.get("/api/projects", headers={"Authorization": f"Bearer {k}"})) for k in tried}
        by_git = {said(await client.get("/git/x.git/HEAD", auth=("git", key))) for key in tried}
        by_form = {said(await client.post("/sign-in", data={"key": k}, headers=SAME_ORIGIN)) for k in tried[:-1]}
    assert (len(by_header), len(by_git), len(by_form)) == (1, 1, 1)
    assert {status for status, _ in by_header | by_git} == {401}


async def test_a_used_link_is_answered_as_one_that_never_was(server: WebServer) -> None:
    link = create_sign_in_link(server.dsn, "")
    async with server.stranger() as client:
        assert (await client.get(link)).status_code == 303
    async with server.stranger() as client:
        answers = {said(await client.get(address)) for address in (link, link + "x", "/sign-in?token=x")}
    assert [status for status, _ in answers] == [401]


async def test_what_is_refused_is_counted_and_logged_without_what_was_tried(
    server: WebServer, api: httpx.AsyncClient
) -> None:
    with capture_logs() as logs:
        async with server.stranger() as client:
            await client.get("/api/projects")  # asks without any credential: not counted
            await client.get("/api/projects", headers={"Authorization": "Bearer secret-try"})
            await client.get("/git/x.git/HEAD", auth=("git", "secret-try"))
            await client.post("/sign-in", data={"key": "secret-try"}, headers=SAME_ORIGIN)
            await client.get("/sign-in?token=secret-try")
    counted = (await api.get("/metrics")).text
    assert 'countersign_refused_credentials_total{kind="key"} 3.0' in counted
    assert 'countersign_refused_credentials_total{kind="link"} 1.0' in counted
    refused = [line for line in logs if line["event"] == "credential refused"]
    assert [(line["kind"], line["client"]) for line in refused] == [("key", "127.0.0.1")] * 3 + [("link", "127.0.0.1")]
    assert "secret-try" not in str(logs)


async def test_a_bootstrap_key_that_can_be_guessed_is_named_at_the_start(database_url: str, tmp_path: Path) -> None:
    with capture_logs() as logs, web_server(database_url, tmp_path, key="short"):
        pass
    assert [line["characters"] for line in logs if "COUNTERSIGN_BOOTSTRAP_KEY" in line["event"]] == [5]
    with capture_logs() as logs, web_server(database_url, tmp_path):
        pass
    assert not [line for line in logs if "COUNTERSIGN_BOOTSTRAP_KEY" in line["event"]]
