"""A session ends in the database, wherever a copy of its cookie is."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.accesses import create_key, create_sign_in_link
from tests.integration.test_auth import SAME_ORIGIN, signed_in
from tests.web_server import BOOTSTRAP_KEY, WebServer
from web.sessions import COOKIE

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("by", ["link", "key", "bootstrap"])
async def test_signing_out_ends_the_session_wherever_its_cookie_is(server: WebServer, by: str) -> None:
    key = create_key(server.dsn, "ana-laptop", "operator") if by == "key" else BOOTSTRAP_KEY

    async def enter(client: httpx.AsyncClient) -> None:
        if by == "link":
            await signed_in(server, client)
        else:
            assert (await client.post("/sign-in", data={"key": key}, headers=SAME_ORIGIN)).status_code == 303
        assert (await client.get("/api/projects")).status_code == 200

    async with server.stranger() as client, server.stranger() as elsewhere:
        await enter(client)
        await enter(elsewhere)
        copied = client.cookies[COOKIE]
        answer = await client.post("/sign-out", headers=SAME_ORIGIN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert COOKIE not in client.cookies
        async with server.stranger(cookies={COOKIE: copied}) as thief:
            assert (await thief.get("/api/projects")).status_code == 401
        assert (await elsewhere.get("/api/projects")).status_code == 200
        await enter(client)


async def test_a_session_is_over_in_the_database_as_well(server: WebServer) -> None:
    async with server.stranger() as client:
        await signed_in(server, client)
        with psycopg.connect(server.dsn) as conn:
            conn.execute("update sessions set expires_at = now()")
        assert (await client.get("/api/projects")).status_code == 401
        await signed_in(server, client)
    with psycopg.connect(server.dsn) as conn:
        assert conn.execute("select count(*) from sessions").fetchone() == (1,)


async def test_a_cookie_from_before_there_were_sessions_asks_to_sign_in_again(server: WebServer) -> None:
    with psycopg.connect(server.dsn) as conn:
        secret = conn.execute("select value from secrets where name = 'session'").fetchone()
        create_sign_in_link(server.dsn, "")
        person = conn.execute("select id from users").fetchone()
    assert secret is not None
    assert person is not None
    signer = URLSafeTimedSerializer(bytes(secret[0]), salt="countersign.session")
    async with server.stranger(cookies={COOKIE: signer.dumps({"user": person[0]})}) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
