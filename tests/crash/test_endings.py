"""How a decision set ends: its status, and the last event of its run, together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.metrics import WorkerMetrics
from providers.base import CodeRequest
from providers.rulebook.bundle import RulebookCodeGen
from storage import decision_sets, runs
from storage.postgres import UnitOfWork, every, one, unit_of_work
from storage.records.errors import Cancelled
from storage.records.ids import DecisionSetId
from storage.records.steps import RunContext
from tests.crash.house import ANA, House, kinds
from tests.crash.test_rules_advance import advancer, at_gate
from web import commands
from worker.advance import Advancer
from worker.jobs import job_app
from worker.recover import ATTEMPTS, expire_gates, reap

pytestmark = pytest.mark.anyio


class Broken(RulebookCodeGen):
    async def generate(self, request: CodeRequest) -> dict[str, bytes]:
        raise ValueError("no code today")


@pytest.mark.parametrize(
    ("action", "comment", "status"), [("approve", "", "completed"), ("reject", "too dear", "rejected")]
)
async def test_an_answered_set_ends_in_the_transaction_of_its_last_event(
    house: House, action: str, comment: str, status: str
) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, action, comment)
    await worker.advance(made)
    assert await ended_together(house, made) == status


async def test_a_cancelled_and_a_failed_set_end_in_the_transaction_of_their_last_event(house: House) -> None:
    worker = advancer(house)
    cancelled = await at_gate(house, worker)
    async with unit_of_work(house.pool) as work:
        await commands.cancel(work, ANA, cancelled)
    await worker.advance(cancelled)
    assert await ended_together(house, cancelled) == "cancelled"
    failing = advancer(house, codegen=Broken())
    failed = await at_gate(house, failing)
    await house.answer(failed)
    await failing.advance(failed)
    assert await ended_together(house, failed) == "failed"


async def test_an_accepted_cancellation_is_the_last_thing_that_is_accepted(house: House) -> None:
    made, asking = await at_gate(house, own := advancer(house)), (await house.create()).id
    await own.advance(asking)
    gate = (await house.read(made)).gate
    assert gate is not None
    for decision_set in (made, asking):
        async with unit_of_work(house.pool) as work:
            told = await commands.cancel(work, ANA, decision_set)
        assert (told.gate, told.question) == (None, None)

    late: list[Callable[[UnitOfWork], Awaitable[object]]] = [
        lambda work: commands.answer_gate(work, ANA, made, gate.id, action="approve", capsule=gate.capsule),
        lambda work: commands.send_message(work, ANA, asking, text="AWS"),
        lambda work: commands.edit_constraints(work, ANA, asking, {"cloud": ["aws"]}),
        lambda work: commands.start(work, ANA, asking),
    ]
    for command in late:
        with pytest.raises(Cancelled):
            async with unit_of_work(house.pool) as work:
                await command(work)
    for decision_set in (made, asking):
        await own.advance(decision_set)
        assert await ended_together(house, decision_set) == "cancelled"


async def ended_together(house: House, made: DecisionSetId) -> str:
    """The status, once one transaction is known to have written it and the run's last event."""
    async with house.pool.connection() as conn:
        row = await one(
            conn,
            b"select d.status, d.xmin = e.xmin as together, e.type from decision_sets d join events e"
            b" on e.decision_set_id = d.id where d.id = %(id)s order by e.seq desc limit 1",
            {"id": made},
        )
    assert row is not None
    assert (row["type"], row["together"]) == ("run-complete", True)
    return row["status"]


async def fails_in_a_node(house: House) -> DecisionSetId:
    failing = advancer(house, codegen=Broken())
    made = await at_gate(house, failing)
    await house.answer(made)
    await failing.advance(made)
    return made


async def is_not_answered(house: House) -> DecisionSetId:
    made = await at_gate(house, advancer(house, approval_window=timedelta(milliseconds=1)))
    await expire_gates(house.pool)
    return made


async def is_given_up(house: House) -> DecisionSetId:
    made = await at_gate(house, own := advancer(house))
    await house.answer(made)
    await give_up(house, own)
    return made


async def is_given_up_in_the_intake(house: House) -> DecisionSetId:
    own, made = advancer(house), (await house.create()).id
    await own.advance(made)
    await house.start(made)
    await give_up(house, own)
    return made


async def is_cancelled_in_the_intake(house: House) -> DecisionSetId:
    own, made = advancer(house), (await house.create()).id
    await own.advance(made)
    async with unit_of_work(house.pool) as work:
        await commands.cancel(work, ANA, made)
    await own.advance(made)
    return made


async def give_up(house: House, own: Advancer) -> None:
    """The reaper's turn after as many attempts as it allows."""
    async with house.pool.connection() as conn:
        await conn.execute(b"delete from procrastinate_jobs")
        tried = b"update runs set attempts = %(attempts)s, requested_at = now() - interval '1 minute' returning 1 as x"
        assert await one(conn, tried, {"attempts": ATTEMPTS})
    app = job_app(house.database_url, own, WorkerMetrics())
    async with app.open_async():
        await reap(house.pool, app, own)


@pytest.mark.parametrize(
    "ends",
    [fails_in_a_node, is_not_answered, is_given_up, is_given_up_in_the_intake, is_cancelled_in_the_intake],
)
async def test_rule_7_each_event_of_an_ended_run_names_its_run_its_thread_and_its_checkpoint(
    house: House, ends: Callable[[House], Awaitable[DecisionSetId]]
) -> None:
    made = await ends(house)
    async with house.pool.connection() as conn:
        run = await runs.current(conn, made)
        rows = await every(
            conn,
            b"select e.type, e.run_id, e.thread_id, e.checkpoint_id = (select max(k.checkpoint_id) from checkpoints k"
            b" where k.thread_id = e.thread_id) as stands from events e where decision_set_id = %(id)s order by seq",
            {"id": made},
        )
    assert run is not None
    assert run.outcome in ("failed", "cancelled")
    failed = ["run-failed"] if run.outcome == "failed" else []
    ended = [*failed, "stage-changed", "run-complete"]
    thread = decision_sets.intake_thread(made) if "intake" in ends.__name__ else made
    assert [(row["type"], row["run_id"], row["thread_id"], row["stands"]) for row in rows[-len(ended) :]] == [
        (kind, run.id, thread, True) for kind in ended
    ]
    told = await house.events(made)
    assert [event.seq for event in told if event.run_id is None or event.checkpoint_id is None] == []
    assert kinds(told).count("run-complete") == len({event.run_id for event in told})


async def test_what_is_committed_is_not_cancelled_any_more(house: House) -> None:
    """The cancellation comes between the commit and the end of the run."""
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made)
    rest = worker._rest

    async def cancelled_first(context: RunContext, outcome: Any) -> bool:
        async with unit_of_work(house.pool) as work:
            await commands.cancel(work, ANA, made)
        return await rest(context, outcome)

    worker._rest = cancelled_first
    await worker.advance(made)
    assert (await house.read(made)).status == "building"
    await advancer(house).advance(made)
    ended = await house.read(made)
    assert (ended.status, ended.commit is not None) == ("completed", True)
    assert await ended_together(house, made) == "completed"
