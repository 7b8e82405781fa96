"""What every request meets, whatever it asks for: limits, problem details, headers."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from openapi_spec_validator import validate
from structlog.testing import capture_logs

from storage import projects
from storage.records.events import EVENT_TYPES
from storage.records.ids import new_id
from tests.web_server import WebServer
from web import body_limit
from web.security import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(shared_server: WebServer) -> WebServer:
    return shared_server


JSON = {"Content-Type": "application/json"}


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "detail"} <= problem.keys()
    return answer.status_code, problem["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "malformed-json")),
        (b"", (422, "invalid")),
        (b"[]", (422, "invalid")),
        (b'{"name": 7}', (422, "invalid")),
        (b'{"name": "x", "colour": "red"}', (422, "invalid")),
        (b'{"name": "\xff\xfe"}', (422, "not-text")),
        (b'{"name": "a\\u0000b"}', (422, "not-text")),
        (b'{"name": "a\\ud800b"}', (422, "not-text")),
        (b'{"name": "' + b"x" * 1_000_000 + b'"}', (413, "body-too-large")),
        (b"[" * 100_000, (400, "malformed-json")),
        (b'{"name": ' + b"9" * 5000 + b"}", (400, "malformed-json")),
        (b'{"name": "---"}', (422, "invalid")),
    ],
)
async def test_a_bad_body_is_refused_and_nothing_is_written(
    api: httpx.AsyncClient, body: bytes, expected: tuple[int, str]
) -> None:
    assert expected == refused(await api.post("/api/projects", content=body, headers=JSON))
    assert (await api.get("/api/projects")).json() == {"items": [], "next": None}


async def test_the_field_at_fault_is_named_with_its_remedy(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/projects", json={"colour": "red"})
    assert answer.json()["errors"] == [
        {"field": "name", "message": "This field is missing: add it."},
        {"field": "colour", "message": "No such field: remove it."},
    ]


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        (b'{"name": "a", "name": "b"}', "name", "`name` stands twice"),
        (b'{"name": "a", "n\\u0061me": "a"}', "name", "`name` stands twice"),
        (b'{"\\ud800": 1, "\\ud800": 1}', "?", "`?` stands twice"),
        (b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}", None, "nested too deep"),
        (b"[" * 100_000, None, "nested too deep"),
        (b'{"name": ' + b"9" * 5000 + b"}", None, "number in the request body is too long"),
        (b'{"name": NaN}', None, "NaN is not a JSON value"),
    ],
)
async def test_a_body_that_could_mean_two_things_or_cannot_be_read_says_which(
    api: httpx.AsyncClient, body: bytes, field: str | None, said: str
) -> None:
    answer = await api.post("/api/projects", content=body, headers=JSON)
    assert refused(answer) == (400, "malformed-json")
    assert said in answer.json()["detail"]
    assert [item["field"] for item in answer.json().get("errors", [])] == ([field] if field else [])


async def test_a_body_that_is_not_declared_as_json_says_so(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/projects", content=b'{"name": "x"}', headers={"Content-Type": "text/plain"})
    assert refused(answer) == (422, "invalid")
    assert "Content-Type: application/json" in answer.json()["detail"]


async def test_a_body_sent_in_pieces_has_the_same_limit(api: httpx.AsyncClient) -> None:
    async def pieces():
        for _ in range(20):
            yield b" " * 32_768

    assert refused(await api.post("/api/projects", content=pieces(), headers=JSON)) == (413, "body-too-large")


def answered(server: WebServer, path: str, *pieces: bytes) -> bytes:
    """All that comes back until the server closes, when a body stays open after these pieces."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as raw:
        raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode())
        for piece in pieces:
            raw.sendall(piece)
        return b"".join(iter(lambda: raw.recv(10_000), b""))


@pytest.mark.parametrize("limit", ["PIECE_SECONDS", "BODY_SECONDS"])
async def test_a_body_that_stays_open_is_let_go_of_even_for_a_stranger(
    server: WebServer, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(body_limit, limit, 0.2)
    head, _, body = (await asyncio.to_thread(answered, server, "/api/projects", b'{"na')).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in head.lower()
    assert json.loads(body)["code"] == "body-too-slow"
    page = await asyncio.to_thread(answered, server, "/sign-in", b"key=")
    assert page.startswith(b"HTTP/1.1 408 ")
    assert b"did not arrive in time" in page
    assert (await api.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/decision-sets/17", "/api/artifacts/..%2f..%2fetc"]
)
async def test_an_unknown_address_below_api_is_a_problem_too(api: httpx.AsyncClient, path: str) -> None:
    assert refused(await api.get(path)) == (404, "not-found")


async def test_a_method_that_is_not_taken(api: httpx.AsyncClient) -> None:
    answer = await api.delete("/api/projects")
    assert refused(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_the_request_id_comes_back_and_a_strange_one_is_replaced(api: httpx.AsyncClient) -> None:
    given = await api.get("/api/projects", headers={"X-Request-ID": "trace-7.a"})
    assert given.headers["x-request-id"] == "trace-7.a"
    replaced = await api.get("/api/projects", headers={"X-Request-ID": "two words\t" + "x" * 500})
    assert len(replaced.headers["x-request-id"]) == 36


async def test_every_answer_carries_the_browser_rules(api: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/projects", "/api/nothing", "/sign-in"):
        headers = (await api.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


async def test_a_blank_query_parameter_asks_for_nothing(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/decision-sets?project=&status=&cursor=&limit=")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=%00", "cursor=!!", "cursor=AAA", "status=odd", "project=%00"]
)
async def test_a_bad_query_parameter_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert refused(await api.get(f"/api/decision-sets?{query}")) == (422, "invalid")


def as_cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


@pytest.mark.parametrize("key", ["-1", "9999", "01890a5d", "None", "fraud model", "-a", "x" * 64, "0", "1.5", "\n1"])
async def test_a_cursor_that_no_list_gave_is_refused(api: httpx.AsyncClient, key: str) -> None:
    """Each list by what its own cursors hold; one that a list did not give would skip or repeat."""
    numbered = ["/api/policies", f"/api/decision-sets/{new_id()}/checkpoints"] if key != "9999" else []
    named = ["/api/projects"] if key not in ("9999", "01890a5d", "0") else []
    for address in ("/api/decision-sets", "/api/quarantine", "/api/costs", *numbered, *named):
        answer = await api.get(address, params={"cursor": as_cursor(key)})
        assert (address, *refused(answer)) == (address, 422, "invalid")
        assert answer.json()["errors"][0]["field"] == "cursor"


async def test_metrics_count_requests_by_route(api: httpx.AsyncClient) -> None:
    async def counted() -> float:
        labels = '{method="GET",route="/api/decision-sets/{id}",status="404"}'
        lines = (await api.get("/metrics")).text.splitlines()
        found = [line.split()[-1] for line in lines if line.startswith(f"countersign_request_seconds_count{labels}")]
        return float(found[0]) if found else 0.0

    before = await counted()
    await api.get("/api/decision-sets/01890a5d-ac96-774b-bcce-b302099a8057")
    assert await counted() == before + 1


async def test_a_request_that_is_not_http_ends_nothing(server: WebServer, api: httpx.AsyncClient) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
        raw.sendall(b"\x00\x01 not http\r\n\r\n")
        raw.recv(1000)
    assert (await api.get("/healthz")).status_code == 200


async def test_the_description_holds_each_event_payload(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    validate(document)
    schemas = document["components"]["schemas"]
    by_type = schemas["EventPayload"]["x-event-types"]
    assert set(EVENT_TYPES) == set(by_type)
    assert all(pointer.removeprefix("#/components/schemas/") in schemas for pointer in by_type.values())
    assert {"chosen", "rejected", "evidence", "assumptions", "confidence", "pack"} <= schemas["ReasonCard"][
        "properties"
    ].keys()
    json.dumps(document)


async def test_people_read_an_error_as_a_page(server: WebServer) -> None:
    async with server.client() as client:
        page = await client.get("/nothing")
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert page.headers["vary"] == "HX-Request"
        assert page.headers["x-request-id"] in page.text
        assert "<html" in page.text
        fragment = await client.get("/nothing", headers={"HX-Request": "true"})
        assert fragment.status_code == 404
        assert "<html" not in fragment.text
        restored = await client.get("/nothing", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
        assert "<html" in restored.text


async def test_what_fails_on_our_side_says_so_and_keeps_quiet_about_the_rest(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(projects, "every_project", fail)
    with capture_logs() as logged:
        answer = await api.get("/api/projects", headers={"X-Request-ID": "trace-500"})
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["request failed"]
    assert refused(answer) == (500, "internal-error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == "trace-500"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
