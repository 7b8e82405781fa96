"""The design's rules where a job runs again: what is sent twice, found done, written late or ended meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langgraph.types import Command

from graphs.saver import LeanSaver
from storage import ledger, runs
from storage.postgres import every, one, unit_of_work
from storage.records.steps import RunContext
from tests.crash.house import ANA, House, kinds
from tests.crash.test_endings import give_up
from tests.crash.test_path import assert_exact
from tests.crash.test_rules_advance import advancer, at_gate, services
from web import commands
from worker.advance import Advancer
from worker.steps import Step

pytestmark = pytest.mark.anyio


class Died(BaseException):
    """As if the process had been killed there."""


class Redelivering(Advancer):
    """Sends every resume twice."""

    resumes = 0

    async def _run(self, context: RunContext, step: Step) -> None:
        await super()._run(context, step)
        if isinstance(step.send, Command):
            self.resumes += 1
            await super()._run(context, step)


def redelivering(house: House) -> Redelivering:
    return Redelivering(house.pool, services(house.data_dir), "twice")


def before_checkpoint_of(
    monkeypatch: pytest.MonkeyPatch, house: House, node: str, then: Callable[[], Awaitable[object]]
) -> None:
    """Calls `then` once: when the node, which writes its ledger row itself, has done so, and its checkpoint has not
    been stored."""
    put, called = LeanSaver.aput, []

    async def spied(self: LeanSaver, *arguments: Any) -> Any:
        async with house.pool.connection() as conn:
            found = await every(conn, b"select 1 from agent_runs where node = %(node)s", {"node": node})
        if found and not called:
            called.append(node)
            await then()
        return await put(self, *arguments)

    monkeypatch.setattr(LeanSaver, "aput", spied)


async def test_rule_1_an_approval_sent_twice_does_not_approve_the_next_gate(house: House) -> None:
    made = await at_gate(house, advancer(house))
    first = (await house.read(made)).gate
    await house.answer(made, "approve", "double the throughput to 900 req/s")
    worker = redelivering(house)
    assert await worker.advance(made) == "done"
    assert worker.resumes == 1
    now = await house.read(made)
    assert first is not None
    assert now.gate is not None
    assert (now.status, now.gate.id != first.id) == ("awaiting_approval", True)
    told = kinds(await house.events(made))
    assert (told.count("gate-opened"), told.count("gate-answered"), told.count("diff-recorded")) == (2, 1, 0)


async def test_rule_1_an_answer_sent_twice_does_not_answer_the_next_question(house: House) -> None:
    seen: list[tuple[list[str], list[str | None]]] = []
    for worker in (advancer(house), redelivering(house)):
        made = (await house.create()).id
        await worker.advance(made)
        question = (await house.read(made)).question
        assert question is not None
        async with unit_of_work(house.pool) as work:
            await commands.send_message(work, ANA, made, text="", question_id=question.id, choice="skip")
        assert await worker.advance(made) == "done"
        async with house.pool.connection() as conn:
            nodes = [entry.node for entry in await ledger.entries(conn, made)]
        seen.append((nodes, [event.type for event in await house.events(made)]))
    assert seen[1] == seen[0]


async def test_rule_2_a_worker_without_its_lease_opens_no_gate(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await house.create()
    worker = advancer(house)
    await worker.advance(made.id)
    await house.start(made.id)

    async def taken_elsewhere() -> None:
        async with house.pool.connection() as conn:
            assert await runs.take(conn, made.id, "successor") is not None

    before_checkpoint_of(monkeypatch, house, "policy_eval", taken_elsewhere)
    assert await worker.advance(made.id) == "fenced"
    async with house.pool.connection() as conn:
        assert await every(conn, b"select id from gates") == []
    assert "gate-opened" not in kinds(await house.events(made.id))
    assert (await house.read(made.id)).status == "planning"
    assert await advancer(house, "successor").advance(made.id) == "done"
    assert kinds(await house.events(made.id)).count("gate-opened") == 1


async def test_rule_3_what_the_ledger_has_is_not_done_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await at_gate(house, advancer(house))
    await house.answer(made)

    async def die() -> None:
        raise Died

    with monkeypatch.context() as patched:
        before_checkpoint_of(patched, house, "diff_and_persist", die)
        with pytest.raises(Died):
            await advancer(house, "first").advance(made)
    before = await house.read(made)
    assert (before.status == "completed", before.commit is not None) == (False, True)
    assert await advancer(house, "second").advance(made) == "done"
    after = await house.read(made)
    assert (after.status, after.commit) == ("completed", before.commit)
    await assert_exact(house, made)
    async with house.pool.connection() as conn:
        rows = [entry for entry in await ledger.entries(conn, made) if entry.node == "diff_and_persist"]
        last = await runs.current(conn, made)
    assert len(rows) == 1
    assert last is not None
    assert (last.attempts, last.outcome) == (2, "completed")


async def test_rule_10_a_run_that_the_reaper_gave_up_is_not_completed_again(house: House) -> None:
    class GivenUpMeanwhile(Advancer):
        async def _rest(self, context: RunContext, outcome: Any) -> bool:
            await give_up(house, self)
            await hold_the_lease_again(house, context)  # which would stop it, too
            return await super()._rest(context, outcome)

    made = await house.create()
    await GivenUpMeanwhile(house.pool, services(house.data_dir), "late").advance(made.id)
    told = kinds(await house.events(made.id))
    assert (told.count("run-complete"), told.count("run-failed")) == (1, 1)
    async with house.pool.connection() as conn:
        last = await runs.current(conn, made.id)
    assert last is not None
    assert last.outcome == "failed"
    assert (await house.read(made.id)).status == "failed"


async def hold_the_lease_again(house: House, context: RunContext) -> None:
    async with house.pool.connection() as conn:
        moved = b"update decision_sets set lease = %(lease)s where id = %(id)s and lease > %(lease)s returning 1 as x"
        assert await one(conn, moved, {"lease": context.lease, "id": context.decision_set})
