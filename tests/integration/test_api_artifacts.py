"""Artifacts over the JSON API: the bytes of their name, or none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest

from storage import artifacts
from storage.artifacts import FolderStore
from storage.postgres import Pool
from tests.decisions import code, new_decision_set
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio


async def test_an_artifact_is_the_bytes_of_its_name(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    store = server.console.artifacts
    assert isinstance(store, FolderStore)
    data = bytes(range(256)) * 10
    sha256 = await store.put(data, "application/zip")
    decision_set = await new_decision_set(pool)
    path = f"/api/artifacts/{sha256}"
    assert (await api.get(path)).status_code == 404
    async with pool.connection() as conn:
        await artifacts.record(conn, decision_set, sha256, 'bün"dle.zip', "application/zip", len(data))
    answer = await api.get(path)
    assert (200, data, "application/zip") == (answer.status_code, answer.content, answer.headers["content-type"])
    assert sha256 == hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''b%C3%BCn%22dle.zip"
    for odd in ("0" * 64, "0" * 63, "Z" * 64, "..%2f..%2fsecret"):
        assert (await api.get(f"/api/artifacts/{odd}")).status_code == 404


@pytest.mark.parametrize("given", ['"{}"', 'W/"{}"', '"a", "{}"', "*"])
async def test_bytes_that_the_caller_has_are_not_sent_again(
    server: WebServer, api: httpx.AsyncClient, pool: Pool, given: str
) -> None:
    sha256 = await server.console.artifacts.put(b"whole", "text/plain")
    path, known = f"/api/artifacts/{sha256}", {"If-None-Match": given.format(sha256)}
    assert (await api.get(path, headers=known)).status_code == 404
    decision_set = await new_decision_set(pool)
    async with pool.connection() as conn:
        await artifacts.record(conn, decision_set, sha256, "a.txt", "text/plain", 5)
    kept = await api.get(path, headers=known)
    assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", f'"{sha256}"')
    for other in ('"a"', sha256, ""):
        sent = await api.get(path, headers={"If-None-Match": other})
        assert (sent.status_code, sent.content, sent.headers["etag"]) == (200, b"whole", f'"{sha256}"')


async def test_damaged_bytes_are_not_handed_out(server: WebServer, api: httpx.AsyncClient, pool: Pool) -> None:
    store = server.console.artifacts
    assert isinstance(store, FolderStore)
    sha256 = await store.put(b"whole", "text/plain")
    decision_set = await new_decision_set(pool)
    async with pool.connection() as conn:
        await artifacts.record(conn, decision_set, sha256, "a.txt", "text/plain", 5)
    Path(store.root, sha256[:2], sha256).write_bytes(b"broken")
    assert code(await api.get(f"/api/artifacts/{sha256}")) == (500, "artifact-damaged")


async def test_a_store_that_fails_is_unavailable_and_not_our_fault(
    server: WebServer, api: httpx.AsyncClient, pool: Pool
) -> None:
    store = server.console.artifacts
    assert isinstance(store, FolderStore)
    sha256 = await store.put(b"here", "text/plain")
    decision_set = await new_decision_set(pool)
    async with pool.connection() as conn:
        await artifacts.record(conn, decision_set, sha256, "a.txt", "text/plain", 4)
    aside = store.root.rename(store.root.with_name("unmounted"))
    store.root.write_bytes(b"")
    refused = await api.get(f"/api/artifacts/{sha256}")
    assert code(refused) == (503, "artifacts-unavailable")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "2"
    store.root.unlink()
    aside.rename(store.root)
    assert (await api.get(f"/api/artifacts/{sha256}")).content == b"here"
