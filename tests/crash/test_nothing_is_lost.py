"""What was accepted while the intake decided that it was over is read before anything is planned."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from providers.base import Reading
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from storage.postgres import unit_of_work
from storage.records.constraints import FieldName
from storage.records.errors import NotInIntake
from storage.records.ids import DecisionSetId
from tests.crash.house import ANA, House, kinds
from tests.crash.test_rules_advance import advancer, at_gate
from web import commands

pytestmark = pytest.mark.anyio


class HeldReader(Rulebook):
    """Says when it has begun to read, and goes on when it may."""

    def __init__(self) -> None:
        super().__init__(PriceBook.load())
        self.began, self.go_on = asyncio.Event(), asyncio.Event()

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        self.began.set()
        await self.go_on.wait()
        return await super().read(text, answering=answering)


async def read_meanwhile(house: House, child: DecisionSetId, **message: Any) -> None:
    """A child asks nothing, so its first message alone leads to planning: what comes in while that is read is late."""
    reader = HeldReader()
    going = asyncio.create_task(advancer(house, "held", orchestration=reader).advance(child))
    await reader.began.wait()
    async with unit_of_work(house.pool) as work:
        if edits := message.pop("edits", None):
            await commands.edit_constraints(work, ANA, child, edits)
        else:
            await commands.send_message(work, ANA, child, **message)
    reader.go_on.set()
    await going


@pytest.mark.parametrize(
    "late", [{"edits": {"max_replicas": 7}}, {"text": "at most 7 replicas"}], ids=["edit", "words"]
)
async def test_it_reaches_the_plan(house: House, late: dict[str, Any]) -> None:
    parent = await at_gate(house, advancer(house))
    child = await house.create("at most $3,000 a month", parent=parent)
    await read_meanwhile(house, child.id, **late)

    now, told = await house.read(child.id), await house.events(child.id)
    assert (now.status, now.stage) == ("awaiting_approval", "approval")
    assert now.constraints.values.max_replicas == 7
    assert now.constraints.values.monthly_budget_usd == 3000
    assert kinds(told).count("run-complete") == 1
    assert [item.payload["stage"] for item in told if item.type == "stage-changed"].count("planner") == 1
    assert [item.seq for item in told] == list(range(1, len(told) + 1))


async def test_what_it_makes_doubtful_is_asked_before_planning(house: House) -> None:
    worker = advancer(house)
    parent = await at_gate(house, worker)
    child = await house.create("at most $3,000 a month, p95 under 70 ms", parent=parent)
    await read_meanwhile(house, child.id, text="p95 under 30 ms")

    asked = await house.read(child.id)
    assert (asked.status, asked.stage, asked.plan) == ("intake", "intake", None)
    assert asked.question is not None
    assert asked.question.field == "latency_p95_ms"
    async with unit_of_work(house.pool) as work:
        await commands.send_message(work, ANA, child.id, text="60 ms", question_id=asked.question.id)
    await worker.advance(child.id)
    now = await house.read(child.id)
    assert (now.status, now.constraints.values.latency_p95_ms) == ("awaiting_approval", 60)


async def test_once_planning_is_decided_nothing_is_accepted(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    with pytest.raises(NotInIntake):
        async with unit_of_work(house.pool) as work:
            await commands.edit_constraints(work, ANA, made, {"max_replicas": 7})


@pytest.mark.parametrize("choice", ["assume", "skip", "dont_know"])
async def test_the_last_question_is_answered_by_any_choice(house: House, choice: Any) -> None:
    worker = advancer(house)
    made = await house.create(
        "Serve an XGBoost model at 50 req/s on AWS, p95 under 200 ms, internal data, $900 a month"
    )
    for _ in range(6):
        await worker.advance(made.id)
        now = await house.read(made.id)
        if now.status != "intake":
            break
        assert now.question is not None
        async with unit_of_work(house.pool) as work:
            await commands.send_message(work, ANA, made.id, text="", question_id=now.question.id, choice=choice)
    assert (await house.read(made.id)).status == "awaiting_approval"


async def test_of_two_values_the_later_is_planned_with_when_nobody_is_asked(house: House) -> None:
    worker = advancer(house)
    made = (await house.create("Serve an XGBoost model at 50 req/s on AWS, p95 under 200 ms")).id
    await worker.advance(made)
    async with unit_of_work(house.pool) as work:
        await commands.send_message(work, ANA, made, text="p95 under 150 ms")
    await worker.advance(made)
    assert (await house.read(made)).constraints.values.latency_p95_ms == 200
    await house.start(made)
    await worker.advance(made)

    now, told = await house.read(made), await house.events(made)
    item = now.constraints.root["latency_p95_ms"]
    assert (item.value, item.status) == (150, "stated")
    assert item.evidence is not None
    said = next(event for event in told if event.seq == item.evidence.message).payload["text"]
    assert "150 ms" in said[item.evidence.start : item.evidence.end]
    assert "Two values were given, and the later one is planned with. Latency p95: 200 ms and 150 ms." in [
        event.payload["text"] for event in told if event.type == "message-sent"
    ]
