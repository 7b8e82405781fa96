"""Commands against a real database: what they write, what they refuse, and that a race loses nothing."""

from __future__ import annotations

import asyncio

import pytest

from storage import decision_sets, events
from storage.commands import CommandKey
from storage.events import Origin, log_event
from storage.postgres import Pool, one, unit_of_work
from storage.records.decision_sets import DecisionSet
from storage.records.errors import (
    EmptyMessage,
    IdempotencyKeyReused,
    MessageTooLong,
    NotText,
    OutsideUnitOfWork,
    QuestionMoved,
    RoleForbids,
    UnknownProject,
)
from storage.records.events import MessageReceived, MessageSent
from storage.records.ids import DecisionSetId, ThreadId
from web import commands
from web.commands import Caller
from worker.steps import pending_inputs

pytestmark = pytest.mark.anyio
OPERATOR = Caller("operator", "operator", "request-1")


async def create(pool: Pool, message: str = "Serve a PyTorch model at 20 req/s") -> DecisionSet:
    async with unit_of_work(pool) as work:
        await commands.create_project(work, OPERATOR, "Fraud model")
    async with unit_of_work(pool) as work:
        return await commands.create_decision_set(work, OPERATOR, project="fraud-model", message=message)


async def count(pool: Pool, table: bytes) -> int:
    async with pool.connection() as conn:
        row = await one(conn, b"select count(*) as n from " + table)
    assert row is not None
    return row["n"]


async def test_a_new_decision_set_has_its_message_its_run_and_its_job(pool: Pool) -> None:
    made = await create(pool)
    assert (made.status, made.number, made.title, made.question) == (
        "intake",
        1,
        "Serve a PyTorch model at 20 req/s",
        None,
    )
    async with pool.connection() as conn:
        [event] = await events.read(conn, made.id)
        job = await one(conn, b"select task_name, lock, args, status::text from procrastinate_jobs")
    assert (event.seq, event.type) == (1, "message-received")
    assert event.typed == MessageReceived(text="Serve a PyTorch model at 20 req/s", by="operator")
    assert job == {
        "task_name": "advance",
        "lock": made.id,
        "args": {"decision_set_id": made.id},
        "status": "todo",
    }


@pytest.mark.parametrize(
    ("message", "refusal"),
    [("  \n ", EmptyMessage), ("x" * 20_001, MessageTooLong), ("a\x00b", NotText), ("\x01\x02\x03", NotText)],
)
async def test_a_message_that_is_no_message_writes_nothing(pool: Pool, message: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await create(pool, message)
    assert await count(pool, b"decision_sets") == 0
    assert await count(pool, b"procrastinate_jobs") == 0


async def test_an_unknown_project_is_named(pool: Pool) -> None:
    with pytest.raises(UnknownProject) as refused:
        async with unit_of_work(pool) as work:
            await commands.create_decision_set(work, OPERATOR, project="nowhere", message="x")
    assert refused.value.field == "project"


async def test_a_viewer_may_not_create(pool: Pool) -> None:
    with pytest.raises(RoleForbids):
        async with unit_of_work(pool) as work:
            await commands.create_project(work, Caller("eye", "viewer", "r"), "X")


async def test_the_same_key_gives_the_first_answer_and_another_body_is_refused(pool: Pool) -> None:
    key = CommandKey("operator", "/api/projects", "key-1", "body-a")

    async def perform() -> commands.Answer:
        return await commands.once(pool, key, 201, lambda work: commands.create_project(work, OPERATOR, "Churn model"))

    first, second = await asyncio.gather(perform(), perform())
    assert first == second
    assert first.status == 201
    assert await count(pool, b"projects") == 1
    other = CommandKey("operator", "/api/projects", "key-1", "body-b")
    with pytest.raises(IdempotencyKeyReused):
        await commands.once(pool, other, 201, lambda work: commands.create_project(work, OPERATOR, "Other"))


async def test_an_answer_to_a_question_that_is_not_open_is_refused(pool: Pool) -> None:
    made = await create(pool)
    with pytest.raises(QuestionMoved):
        async with unit_of_work(pool) as work:
            await commands.send_message(work, OPERATOR, made.id, text="80 ms", question_id="q-1")


async def test_two_connections_race_and_both_effects_land(pool: Pool) -> None:
    made = await create(pool)
    tries = 0

    async def prepend(mark: str) -> None:
        async def attempt() -> None:
            nonlocal tries
            tries += 1
            async with unit_of_work(pool) as work:
                row = await one(
                    work.conn, b"select version, title from decision_sets where id = %(id)s", {"id": made.id}
                )
                assert row is not None
                await asyncio.sleep(0.02)
                await decision_sets.change(work.conn, made.id, row["version"], {"title": mark + row["title"]})

        await decision_sets.retry_when_stale(attempt)

    await asyncio.gather(prepend("a"), prepend("b"))
    async with pool.connection() as conn:
        after = await decision_sets.read(conn, made.id)
    assert sorted(after.title[:2]) == ["a", "b"]
    assert after.version == made.version + 2
    assert tries == 3


async def test_events_of_many_writers_are_numbered_without_a_gap(pool: Pool) -> None:
    made = await create(pool)
    origin = Origin(made.id, ThreadId(made.id), None)

    async def say(number: int) -> None:
        async with unit_of_work(pool) as work:
            await log_event(work, origin, MessageSent(text=f"{number}"), MessageSent(text=f"{number} again"))

    await asyncio.gather(*(say(number) for number in range(20)))
    async with pool.connection() as conn:
        assert [event.seq for event in await events.read(conn, made.id)] == list(range(1, 42))


async def test_an_event_that_is_rolled_back_leaves_no_gap(pool: Pool) -> None:
    made = await create(pool)
    origin = Origin(made.id, ThreadId(made.id), None)

    async def fail() -> None:
        async with unit_of_work(pool) as work:
            await log_event(work, origin, MessageSent(text="never"))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (raised above)
        await fail()
    async with unit_of_work(pool) as work:
        assert await log_event(work, origin, MessageSent(text="second")) == 2


async def test_log_event_outside_a_unit_of_work_raises(pool: Pool) -> None:
    async with unit_of_work(pool) as work:
        pass
    with pytest.raises(OutsideUnitOfWork):
        await log_event(work, Origin(DecisionSetId("x"), ThreadId("x"), None), MessageSent(text="x"))


async def test_what_a_person_said_is_found_behind_however_many_events(pool: Pool) -> None:
    made = await create(pool, "first")
    async with pool.connection() as conn:
        await conn.execute(
            b"insert into events (decision_set_id, seq, type, thread_id, payload)"
            b" select %(id)s, n, 'message-sent', %(id)s, '{\"text\": \"x\"}' from generate_series(2, 10100) n",
            {"id": made.id},
        )
        await conn.execute(b"update event_heads set seq = 10100 where decision_set_id = %(id)s", {"id": made.id})
    async with unit_of_work(pool) as work:
        await commands.send_message(work, OPERATOR, made.id, text="last")
    async with pool.connection() as conn:
        row = await decision_sets.summary(conn, made.id)
        assert [item.text for item in await pending_inputs(conn, row)] == ["first", "last"]
        read = row.model_copy(update={"inputs_through": 1})
        assert [(item.seq, item.text) for item in await pending_inputs(conn, read)] == [(10_101, "last")]
