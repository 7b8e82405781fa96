"""Which approvals an identical capsule keeps: those that the run went on with, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from psycopg import connect

from graphs.registry import build
from graphs.saver import LeanSaver
from storage import gates, runs
from storage.postgres import unit_of_work
from storage.records.events import Event
from storage.records.ids import DecisionSetId, Sha256, ThreadId
from storage.records.steps import RunContext
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate, services

pytestmark = pytest.mark.anyio
LOOSER = "double the throughput to 900 req/s"
TIGHTER = "at most $3,900 a month"


async def capsule_of(house: House, made: DecisionSetId) -> Sha256:
    gate = (await house.read(made)).gate
    assert gate is not None
    return gate.capsule


async def kept(house: House, made: DecisionSetId, capsule: Sha256) -> gates.Standing | None:
    async with house.pool.connection() as conn:
        return await gates.standing_approval(conn, made, capsule)


def answers(told: list[Event]) -> list[dict[str, Any]]:
    return [event.payload for event in told if event.type == "gate-answered"]


async def back_to_the_gate(house: House, made: DecisionSetId) -> list[Event]:
    """Takes the thread up again as it stood before its first gate, on a branch of its own, and stops before codegen."""
    before = (await house.events(made))[-1].seq
    async with unit_of_work(house.pool) as work:
        await runs.open_run(work.conn, made, "resume", None)
    async with house.pool.connection() as conn:
        taken = await runs.take(conn, made, "again")
    assert taken is not None
    run, lease = taken
    context = RunContext(made, ThreadId(made), run.id, lease, house.pool, "again")
    graph = build("decision", services(house.data_dir)).copy({"checkpointer": LeanSaver(house.pool, context.pending)})
    thread: RunnableConfig = {"configurable": {"thread_id": made}}
    stood = [state async for state in graph.aget_state_history(thread) if state.next == ("gate_hitl",)][-1]
    branch = await graph.aupdate_state(stood.config, {}, as_node="policy_eval")
    await graph.ainvoke(None, branch, context=context, durability="sync", interrupt_before=["codegen"])
    return [event for event in await house.events(made) if event.seq > before]


async def test_an_approval_that_went_on_is_kept_for_an_identical_capsule(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    capsule = await capsule_of(house, made)
    await house.answer(made)
    assert await kept(house, made, capsule) is None
    await worker.advance(made)
    first = next(event for event in await house.events(made) if event.type == "gate-answered")

    told = await back_to_the_gate(house, made)
    [again] = answers(told)
    assert again == {**first.payload, "gate": again["gate"], "kept_from": first.seq}
    assert again["gate"] != first.payload["gate"]
    assert "gate-opened" not in {event.type for event in told}
    assert [event.payload["stage"] for event in told if event.type == "stage-changed"] == ["codegen"]


async def test_what_a_kept_approval_said_holds_again_until_its_own_end(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    capsule = await capsule_of(house, made)
    await house.answer(made, "approve", TIGHTER)
    await worker.advance(made)
    assert (await house.read(made)).constraints.values.monthly_budget_usd == 3900
    standing = await kept(house, made, capsule)
    assert standing is not None

    told = await back_to_the_gate(house, made)
    [again] = answers(told)
    amendments = [card for card in await house.events(made) if card.payload.get("title") == "Amendment"]
    assert again["comment"] == TIGHTER
    assert len(amendments) == 2
    assert amendments[0].payload["chosen"] == amendments[1].payload["chosen"]
    renewed = await kept(house, made, capsule)
    assert renewed is not None
    assert renewed.expires_at == standing.expires_at


@pytest.mark.parametrize("last", ["request_changes", "reject"])
async def test_an_approval_that_opened_the_gate_again_is_never_kept(house: House, last: str) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    capsule = await capsule_of(house, made)
    await house.answer(made, "approve", LOOSER)
    await worker.advance(made)
    assert await capsule_of(house, made) != capsule
    assert await kept(house, made, capsule) is None

    await house.answer(made, last, "throughput 300 req/s")
    await worker.advance(made)
    told = await house.events(made)
    assert await kept(house, made, capsule) is None
    assert [item["action"] for item in answers(told)] == ["approve", last]
    assert {item["kept_from"] for item in answers(told)} == {None}
    assert "codegen" not in {event.node for event in told}
    if last == "request_changes":
        assert await capsule_of(house, made) == capsule
        assert (await house.read(made)).status == "awaiting_approval"


async def test_an_approval_is_void_once_it_expired_or_a_person_said_no_after_it(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    capsule = await capsule_of(house, made)
    await house.answer(made)
    await worker.advance(made)
    assert await kept(house, made, capsule) is not None
    with connect(house.database_url, autocommit=True) as conn:
        conn.execute("update gates set expires_at = expires_at - interval '8 days'")
        assert await kept(house, made, capsule) is None
        conn.execute("update gates set expires_at = expires_at + interval '8 days'")
        conn.execute(
            "insert into gates select id || '-later', decision_set_id, run_id, thread_id, checkpoint_id, 'another',"
            " allowed, opened_seq, opened_at, expires_at, answer || jsonb_build_object('action', 'request_changes'),"
            " now(), answer_seq + 1000 from gates"
        )
    assert await kept(house, made, capsule) is None
    told = await back_to_the_gate(house, made)
    assert answers(told) == []
    assert "gate-opened" in {event.type for event in told}
