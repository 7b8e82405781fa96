"""How a decision set ends: its status, and the last event of its run, together."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import CodeRequest
from providers.rulebook.bundle import RulebookCodeGen
from storage.postgres import one, unit_of_work
from storage.records.ids import DecisionSetId
from storage.records.steps import RunContext
from tests.crash.house import ANA, House
from tests.crash.test_rules_advance import advancer, at_gate
from web import commands

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
