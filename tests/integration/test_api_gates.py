"""Answers to a gate over the JSON API: refused in the contract's order, and one of many counts."""

from __future__ import annotations

import anyio
import httpx
import pytest

from storage.postgres import Pool
from storage.records.ids import new_id
from tests.decisions import code, new_decision_set, open_gate
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

CAPSULE = "c" * 64


async def test_a_gate_refuses_in_the_order_of_the_contract(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set, allowed="reject request_changes")
    other = await new_decision_set(pool)
    path = f"/api/decision-sets/{decision_set}/gates/{gate}"
    wrong = {"action": "approve", "capsule": "0" * 64}
    async with server.client("operator") as operator, server.client("approver") as approver:
        for missing in (path + "x", path.replace(decision_set, other), path.replace(decision_set, new_id())):
            assert code(await operator.post(missing, json=wrong)) == (404, "not-found")
        assert code(await operator.post(path, json=wrong)) == (403, "role")
        assert code(await approver.post(path, json=wrong)) == (409, "capsule-moved")
        known = {**wrong, "capsule": CAPSULE}
        assert code(await approver.post(path, json=known)) == (422, "action-not-allowed")
        assert code(await approver.post(path, json={**known, "action": "dance"})) == (422, "action-not-allowed")
        silent = {**known, "action": "reject"}
        assert code(await approver.post(path, json=silent)) == (422, "comment-required")
        for nothing in (" \n", "\u200b\ufeff"):
            assert code(await approver.post(path, json={**silent, "comment": nothing})) == (422, "comment-required")
        assert code(await approver.post(path, json={**silent, "overrides": [{"policy": "x"}]})) == (422, "invalid")
        assert code(await approver.post(path, json={"action": "reject", "comment": "no"})) == (422, "invalid")
        rejected = await approver.post(path, json={**silent, "comment": "too dear"})
        assert (rejected.status_code, rejected.json()["gate"]) == (202, None)
        assert code(await approver.post(path, json=wrong)) == (409, "gate-answered")
        assert code(await operator.post(path, json=wrong)) == (403, "role")
        seen = (await approver.get(f"/api/decision-sets/{decision_set}/events")).json()["items"][-1]
        assert (
            seen["type"],
            seen["payload"]["action"],
            seen["payload"]["comment"],
        ) == ("gate-answered", "reject", "too dear")


async def test_an_expired_gate_says_so_before_a_moved_capsule(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set, expires_in=-1)
    answer = await api.post(
        f"/api/decision-sets/{decision_set}/gates/{gate}", json={"action": "approve", "capsule": "0" * 64}
    )
    assert code(answer) == (409, "gate-expired")


async def test_of_many_answers_to_a_gate_one_counts(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    found: list[tuple[int, str]] = []

    async def approve() -> None:
        path = f"/api/decision-sets/{decision_set}/gates/{gate}"
        found.append(code(await api.post(path, json={"action": "approve", "capsule": CAPSULE})))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(approve)
    assert [(202, ""), *[(409, "gate-answered")] * 7] == sorted(found)
    events = (await api.get(f"/api/decision-sets/{decision_set}/events")).json()["items"]
    assert [each["type"] for each in events].count("gate-answered") == 1


async def test_two_actions_in_one_body_answer_nothing(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    said = f'{{"action": "reject", "comment": "no", "capsule": "{CAPSULE}", "action": "approve"}}'
    path = f"/api/decision-sets/{decision_set}"
    answer = await api.post(f"{path}/gates/{gate}", content=said, headers={"Content-Type": "application/json"})
    assert code(answer) == (400, "malformed-json")
    assert [item["field"] for item in answer.json()["errors"]] == ["action"]
    assert (await api.get(path)).json()["gate"]["id"] == gate
