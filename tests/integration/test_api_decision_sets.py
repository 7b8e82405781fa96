"""Decision sets over the JSON API: what is taken, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import httpx
import pytest

from storage.postgres import Pool
from storage.records.ids import new_id
from tests.decisions import SENTENCE, change, code, end, new_decision_set, new_project, row_counts, say
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

FIELDS = (
    "id number project title parent_id version status stage created_by created_at updated_at constraints coverage "
    "question plan cost policy gate commit artifacts"
)
CAPSULE = "c" * 64


async def test_a_project_has_an_id_a_slug_and_a_name(api: httpx.AsyncClient) -> None:
    created = (await api.post("/api/projects", json={"name": "  Fraud   Model (EU) "})).json()
    assert {"id", "slug", "name"} == created.keys()
    assert (created["slug"], created["name"]) == ("fraud-model-eu", "Fraud Model (EU)")
    assert {"items": [created], "next": None} == (await api.get("/api/projects")).json()
    assert code(await api.post("/api/projects", json={"name": "fraud model eu"})) == (409, "project-exists")


async def test_lists_go_on_where_the_page_before_ended(api: httpx.AsyncClient, pool: Pool) -> None:
    for number in range(5):
        await new_project(api, f"p{number}")
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = (await api.get("/api/projects", params={"limit": 2, "cursor": cursor})).json()
        assert len(answer["items"]) <= 2
        seen += [item["slug"] for item in answer["items"]]
        cursor = answer["next"]
    assert seen == ["p0", "p1", "p2", "p3", "p4"]

    made = [await new_decision_set(pool, project="p1") for _ in range(3)]
    await end(pool, made[1], "failed")
    first = (await api.get("/api/decision-sets?project=p1&limit=2")).json()
    assert [made[2], made[1]] == [item["id"] for item in first["items"]]
    second = (await api.get(f"/api/decision-sets?project=p1&limit=2&cursor={first['next']}")).json()
    assert ([made[0]], None) == ([item["id"] for item in second["items"]], second["next"])
    failed = (await api.get("/api/decision-sets?status=failed")).json()
    assert [made[1]] == [item["id"] for item in failed["items"]]
    assert (await api.get("/api/decision-sets?project=p2")).json()["items"] == []


async def test_a_new_decision_set_is_durable_when_it_is_accepted(server: WebServer, api: httpx.AsyncClient) -> None:
    slug = await new_project(api)
    answer = await api.post("/api/decision-sets", json={"project": slug, "message": SENTENCE})
    body = answer.json()
    assert answer.status_code == 202
    assert set(FIELDS.split()) == body.keys()
    assert ("intake", 1, slug, "bootstrap") == (body["status"], body["number"], body["project"], body["created_by"])
    assert body == (await api.get(f"/api/decision-sets/{body['id']}")).json()
    events = (await api.get(f"/api/decision-sets/{body['id']}/events")).json()["items"]
    assert [(each["seq"], each["type"], each["payload"]["text"]) for each in events] == [
        (1, "message-received", SENTENCE)
    ]
    assert row_counts(server.dsn) == [1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"message": ""}, (422, "empty-message")),
        ({"message": " \n\t "}, (422, "empty-message")),
        ({"message": "\u200b\u200b\ufeff"}, (422, "empty-message")),
        ({"message": "x" * 20_001}, (413, "message-too-long")),
        ({"message": "x" * 1_000_000}, (413, "body-too-large")),
        ({"message": "MZ\x90\x00\x03\x00"}, (422, "not-text")),
        ({"message": "\x01\x02\x03\x04 binary"}, (422, "not-text")),
        ({"message": ["Serve"]}, (422, "invalid")),
        ({"message": None}, (422, "invalid")),
        ({"message": "Serve", "project": "nothing"}, (422, "unknown-project")),
        ({"message": "Serve", "project": ""}, (422, "unknown-project")),
        ({"message": "Serve", "project": "a\x00b"}, (422, "not-text")),
        ({"message": "Serve", "parent": "x"}, (422, "invalid")),
        ({"message": "Serve", "parent_id": "x"}, (422, "invalid")),
        ({"message": "Serve", "parent_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, (422, "invalid")),
    ],
)
async def test_a_bad_message_is_refused_and_nothing_is_written(
    server: WebServer, api: httpx.AsyncClient, body: dict[str, object], expected: tuple[int, str]
) -> None:
    slug = await new_project(api)
    before = row_counts(server.dsn)
    answer = await api.post("/api/decision-sets", json={"project": slug, **body}, headers={"Idempotency-Key": "k"})
    assert expected == code(answer)
    assert before == row_counts(server.dsn)
    if expected[1] != "body-too-large":
        assert answer.json()["errors"][0]["field"] in ("message", "project", "parent", "parent_id")


async def test_a_parent_must_be_of_the_project_and_have_a_plan(api: httpx.AsyncClient, pool: Pool) -> None:
    elsewhere = await new_decision_set(pool, project="elsewhere")
    here = await new_decision_set(pool, project="here")
    asked = {"project": "here", "message": "the same for $2k"}
    assert code(await api.post("/api/decision-sets", json={**asked, "parent_id": elsewhere})) == (
        422,
        "parent-elsewhere",
    )
    assert code(await api.post("/api/decision-sets", json={**asked, "parent_id": here})) == (409, "parent-without-plan")


async def test_a_message_answers_or_corrects(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    path = f"/api/decision-sets/{decision_set}"
    answer = await api.post(f"{path}/messages", json={"text": "make that 400 req/s"})
    assert (answer.status_code, answer.json()["question"]) == (202, None)
    assert code(await api.post(f"{path}/messages", json={})) == (422, "empty-message")
    assert code(await api.post(f"{path}/messages", json={"text": "\u2060\u3164"})) == (422, "empty-message")
    assert code(await api.post(f"{path}/messages", json={"text": "x", "choice": "perhaps"})) == (422, "invalid")
    assert code(await api.post(f"{path}/messages", json={"choice": "skip"})) == (422, "invalid")
    moved = await api.post(f"{path}/messages", json={"question_id": "gone", "text": "80"})
    assert code(moved) == (409, "question-moved")
    edited = await api.patch(f"{path}/constraints", json={"monthly_budget_usd": 3000, "regions": ["eu-west-1"]})
    assert edited.status_code == 202
    for edits, field in (
        ({"colour": "red"}, "colour"),
        ({"monthly_budget_usd": -1}, "monthly_budget_usd"),
        ({"availability_slo": 120}, "availability_slo"),
        ({"cloud": ["mars"]}, "cloud"),
        ({}, "constraints"),
    ):
        refused = await api.patch(f"{path}/constraints", json=edits)
        assert code(refused) == (422, "invalid")
        assert field == refused.json()["errors"][0]["field"]
    assert code(await api.patch(f"{path}/constraints", json={"orchestrator": "a\x00"})) == (422, "not-text")
    started = await api.post(f"{path}/start")
    assert (started.status_code, (await api.post(f"{path}/start", json={})).status_code) == (202, 202)
    assert code(await api.post(f"{path}/start", json={"now": True})) == (422, "invalid")
    types = [each["type"] for each in (await api.get(f"{path}/events")).json()["items"]]
    assert types == ["message-received"] * 4


async def test_after_the_intake_nothing_more_is_taken(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await change(pool, decision_set, status="planning")
    path = f"/api/decision-sets/{decision_set}"
    assert code(await api.post(f"{path}/messages", json={"text": "x"})) == (409, "not-in-intake")
    assert code(await api.patch(f"{path}/constraints", json={"spot_ok": True})) == (409, "not-in-intake")
    assert (await api.post(f"{path}/start")).status_code == 202
    assert code(await api.post(f"{path}/retry")) == (409, "not-failed")
    await end(pool, decision_set, "failed")
    assert code(await api.post(f"{path}/cancel")) == (409, "ended")
    assert code(await api.post(f"{path}/start")) == (409, "ended")
    assert ((retried := await api.post(f"{path}/retry")).status_code, retried.json()["status"]) == (202, "intake")
    assert (await api.post(f"{path}/cancel")).status_code == 202


async def test_a_role_may_do_its_own_and_what_stands_below(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    path = f"/api/decision-sets/{decision_set}"
    writes = {
        "/api/projects": {"name": "x"},
        "/api/decision-sets": {"project": "fraud-model", "message": "Serve"},
        f"{path}/messages": {"text": "x"},
        f"{path}/start": {},
        f"{path}/cancel": {},
        f"{path}/retry": {},
        f"{path}/fork": {"checkpoint_id": "x"},
    }
    async with server.client("viewer") as viewer:
        for read in (path, f"{path}/events", f"{path}/checkpoints", "/api/projects", "/metrics", "/openapi.json"):
            assert (await viewer.get(read)).status_code == 200
        for write, body in writes.items():
            assert code(await viewer.post(write, json=body)) == (403, "role")
        assert code(await viewer.patch(f"{path}/constraints", json={"spot_ok": True})) == (403, "role")
    async with server.client("operator") as operator:
        assert (await operator.post(f"{path}/messages", json={"text": "x"})).status_code == 202


async def test_events_come_in_pages(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, *(f"{number}" for number in range(249)))
    path = f"/api/decision-sets/{decision_set}/events"
    seen: list[int] = []
    after = "0"
    while after is not None:
        answer = (await api.get(path, params={"after": after, "limit": 120})).json()
        seen += [item["seq"] for item in answer["items"]]
        after = answer["next"]
    assert list(range(1, 251)) == seen
    assert {"seq", "type", "node", "run_id", "checkpoint_id", "at", "payload"} == answer["items"][0].keys()
    assert code(await api.get(path, params={"after": -1})) == (422, "invalid")
    assert code(await api.get(path, params={"after": 2**40})) == (422, "invalid")
    assert len((await api.get(path, params={"limit": 10**6})).json()["items"]) == 250
    assert (await api.get(path, params={"after": 250})).json() == {"items": [], "next": None}


@pytest.mark.parametrize("rest", ["", "/events", "/checkpoints", "/changes", "/stream"])
async def test_an_unknown_decision_set_is_not_found(api: httpx.AsyncClient, rest: str) -> None:
    for unknown in (new_id(), "17", "..%2f", "%00"):
        assert code(await api.get(f"/api/decision-sets/{unknown}{rest}")) == (404, "not-found")


async def test_commands_on_an_unknown_decision_set(api: httpx.AsyncClient) -> None:
    for rest, body in (
        ("messages", {"text": "x"}),
        ("start", {}),
        ("cancel", {}),
        ("retry", {}),
        ("fork", {"checkpoint_id": "x"}),
        ("what-if", {"constraints": {}}),
        ("gates/x", {"action": "approve", "capsule": "x"}),
    ):
        assert code(await api.post(f"/api/decision-sets/{new_id()}/{rest}", json=body)) == (404, "not-found")


async def test_a_fork_needs_a_checkpoint_that_is_there(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    path = f"/api/decision-sets/{decision_set}/fork"
    assert code(await api.post(path, json={"checkpoint_id": new_id()})) == (404, "not-found")
    assert code(await api.post(path, json={})) == (422, "invalid")


async def test_a_decision_set_without_a_parent_is_all_new(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    answer = (await api.get(f"/api/decision-sets/{decision_set}/changes")).json()
    assert (None, decision_set) == (answer["base"], answer["head"])
    assert {"state", "git", "cost", "policy", "constraints"} <= answer.keys()
    assert code(await api.get(f"/api/decision-sets/{decision_set}/changes?against={new_id()}")) == (404, "not-found")
    assert code(await api.get(f"/api/decision-sets/{decision_set}/changes?against=x")) == (422, "invalid")
