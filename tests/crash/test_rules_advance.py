"""The design's rules about one job: what is due is read from rows, a lease fences, a task runs once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphs.services import Services
from infra.sandbox import Sandbox
from providers.base import PlanRequest, Proposal
from providers.compute import here
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.bundle import RulebookCodeGen
from storage import ledger
from storage.artifacts import FolderStore
from storage.postgres import every, one, unit_of_work
from storage.records.ids import DecisionSetId
from tests.crash.house import ANA, House, kinds
from web import commands
from worker.advance import Advancer

pytestmark = pytest.mark.anyio


class Held(Rulebook):
    """A planner that says when it starts and waits until it may go on."""

    def hold(self) -> None:
        self.started, self.go_on = asyncio.Event(), asyncio.Event()

    async def plan(self, request: PlanRequest) -> Proposal:
        self.started.set()
        await self.go_on.wait()
        return await super().plan(request)


def services(folder: Path, orchestration: Rulebook | None = None) -> Services:
    book = PriceBook.load()
    return Services(
        orchestration=orchestration or Rulebook(book),
        codegen=RulebookCodeGen(),
        book=book,
        policies=PolicyBundle.load(),
        artifacts=FolderStore(folder / "artifacts"),
        sandbox=Sandbox.detect(),
        compute=here,
    )


def advancer(house: House, name: str = "one", **changes: Any) -> Advancer:
    return Advancer(house.pool, replace(services(house.data_dir), **changes), name)


async def at_gate(house: House, worker: Advancer) -> DecisionSetId:
    made = await house.create()
    await worker.advance(made.id)
    await house.start(made.id)
    await worker.advance(made.id)
    assert (await house.read(made.id)).status == "awaiting_approval"
    return made.id


async def test_rule_1_a_job_delivered_twice_does_not_answer_the_next_gate(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    first = (await house.read(made)).gate
    await house.answer(made, "request_changes", "why not cheaper?")
    await worker.advance(made)
    second = (await house.read(made)).gate
    assert first is not None
    assert second is not None
    assert second.id != first.id
    told = len(await house.events(made))
    await worker.advance(made)
    await worker.advance(made)
    assert (await house.read(made)).gate == second
    assert len(await house.events(made)) == told


async def test_rule_2_a_worker_that_was_only_slow_cannot_write_beside_its_successor(house: House) -> None:
    held = Held(PriceBook.load())
    held.hold()
    slow, quick = advancer(house, "slow", orchestration=held), advancer(house, "quick")
    made = await house.create()
    await quick.advance(made.id)
    await house.start(made.id)
    late = asyncio.create_task(slow.advance(made.id))
    await held.started.wait()
    await quick.advance(made.id)
    before = await house.events(made.id)
    assert (await house.read(made.id)).status == "awaiting_approval"
    held.go_on.set()
    await late
    assert await house.events(made.id) == before


async def test_rule_3_an_identical_round_is_a_new_task_with_the_same_input(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, "request_changes", "please think again")
    await worker.advance(made)
    async with house.pool.connection() as conn:
        plans = [entry for entry in await ledger.entries(conn, made) if entry.node == "policy_eval"]
    assert len(plans) == 2
    assert plans[0].task_id != plans[1].task_id
    assert plans[0].input_sha == plans[1].input_sha
    assert (await house.read(made)).gate is not None


async def test_the_round_goes_on_from_gate_to_gate(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    shown: list[int] = []
    answers = [("request_changes", "cap replicas at 7"), ("approve", "double the throughput to 900 req/s")]
    for action, comment in answers:
        await house.answer(made, action, comment)
        await worker.advance(made)
        told = await house.events(made)
        shown.append([event.payload["round"] for event in told if event.type == "stage-changed"][-1])
    assert shown == [2, 3]
    assert (await house.read(made)).gate is not None


async def test_rule_5_a_gate_is_opened_and_announced_once(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await worker.advance(made)
    assert kinds(await house.events(made)).count("gate-opened") == 1


async def test_rule_10_run_complete_is_written_once_a_run(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made)
    await worker.advance(made)
    await worker.advance(made)
    async with house.pool.connection() as conn:
        runs = await every(
            conn, b"select id, outcome from runs where decision_set_id = %(id)s order by requested_at", {"id": made}
        )
    completes = [event for event in await house.events(made) if event.type == "run-complete"]
    assert [(event.run_id, event.payload["outcome"]) for event in completes] == [
        (run["id"], run["outcome"]) for run in runs
    ]
    assert [run["outcome"] for run in runs] == ["waiting", "waiting", "completed"]


async def test_rule_11_a_drained_run_goes_on_elsewhere_as_the_same_run(house: House) -> None:
    held = Held(PriceBook.load())
    held.hold()
    stopping, other = advancer(house, "stopping", orchestration=held), advancer(house, "other")
    made = await house.create()
    await other.advance(made.id)
    await house.start(made.id)
    async with house.pool.connection() as conn:
        await conn.execute(b"delete from procrastinate_jobs")
    going = asyncio.create_task(stopping.advance(made.id))
    await held.started.wait()
    stopping.drain()
    held.go_on.set()
    await going
    assert (await house.read(made.id)).status == "planning"
    async with house.pool.connection() as conn:
        job = await one(conn, b"select lock, status::text from procrastinate_jobs")
    assert job == {"lock": made.id, "status": "todo"}
    await other.advance(made.id)
    assert (await house.read(made.id)).status == "awaiting_approval"
    told = await house.events(made.id)
    assert kinds(told).count("reason-card") == len(
        {(e.node, e.payload["title"], e.payload["round"]) for e in told if e.type == "reason-card"}
    )
    assert len([event for event in told if event.type == "run-complete"]) == 2


async def test_a_cancelled_decision_set_ends_and_writes_no_more(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    async with unit_of_work(house.pool) as work:
        await commands.cancel(work, ANA, made)
    await worker.advance(made)
    ended = await house.read(made)
    assert (ended.status, ended.gate) == ("cancelled", None)
    told = await house.events(made)
    assert told[-1].payload == {"outcome": "cancelled"}
    await worker.advance(made)
    assert await house.events(made) == told


async def test_a_rejection_ends_the_run_without_code(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, "reject", "too expensive")
    await worker.advance(made)
    assert (await house.read(made)).status == "rejected"
    told = await house.events(made)
    assert told[-1].payload == {"outcome": "rejected"}
    assert "codegen" not in {event.node for event in told}


async def test_a_failed_node_says_so_and_retry_takes_it_up_there(house: House) -> None:
    class Broken(Rulebook):
        async def plan(self, request: PlanRequest) -> Proposal:
            raise RuntimeError("the price list is on fire")

    whole, broken = advancer(house), advancer(house, "broken", orchestration=Broken(PriceBook.load()))
    made = await house.create()
    await whole.advance(made.id)
    await house.start(made.id)
    await broken.advance(made.id)
    failed = await house.read(made.id)
    told = await house.events(made.id)
    assert (failed.status, failed.stage) == ("failed", "planner")
    assert told[-1].payload == {"outcome": "failed"}
    [failure] = [event for event in told if event.type == "run-failed"]
    assert "the price list is on fire" in failure.payload["cause"]
    async with unit_of_work(house.pool) as work:
        await commands.retry(work, ANA, made.id)
    await whole.advance(made.id)
    assert (await house.read(made.id)).status == "awaiting_approval"


async def test_a_run_of_a_decision_set_that_has_ended_is_closed_and_nothing_else(house: House) -> None:
    worker = advancer(house)
    made = await house.create()
    async with house.pool.connection() as conn:
        await conn.execute(b"update decision_sets set status = 'failed', inputs_through = 1")
    await asyncio.wait_for(worker.advance(made.id), 20)
    assert (await house.events(made.id))[-1].payload == {"outcome": "failed"}
    assert (await house.read(made.id)).status == "failed"
