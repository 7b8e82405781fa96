"""Nothing is reached without credentials, and no other site can use those of a browser."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import anyio
import httpx
import psycopg
import pytest

from storage.records.ids import new_id
from tests.accesses import create_key, create_sign_in_link
from tests.decisions import code
from tests.web_server import BOOTSTRAP_KEY, WebServer, web_server
from web.sessions import COOKIE

pytestmark = pytest.mark.anyio

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def signed_in(server: WebServer, client: httpx.AsyncClient) -> str:
    """Signs in by link and answers the link's path."""
    link = create_sign_in_link(server.dsn, "").removeprefix("/")
    answer = await client.get(f"/{link}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return f"/{link}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/projects"),
        ("POST", "/api/decision-sets"),
        ("GET", "/api/nothing"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
        ("GET", "/healthz/../api/projects"),
    ],
)
async def test_programs_are_asked_for_a_key(shared_server: WebServer, method: str, path: str) -> None:
    async with shared_server.stranger() as client:
        answer = await client.request(method, path)
        assert code(answer) == (401, "unauthenticated")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/decision-sets/new?project=a&x=%2F", "/nothing", "/healthz/"])
async def test_people_are_sent_to_the_sign_in_page_and_back(shared_server: WebServer, path: str) -> None:
    async with shared_server.stranger() as client:
        answer = await client.get(path)
        back = f"?next={quote(path, safe='/')}" if path != "/" else ""
        assert (303, f"/sign-in{back}") == (answer.status_code, answer.headers["location"])
        fragment = await client.get(path, headers={"HX-Request": "true"})
        assert (401, f"/sign-in{back}") == (fragment.status_code, fragment.headers["hx-redirect"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/sign-in", "/static/vendor/htmx-2.0.11.min.js"])
async def test_what_is_open_to_all(shared_server: WebServer, path: str) -> None:
    async with shared_server.stranger() as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("key", ["", "wrong", BOOTSTRAP_KEY + "x", "\u00e9"])
async def test_a_wrong_key_is_refused(shared_server: WebServer, key: str) -> None:
    async with shared_server.stranger() as client:
        answer = await client.get("/api/projects", headers={"Authorization": f"Bearer {key}".strip().encode()})
        assert code(answer) == (401, "unauthenticated")


async def test_a_key_works_until_it_is_revoked(server: WebServer) -> None:
    async with server.client("viewer") as client:
        assert (await client.get("/api/projects")).status_code == 200
        with psycopg.connect(server.dsn) as conn:
            conn.execute("update api_keys set revoked_at = now()")
        assert (await client.get("/api/projects")).status_code == 401


async def test_no_key_stands_in_the_database(server: WebServer) -> None:
    key = create_key(server.dsn, "ci", "operator")
    with psycopg.connect(server.dsn) as conn:
        rows = conn.execute("select k::text from api_keys k").fetchall()
    assert len(rows) == 1
    assert key not in rows[0][0]


async def test_a_link_signs_in_once(server: WebServer) -> None:
    async with server.stranger() as first, server.stranger() as second:
        link = await signed_in(server, first)
        assert (await first.get("/api/projects")).json() == {"items": [], "next": None}
        again = await second.get(link)
        assert again.status_code == 401
        assert COOKIE not in second.cookies
        assert "countersign up" in again.text
        assert (await first.get(link)).status_code == 303


async def test_two_at_once_cannot_both_use_a_link(server: WebServer) -> None:
    link = create_sign_in_link(server.dsn, server.url)
    statuses: list[int] = []

    async def use() -> None:
        async with server.stranger() as client:
            statuses.append((await client.get(link)).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(use)
    assert sorted(statuses) == [303, 401, 401, 401, 401, 401]


async def test_an_expired_link_says_how_to_get_another(server: WebServer) -> None:
    link = create_sign_in_link(server.dsn, server.url)
    with psycopg.connect(server.dsn) as conn:
        conn.execute("update sign_in_links set expires_at = now() - interval '1 second'")
    async with server.stranger() as client:
        answer = await client.get(link)
        assert answer.status_code == 401
        assert "countersign up" in answer.text


async def test_looking_ahead_does_not_use_a_link_up(server: WebServer) -> None:
    link = create_sign_in_link(server.dsn, server.url)
    async with server.stranger() as client:
        ahead = await client.get(link, headers={"Sec-Purpose": "prefetch;prerender"})
        assert (ahead.status_code, dict(client.cookies)) == (200, {})
        assert ((await client.head(link)).status_code, dict(client.cookies)) == (200, {})
        assert (await client.get(link)).status_code == 303


async def test_the_cookie_is_kept_from_scripts_and_other_sites(server: WebServer, tmp_path: Path) -> None:
    async with server.stranger() as client:
        answer = await client.get(create_sign_in_link(server.dsn, server.url))
        flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags
        assert "secure" not in flags
    with web_server(server.dsn, tmp_path, public_url="https://countersign.example.com") as behind_tls:
        async with behind_tls.stranger() as client:
            answer = await client.get(create_sign_in_link(server.dsn, behind_tls.url))
            assert "; secure" in answer.headers["set-cookie"].lower()
            assert "strict-transport-security" in answer.headers


async def test_a_cookie_that_was_not_signed_here_opens_nothing(server: WebServer) -> None:
    async with server.stranger() as client:
        await signed_in(server, client)
        value = client.cookies[COOKIE]
    for forged in (value[:-3] + "abc", "e30.a.b", "x", "."):
        async with server.stranger(cookies={COOKIE: forged}) as client:
            assert (await client.get("/api/projects")).status_code == 401


async def test_a_session_ends_with_the_person(server: WebServer) -> None:
    async with server.stranger() as client:
        await signed_in(server, client)
        with psycopg.connect(server.dsn) as conn:
            conn.execute("update users set role = 'viewer'")
        answer = await client.post("/api/projects", json={"name": "x"}, headers=SAME_ORIGIN)
        assert code(answer) == (403, "role")
        with psycopg.connect(server.dsn) as conn:
            conn.execute("delete from sign_in_links")
            conn.execute("delete from users")
        assert (await client.get("/api/projects")).status_code == 401


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("/decision-sets/new?x=1", "/decision-sets/new?x=1"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
async def test_signing_in_leads_to_our_own_pages_alone(shared_server: WebServer, asked: str, expected: str) -> None:
    async with shared_server.stranger() as client:
        answer = await client.post("/sign-in", data={"key": BOOTSTRAP_KEY, "next": asked}, headers=SAME_ORIGIN)
        assert (303, expected) == (answer.status_code, answer.headers["location"])


async def test_an_api_key_signs_a_person_in_until_it_is_revoked(server: WebServer) -> None:
    key = create_key(server.dsn, "ana-laptop", "operator")
    async with server.stranger() as client:
        wrong = await client.post("/sign-in", data={"key": "nonsense"}, headers=SAME_ORIGIN)
        assert wrong.status_code == 422
        assert "No such key" in wrong.text
        assert "nonsense" not in wrong.text
        assert (await client.post("/sign-in", data={"key": f" {key}\n"}, headers=SAME_ORIGIN)).status_code == 303
        assert key not in client.cookies[COOKIE]
        created = await client.post("/api/projects", json={"name": "x"}, headers=SAME_ORIGIN)
        assert created.status_code == 201
        with psycopg.connect(server.dsn) as conn:
            conn.execute("update api_keys set revoked_at = now()")
        assert (await client.get("/api/projects")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, (403, "cross-site")),
        ({"Sec-Fetch-Site": "same-site"}, (403, "cross-site")),
        ({"Origin": "https://elsewhere.example"}, (403, "cross-site")),
        ({"Origin": "null"}, (403, "cross-site")),
        ({}, (403, "cross-site")),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "SELF"}, (403, "cross-site")),
        ({"Sec-Fetch-Site": "same-origin"}, (201, "")),
        ({"Origin": "SELF"}, (201, "")),
    ],
)
async def test_another_site_cannot_use_a_session(
    shared_server: WebServer, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    sent = {name: shared_server.url if value == "SELF" else value for name, value in headers.items()}
    async with shared_server.stranger() as client:
        await signed_in(shared_server, client)
        assert expected == code(await client.post("/api/projects", json={"name": new_id()}, headers=sent))


async def test_another_site_cannot_sign_somebody_in(server: WebServer) -> None:
    async with server.stranger() as client:
        answer = await client.post(
            "/sign-in", data={"key": BOOTSTRAP_KEY}, headers={"Origin": "https://elsewhere.example"}
        )
        assert answer.status_code == 403
        assert COOKIE not in client.cookies


async def test_a_key_in_a_header_needs_no_origin(server: WebServer) -> None:
    async with server.client() as client:
        answer = await client.post("/api/projects", json={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 201


async def test_git_asks_for_a_password_whether_the_repository_exists_or_not(server: WebServer) -> None:
    async with server.client() as client:
        await client.post("/api/projects", json={"name": "fraud model"})
    async with server.stranger() as client:
        answers = [await client.get(f"/git/{slug}.git/info/refs") for slug in ("fraud-model", "nothing")]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert len({answer.headers["www-authenticate"] for answer in answers}) == 1
        assert answers[0].headers["www-authenticate"].startswith("Basic ")
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
        assert (await client.get("/git/fraud-model.git/HEAD", auth=("git", "wrong"))).status_code == 401
        head = await client.get("/git/fraud-model.git/HEAD", auth=("anybody", BOOTSTRAP_KEY))
        assert (head.status_code, head.text) == (200, "ref: refs/heads/main\n")
        assert (await client.get("/git/nothing.git/HEAD", auth=("git", BOOTSTRAP_KEY))).status_code == 404
        await signed_in(server, client)
        assert (await client.get("/git/fraud-model.git/HEAD")).status_code == 401
