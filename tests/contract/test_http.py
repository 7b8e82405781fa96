"""The HTTP surface that scripts rely on: every call is there, and nothing that is sent to it breaks the server."""

from __future__ import annotations

import itertools
import json

import httpx
import pytest

from storage.postgres import Pool
from storage.records.constraints import FIELD_NAMES
from storage.records.events import EVENT_TYPES
from tests.decisions import new_decision_set, open_gate
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

CALLS = {
    ("post", "/api/projects", "201"),
    ("get", "/api/projects", "200"),
    ("post", "/api/decision-sets", "202"),
    ("get", "/api/decision-sets", "200"),
    ("get", "/api/decision-sets/{id}", "200"),
    ("post", "/api/decision-sets/{id}/messages", "202"),
    ("patch", "/api/decision-sets/{id}/constraints", "202"),
    ("post", "/api/decision-sets/{id}/start", "202"),
    ("post", "/api/decision-sets/{id}/gates/{gate_id}", "202"),
    ("post", "/api/decision-sets/{id}/what-if", "200"),
    ("post", "/api/decision-sets/{id}/cancel", "202"),
    ("post", "/api/decision-sets/{id}/retry", "202"),
    ("get", "/api/decision-sets/{id}/events", "200"),
    ("get", "/api/decision-sets/{id}/stream", "200"),
    ("get", "/api/decision-sets/{id}/checkpoints", "200"),
    ("post", "/api/decision-sets/{id}/fork", "202"),
    ("get", "/api/decision-sets/{id}/changes", "200"),
    ("get", "/api/artifacts/{sha256}", "200"),
    ("get", "/api/models", "200"),
    ("get", "/api/packs", "200"),
    ("get", "/api/quarantine", "200"),
    ("get", "/api/quarantine/{id}", "200"),
    ("get", "/api/quarantine/{id}/payload", "200"),
    ("post", "/api/quarantine/{id}", "202"),
    ("get", "/healthz", "200"),
    ("get", "/readyz", "200"),
    ("get", "/metrics", "200"),
}
DECISION_SET = (
    "id number project title parent_id version status stage created_by created_at updated_at constraints coverage "
    "question plan cost policy gate commit artifacts"
)
REASON_CARD = (
    "decision chosen rejected evidence assumptions confidence confidence_basis objections provider model pack tokens "
    "round"
)
ODD = [
    None,
    True,
    0,
    -1,
    10**400,
    1e308,
    "",
    "\u202e\u0000",
    "\ud800",
    "'; drop table events; --",
    "x" * 5000,
    [],
    {},
    [None],
    {"": None},
    {"__proto__": {}},
    [[[[[[]]]]]],
]


async def test_the_description_names_every_call(shared_server: WebServer) -> None:
    async with shared_server.client() as client:
        document = (await client.get("/openapi.json")).json()
    described = {
        (method, path, status)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
        for status in call["responses"]
    }
    assert CALLS - described == set()
    schemas = document["components"]["schemas"]
    assert set(DECISION_SET.split()) <= schemas["DecisionSet"]["properties"].keys()
    assert set(REASON_CARD.split()) <= schemas["ReasonCard"]["properties"].keys()
    assert schemas["EventPayload"]["x-event-types"].keys() == set(EVENT_TYPES)


async def test_every_error_is_described_as_problem_details(shared_server: WebServer) -> None:
    async with shared_server.client() as client:
        document = (await client.get("/openapi.json")).json()
    odd = [
        (path, method, status)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
        for status, answer in call["responses"].items()
        if status[0] in "45" and "application/problem+json" not in answer.get("content", {})
    ]
    assert odd == []


async def test_nothing_that_is_sent_breaks_the_server(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    gate = await open_gate(pool, decision_set)
    fields = {
        "/api/projects": ("name",),
        "/api/decision-sets": ("project", "message", "parent_id"),
        f"/api/decision-sets/{decision_set}/messages": ("text", "question_id", "choice"),
        f"/api/decision-sets/{decision_set}/gates/{gate}": ("action", "comment", "capsule", "overrides"),
        f"/api/decision-sets/{decision_set}/what-if": ("constraints",),
        f"/api/decision-sets/{decision_set}/fork": ("checkpoint_id", "constraints"),
        f"/api/decision-sets/{decision_set}/retry": ("x",),
    }
    whole = {"project": "fraud-model", "message": "Serve", "action": "approve", "capsule": "0", "constraints": {}}
    broken: list[tuple[str, object, int]] = []
    async with server.client() as client:
        for path, names in fields.items():
            for name, value in itertools.product(names, ODD):
                body = {**{key: whole[key] for key in names if key in whole}, name: value}
                await attempt(client, "POST", path, body, broken)
            for value in ODD:
                await attempt(client, "POST", path, value, broken)
        for name, value in itertools.product((*FIELD_NAMES[:8], "x\x00"), ODD):
            path = f"/api/decision-sets/{decision_set}/constraints"
            await attempt(client, "PATCH", path, {name: value}, broken)
    assert broken == []


async def attempt(
    client: httpx.AsyncClient, method: str, path: str, body: object, broken: list[tuple[str, object, int]]
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.request(method, path, content=json.dumps(body), headers=headers)
    refused = answer.headers["content-type"] == "application/problem+json"
    if answer.status_code >= 500 or (answer.status_code >= 400) != refused:
        broken.append((path, body, answer.status_code))


@pytest.mark.parametrize("value", ["%00", "%ff%fe", "..", "%2e%2e%2f", "'", "a" * 3000, "%0d%0aX-Evil: 1"])
async def test_no_address_breaks_the_server(shared_server: WebServer, value: str) -> None:
    async with shared_server.client() as client:
        for path in (
            f"/api/decision-sets/{value}",
            f"/api/decision-sets/{value}/stream",
            f"/api/artifacts/{value}",
            f"/api/projects?cursor={value}",
            f"/api/decision-sets?project={value}&cursor={value}",
            f"/git/{value}.git/HEAD",
            f"/git/x.git/{value}",
            f"/static/{value}",
        ):
            answer = await client.get(path)
            assert answer.status_code < 500, path
            assert "x-evil" not in answer.headers
