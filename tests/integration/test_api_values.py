"""The values of a JSON body: of the type they are described with, and words that can be read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.decisions import code
from tests.web_server import WebServer
from web.deps import UUID
from web.validation import EXPECTED

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(shared_server: WebServer) -> WebServer:
    return shared_server


@pytest.fixture
async def path(server: WebServer, api: httpx.AsyncClient) -> str:
    """A decision set in intake, whose message nobody reads."""
    await api.post("/api/projects", json={"name": "fraud-model"})
    body = {"project": "fraud-model", "message": "We want a fraud model on AWS"}
    return f"/api/decision-sets/{(await api.post('/api/decision-sets', json=body)).json()['id']}"


def fields(answer: httpx.Response) -> list[str]:
    assert code(answer) == (422, "invalid")
    return [item["field"] for item in answer.json()["errors"]]


@pytest.mark.parametrize("value", [True, "3", 2.5])
async def test_a_whole_number_of_a_body_is_a_number(api: httpx.AsyncClient, path: str, value: object) -> None:
    assert fields(await api.post(f"{path}/messages", json={"text": "other words", "replaces": value})) == ["replaces"]
    assert fields(await api.patch("/api/projects/fraud-model", json={"rounds": value})) == ["rounds"]
    assert len((await api.get(f"{path}/events")).json()["items"]) == 1


async def test_a_share_may_be_written_whole_and_a_whole_number_as_a_share(api: httpx.AsyncClient, path: str) -> None:
    assert fields(await api.patch("/api/projects/fraud-model", json={"threshold": True})) == ["threshold"]
    assert fields(await api.patch("/api/projects/fraud-model", json={"threshold": "0.5"})) == ["threshold"]
    settled = await api.patch("/api/projects/fraud-model", json={"threshold": 1, "rounds": 3.0})
    assert (settled.status_code, settled.json()["threshold"], settled.json()["rounds"]) == (200, 1.0, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spot_ok", "yes"),
        ("spot_ok", 1),
        ("gpu_required", 0.0),
        ("scale_to_zero", "true"),
        ("gpu_count", "3"),
        ("gpu_count", 2.5),
        ("latency_p95_ms", "80"),
        ("availability_slo", "99.9"),
        ("cloud", ["aws", 1]),
        ("regions", "eu-west-1"),
        ("regions", ["eu-west-1", 7]),
        ("orchestrator", 7),
    ],
)
async def test_a_constraint_of_another_type_is_refused(
    api: httpx.AsyncClient, path: str, field: str, value: object
) -> None:
    assert fields(await api.patch(f"{path}/constraints", json={field: value})) == [field]


async def test_a_number_may_be_whole_or_not(api: httpx.AsyncClient, path: str) -> None:
    edits = {"latency_p95_ms": 80, "gpu_count": 3.0, "model_size_params": 7e9, "spot_ok": True, "throughput_rps": 0.5}
    taken = await api.patch(f"{path}/constraints", json=edits)
    assert taken.status_code == 202
    said = (await api.get(f"{path}/events")).json()["items"][-1]["payload"]["edits"]
    assert said == {**edits, "gpu_count": 3, "model_size_params": 7_000_000_000}


UNREADABLE = [
    ("data_residency", " "),
    ("data_residency", "\u202e\u200b"),
    ("data_residency", "eu\u202eue"),
    ("gpu_type", "l4\u200b"),
    ("regions", ["eu-west-1", " "]),
    ("monitoring", ["prometheus\nalerts"]),
    ("orchestrator", "\u0001"),
    ("orchestrator", "k8s\u001b[2J"),
    ("model_framework", "pytorch\nRUN curl"),
    ("ci_cd", "github\u2028actions"),
]


@pytest.mark.parametrize(("field", "value"), UNREADABLE)
async def test_words_that_cannot_be_read_are_refused(
    api: httpx.AsyncClient, path: str, field: str, value: object
) -> None:
    answer = await api.patch(f"{path}/constraints", json={field: value})
    assert fields(answer) == [field]
    assert "can be seen" in answer.json()["detail"] or "one line" in answer.json()["detail"]
    assert len((await api.get(f"{path}/events")).json()["items"]) == 1


async def test_words_of_any_script_are_taken(api: httpx.AsyncClient, path: str) -> None:
    edits = {"data_residency": "la Réunion", "regions": ["europe-west4", "東京"], "orchestrator": "Ray on EKS (1.29)"}
    assert (await api.patch(f"{path}/constraints", json=edits)).status_code == 202


async def test_what_is_not_text_is_told_by_its_constraint(api: httpx.AsyncClient, path: str) -> None:
    bad = {"regions": ["\u0000"]}
    edit = await api.patch(f"{path}/constraints", json=bad)
    asked = await api.post(f"{path}/what-if", json={"constraints": bad})
    forked = await api.post(f"{path}/fork", json={"checkpoint_id": "x", "constraints": bad})
    for answer in (edit, asked, forked):
        assert code(answer) == (422, "not-text")
        assert [item["field"] for item in answer.json()["errors"]] == ["regions"]
    key = await api.patch(
        f"{path}/constraints", content=b'{"\\ud800": 1}', headers={"Content-Type": "application/json"}
    )
    assert code(key) == (422, "not-text")


async def test_no_refusal_shows_a_regular_expression(api: httpx.AsyncClient, path: str) -> None:
    made = {"project": "fraud-model", "message": "like the other", "parent_id": "x"}
    for answer, field, said in (
        (await api.post("/api/decision-sets", json=made), "parent_id", "Give an id"),
        (await api.get(f"{path}/changes?against=x"), "against", "Give an id"),
        (await api.get(f"/api/decision-sets?project={'x' * 201}"), "project", "at most 200 characters"),
        (await api.get("/api/quarantine?provider=A B"), "provider", "small letters"),
        (await api.post(f"{path}/start", headers={"Idempotency-Key": "a b"}), "Idempotency-Key", "without spaces"),
    ):
        assert fields(answer) == [field]
        assert said in answer.json()["detail"]
        assert "pattern" not in answer.text


async def test_what_should_be_an_object_is_asked_for_as_one(api: httpx.AsyncClient, path: str) -> None:
    for given in (None, [1], "x"):
        answer = await api.post(f"{path}/what-if", json={"constraints": given})
        assert fields(answer) == ["constraints"]
        assert answer.json()["errors"][0]["message"] == "Send a JSON object."


async def test_each_pattern_of_the_description_has_its_words(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    for about in document["paths"].values():
        for call in about.values():
            for parameter in call.get("parameters", []):
                if parameter["in"] != "path":
                    assert _patterns(parameter["schema"]) <= EXPECTED.keys()
    assert UUID in _patterns(document["components"]["schemas"]["NewDecisionSet"]["properties"]["parent_id"])


def _patterns(schema: dict[str, Any]) -> set[str]:
    inner = [_patterns(part) for part in schema.get("anyOf", [])]
    return set().union({schema["pattern"]} if "pattern" in schema else set(), *inner)
