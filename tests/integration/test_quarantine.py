"""What lies in quarantine can be listed page by page and marked as handled once; packs stay known."""

from __future__ import annotations

import pytest

from storage import packs, quarantine
from storage.postgres import Pool
from storage.quarantine import Rejected
from storage.records.errors import NotFound
from storage.records.ids import DecisionSetId, Sha256
from tests.decisions import new_decision_set


async def set_aside(pool: Pool, decision_set: DecisionSetId | None, error: str = "value: not a number") -> str:
    rejected = Rejected(
        sha256=Sha256("a" * 64),
        size=12,
        media_type="application/json",
        decision_set=decision_set,
        run=None,
        node="extract_constraints",
        provider="openai",
        model="gpt-test",
        pack=Sha256("b" * 64),
        error=error,
    )
    async with pool.connection() as conn:
        return await quarantine.set_aside(conn, rejected)


async def test_the_newest_come_first_and_pages_follow_each_other(pool: Pool) -> None:
    made = [await set_aside(pool, None, f"error {number}") for number in range(5)]
    async with pool.connection() as conn:
        first = await quarantine.listed(conn, limit=2)
        second = await quarantine.listed(conn, before=first[-1].id, limit=10)
        assert [row.id for row in [*first, *second]] == made[::-1]
        assert await quarantine.count_open(conn) == 5


async def test_one_says_whose_it_is_and_is_handled_once(pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    made = await set_aside(pool, decision_set)
    async with pool.connection() as conn:
        row = await quarantine.read(conn, made)
        assert (row.decision_set_id, row.number, row.project) == (decision_set, 1, "fraud-model")
        assert await quarantine.handle(conn, made, by="ana", note="prompt was wrong") is True
        assert await quarantine.handle(conn, made, by="ben") is False
        assert await quarantine.listed(conn) == []
        (kept,) = await quarantine.listed(conn, handled=True)
        assert (kept.handled_by, kept.note) == ("ana", "prompt was wrong")
        assert kept.handled_at is not None
        assert await quarantine.count_open(conn) == 0
        with pytest.raises(NotFound):
            await quarantine.read(conn, "nothing")


async def test_a_pack_is_known_once_it_was_in_use(pool: Pool) -> None:
    sha256 = Sha256("c" * 64)
    async with pool.connection() as conn:
        assert sha256 not in [row.sha256 for row in await packs.listed(conn)]
        for _ in range(2):
            await packs.register(conn, sha256, pack="reading", version="1", provider="chat", body={"prompt": "Read."})
        (row,) = [row for row in await packs.listed(conn) if row.sha256 == sha256]
        assert (row.id, row.version, row.body) == ("reading", "1", {"prompt": "Read."})
