"""What a worker drops in time, and what it keeps."""

from __future__ import annotations

import pytest

from storage import commands
from storage.access import create_sign_in_link, redeem_link
from storage.commands import Answer, CommandKey
from storage.postgres import Pool, every, unit_of_work
from worker.recover import tidy

pytestmark = pytest.mark.anyio


def key(name: str) -> CommandKey:
    return CommandKey(principal="ana", path="/api/projects", key=name, body="0" * 64)


async def test_idempotency_keys_hold_for_seven_days(pool: Pool) -> None:
    for name in ("fresh", "six days", "eight days"):
        async with unit_of_work(pool) as work:
            assert await commands.claim(work.conn, key(name)) is None
            await commands.keep(work.conn, key(name), Answer(201, {"name": name}))
    async with pool.connection() as conn:
        await conn.execute(b"update commands set at = now() - interval '6 days' where key = 'six days'")
        await conn.execute(b"update commands set at = now() - interval '8 days' where key = 'eight days'")
    await tidy(pool)
    async with unit_of_work(pool) as work:
        for name in ("fresh", "six days"):
            assert await commands.claim(work.conn, key(name)) == Answer(201, {"name": name})
        assert await commands.claim(work.conn, key("eight days")) is None


async def test_sign_in_links_go_a_day_after_they_expired(pool: Pool) -> None:
    async with pool.connection() as conn:
        links = [await create_sign_in_link(conn, "http://127.0.0.1", name=name) for name in ("ana", "ben", "eve")]
        tokens = [link.rpartition("=")[2] for link in links]
        for name, hours in (("ben", 23), ("eve", 25)):
            await conn.execute(
                b"update sign_in_links set expires_at = now() - make_interval(hours => %(hours)s)"
                b" where user_id = (select id from users where name = %(name)s)",
                {"hours": hours, "name": name},
            )
        await tidy(pool)
        left = await every(conn, b"select u.name from sign_in_links l join users u on u.id = l.user_id order by u.name")
        assert [row["name"] for row in left] == ["ana", "ben"]
        assert [await redeem_link(conn, token) is not None for token in tokens] == [True, False, False]
