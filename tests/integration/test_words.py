"""A model's words on a real stream: as they come, between the events, and gone with the message they become."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from storage import deltas, runs
from storage.deltas import Delta
from storage.events import Origin, log_event
from storage.postgres import Pool, unit_of_work
from storage.records.events import MessageSent, RunComplete, RunFailed
from storage.records.ids import DecisionSetId, RunId, ThreadId
from tests.decisions import change, new_decision_set, say
from tests.sse import Message, opened
from web.words import Preview

pytestmark = pytest.mark.anyio


def path(decision_set: DecisionSetId, after: int = 0, *, page: bool = False) -> str:
    return f"{'' if page else '/api'}/decision-sets/{decision_set}/stream?after={after}"


async def run_of(pool: Pool, decision_set: DecisionSetId) -> RunId:
    async with pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    assert run is not None
    return RunId(run.id)


async def speak(pool: Pool, decision_set: DecisionSetId, *texts: str, reply: str = "r1") -> None:
    run = await run_of(pool, decision_set)
    async with pool.connection() as conn:
        for text in texts:
            row = await deltas.add(conn, decision_set, run, reply, text)
            await conn.execute("select pg_notify(%s, %s)", (deltas.CHANNEL, f"{decision_set}:{row}"))


async def become(pool: Pool, decision_set: DecisionSetId, text: str) -> int:
    """The words become a message, as the worker writes it."""
    run = await run_of(pool, decision_set)
    async with unit_of_work(pool) as work:
        await deltas.clear(work.conn, decision_set)
        return await log_event(work, Origin(decision_set, ThreadId(decision_set), run), MessageSent(text=text))


@asynccontextmanager
async def watched(
    client: httpx.AsyncClient, decision_set: DecisionSetId, after: int = 0, *, page: bool = False
) -> AsyncIterator[AsyncIterator[Message]]:
    """Without the first block, which sets the time until a reconnect."""
    with anyio.fail_after(15):
        async with opened(client, path(decision_set, after, page=page)) as found:
            await anext(found)
            yield found


async def said(found: AsyncIterator[Message], wanted: str) -> list[Message]:
    """Reads on until the reply reads as wanted, putting it together as the contract says."""
    shown, read = "", []
    while shown != wanted:
        message = await anext(found)
        read.append(message)
        assert (message.event, message.id) == ("assistant-delta", None)
        data = json.loads(message.data or "")
        assert data["offset"] in (0, len(shown))
        shown = shown[: data["offset"]] + data["text"]
    return read


async def test_words_come_between_the_events_and_give_way_to_the_message(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    async with watched(api, decision_set) as found:
        assert (await anext(found)).id == "1"
        await speak(pool, decision_set, "How fast ")
        await said(found, "How fast ")
        await speak(pool, decision_set, "must ", "it be? 🚀")
        rest = ""
        while rest != "must it be? 🚀":
            message = await anext(found)
            assert (message.event, message.id) == ("assistant-delta", None)
            data = json.loads(message.data or "")
            assert data["offset"] == len("How fast ") + len(rest)
            rest += data["text"]
        await become(pool, decision_set, "How fast must it be? 🚀")
        final = await anext(found)
        assert (final.id, final.event) == ("2", "message-sent")
        await say(pool, decision_set, "next")
        assert (await anext(found)).id == "3"


async def test_who_comes_late_or_comes_back_gets_the_reply_from_its_beginning(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set = await new_decision_set(pool)
    await speak(pool, decision_set, "One ", "two ")
    for _ in range(2):
        async with watched(api, decision_set, 1) as found:
            first = (await said(found, "One two "))[0]
            assert json.loads(first.data or "")["offset"] == 0


async def test_a_call_that_is_made_again_takes_the_place_of_the_one_that_was_cut(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    decision_set = await new_decision_set(pool)
    async with watched(api, decision_set, 1) as found:
        await speak(pool, decision_set, "What ab")
        await said(found, "What ab")
        await speak(pool, decision_set, "Which ", reply="r2")
        await said(found, "Which ")
        await speak(pool, decision_set, "out", reply="r1")
        await speak(pool, decision_set, "cloud?", reply="r2")
        data = json.loads((await anext(found)).data or "")
        assert (data["reply"], data["offset"], data["text"]) == ("r2", len("Which "), "cloud?")


async def test_nothing_is_left_of_words_whose_run_is_over(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await speak(pool, decision_set, "I was about to")
    run = await run_of(pool, decision_set)
    async with watched(api, decision_set, 1, page=True) as found:
        assert "I was about to" in ((await anext(found)).data or "")
        failed = RunFailed(stage="intake", cause="The model is gone.", effect="None.", next_action="Retry.")
        await change(pool, decision_set, status="failed")
        async with unit_of_work(pool) as work:
            await runs.finish(work.conn, run, "failed")
            origin = Origin(decision_set, ThreadId(decision_set), run)
            await log_event(work, origin, failed, RunComplete(outcome="failed"))
        for _ in range(2):
            assert '<div hx-swap-oob="innerHTML:#speaking"></div>' in ((await anext(found)).data or "")
    await change(pool, decision_set, status="planning")
    async with pool.connection() as conn:
        await runs.open_run(conn, decision_set, "retry", None)
        assert await deltas.read(conn, decision_set) == []
    async with watched(api, decision_set, 1) as found:
        assert [(await anext(found)).id for _ in range(2)] == ["2", "3"]
        await say(pool, decision_set, "again")
        assert (await anext(found)).id == "4"


async def test_words_that_cannot_be_read_hold_up_no_event(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await speak(pool, decision_set, "never mind")
    async with pool.connection() as conn, conn.transaction():
        await conn.execute("lock table assistant_deltas in access exclusive mode")
        async with watched(api, decision_set) as found:
            assert (await anext(found)).id == "1"
            async with pool.connection() as other:
                await other.execute("select pg_notify(%s, %s)", (deltas.CHANNEL, f"{decision_set}:99"))
            for number in range(2, 6):
                await say(pool, decision_set, f"{number}")
                assert (await anext(found)).id == str(number)


async def test_events_and_words_at_once_keep_their_order(api: httpx.AsyncClient, pool: Pool) -> None:
    """Replies follow one another as fast as they can: the words of one never stand after its message."""
    decision_set = await new_decision_set(pool)
    rounds = 25

    async def write() -> None:
        for number in range(rounds):
            await speak(pool, decision_set, f"{number} a", " b", reply=f"r{number}")
            await become(pool, decision_set, f"{number} a b")

    async with anyio.create_task_group() as group, watched(api, decision_set, 1) as found:
        group.start_soon(write)
        ids, finished = [], -1
        while len(ids) < rounds:
            message = await anext(found)
            data = json.loads(message.data or "")
            if message.id is None:
                assert int(data["reply"].removeprefix("r")) > finished
            else:
                ids.append(int(message.id))
                finished = int(data["payload"]["text"].split()[0])
        assert ids == list(range(2, rounds + 2))


async def test_what_is_shown_is_inert(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await speak(pool, decision_set, "<img src=x onerror=alert(1)> \u202eevil")
    async with watched(api, decision_set, 1, page=True) as found:
        message = await anext(found)
    assert (message.event, message.id) == ("card", None)
    assert "&lt;img src=x" in (message.data or "")
    assert "U+202E" in (message.data or "")
    assert "<img" not in (message.data or "")


async def test_the_description_holds_the_delta(api: httpx.AsyncClient) -> None:
    schema = (await api.get("/openapi.json")).json()["components"]["schemas"]["AssistantDelta"]
    assert schema["properties"].keys() == {"run_id", "reply", "offset", "text", "at"}


def test_a_reply_of_many_rows_is_one_text() -> None:
    at = "2026-03-01T12:00:00Z"
    rows = [
        Delta.model_validate({"id": n, "decision_set": "d", "run": "r", "reply": reply, "text": text, "at": at})
        for n, (reply, text) in enumerate([("a", "x"), ("b", "y"), ("a", "late"), ("b", "z")], 1)
    ]
    preview = Preview()
    words = preview.add(rows)
    assert words is not None
    assert (words.said, words.delta.offset, words.delta.text, preview.after) == ("yz", 0, "yz", 4)
    assert preview.add([]) is None
