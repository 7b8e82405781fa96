"""Who may not do a thing, and what is not there, is said before what is wrong with the body."""

from __future__ import annotations

import itertools

import httpx
import pytest

from storage.postgres import Pool
from storage.records.ids import new_id
from tests.decisions import change, code, new_decision_set, open_gate
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

CAPSULE = "c" * 64
JSON = {"Content-Type": "application/json"}
BAD = [b"", b"{", b"[]", b"9" * 5000, b'{"unknown": 1}', b'{"action": "approve"}', b'{"name": 7, "message": 7}']
WRITES = ["messages", "start", "cancel", "retry", "fork", "gates/GATE"]


async def send(client: httpx.AsyncClient, path: str, body: bytes, method: str = "POST") -> tuple[int, str]:
    answer = await client.request(method, path, content=body, headers=JSON)
    assert answer.headers["content-type"] == "application/problem+json"
    return code(answer)


async def test_a_viewer_learns_the_role_whatever_the_body(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    async with server.client("viewer") as viewer:
        for body, rest in itertools.product(BAD, WRITES):
            path = f"/api/decision-sets/{decision_set}/{rest.replace('GATE', gate)}"
            assert (path, *await send(viewer, path, body)) == (path, 403, "role")
        for body, path in itertools.product(BAD, ("/api/projects", "/api/decision-sets")):
            assert await send(viewer, path, body) == (403, "role")
        edit = f"/api/decision-sets/{decision_set}/constraints"
        for body in BAD:
            assert await send(viewer, edit, body, "PATCH") == (403, "role")


async def test_what_is_not_there_is_not_found_whatever_the_body(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set, elsewhere = await new_decision_set(pool), await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    for body in BAD:
        for missing in (f"{decision_set}/gates/{gate}x", f"{decision_set}/gates/%00", f"{elsewhere}/gates/{gate}"):
            assert await send(api, f"/api/decision-sets/{missing}", body) == (404, "not-found")
        for unknown, rest in itertools.product((new_id(), "17", "%00"), (*WRITES, "what-if")):
            assert await send(api, f"/api/decision-sets/{unknown}/{rest}", body) == (404, "not-found")
            edit = f"/api/decision-sets/{unknown}/constraints"
            assert await send(api, edit, body, "PATCH") == (404, "not-found")


async def test_a_gate_judges_the_body_last(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    path = f"/api/decision-sets/{decision_set}/gates/{gate}"
    good = {"action": "approve", "capsule": CAPSULE}
    async with server.client("operator") as operator, server.client("approver") as approver:
        assert code(await operator.post(f"{path}x", json={})) == (404, "not-found")
        assert code(await operator.post(path, json={"action": "approve"})) == (403, "role")
        assert code(await approver.post(path, json={"action": "approve"})) == (422, "invalid")
        assert code(await approver.post(path, json={"capsule": "0" * 64})) == (409, "capsule-moved")
        assert code(await approver.post(path, json={**good, "colour": "red"})) == (422, "invalid")
        assert await send(approver, path, b"{") == (400, "malformed-json")
        key = {"Idempotency-Key": "one"}
        first = await approver.post(path, json=good, headers=key)
        assert first.status_code == 202
        assert (await approver.post(path, json=good, headers=key)).json() == first.json()
        assert code(await approver.post(path, json={})) == (409, "gate-answered")
        assert code(await operator.post(path, json={})) == (403, "role")


async def test_an_expired_gate_and_an_ended_set_say_so_before_the_body_is_judged(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set = await new_decision_set(pool)
    expired = await open_gate(pool, decision_set, expires_in=-1)
    path = f"/api/decision-sets/{decision_set}/gates/{expired}"
    assert code(await api.post(path, json={"comment": 7})) == (409, "gate-expired")
    await change(pool, decision_set, status="cancelled")
    assert code(await api.post(path, json={"comment": 7})) == (409, "ended")


async def test_a_refused_body_names_its_fields_as_before(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    answer = await api.post(f"/api/decision-sets/{decision_set}/gates/{gate}", json={"action": "approve", "colour": 1})
    assert answer.json()["errors"] == [
        {"field": "capsule", "message": "This field is missing: add it."},
        {"field": "colour", "message": "No such field: remove it."},
    ]
