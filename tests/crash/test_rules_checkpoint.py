"""Rule 4 at the checkpoint: a finished task's rows are stored with the checkpoint after it or before, never later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import psycopg
import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.ledger import ledgered
from graphs.saver import LeanSaver
from storage import runs
from storage.postgres import every
from storage.records.errors import Fenced
from storage.records.events import MessageSent
from storage.records.ids import DecisionSetId, ThreadId
from storage.records.steps import NodeResult, RunContext
from tests.crash.house import House
from tests.decisions import until

pytestmark = pytest.mark.anyio


def joined(old: list[str], new: list[str]) -> list[str]:
    return old + new


class State(TypedDict, total=False):
    said: Annotated[list[str], joined]


def says(name: str, text: str) -> Any:
    async def node(state: State, context: RunContext | None) -> NodeResult:
        return NodeResult(update={"said": [text]}, cards=[MessageSent(text=name)])

    return ledgered(name, node, schema=State, reads=State)


async def context_of(house: House, decision_set: DecisionSetId, *, lease: int = 0) -> RunContext:
    async with house.pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    assert run is not None
    return RunContext(decision_set, ThreadId(decision_set), run.id, lease, house.pool, "request", pending={})


async def run_graph(house: House, context: RunContext, nodes: Mapping[str, Any], *, chain: bool = True) -> None:
    graph: StateGraph[State, RunContext] = StateGraph(State, context_schema=RunContext)
    before = START
    for name, node in nodes.items():
        graph.add_node(name, node)
        graph.add_edge(before, name)
        if chain:
            before = name
        else:
            graph.add_edge(name, END)
    compiled = graph.compile(checkpointer=LeanSaver(house.pool, context.pending))
    await compiled.ainvoke(
        {"said": []}, {"configurable": {"thread_id": context.thread}}, context=context, durability="sync"
    )


async def rows(house: House, query: bytes) -> list[dict[str, Any]]:
    async with house.pool.connection() as conn:
        return await every(conn, query)


async def test_rows_and_checkpoint_are_one_transaction(house: House) -> None:
    context = await context_of(house, (await house.create()).id)
    await run_graph(house, context, {"first": says("first", "a"), "second": says("second", "b")})
    found = await rows(
        house,
        b"select s.node, s.xmin = k.xmin as together, a.xmin = k.xmin as ledger, e.xmin = k.xmin as event"
        b" from states s join agent_runs a using (task_id)"
        b" join checkpoints k on k.parent_checkpoint_id = s.base_checkpoint_id"
        b" join events e on e.base_checkpoint_id = s.base_checkpoint_id order by s.ord",
    )
    whole = {"together": True, "ledger": True, "event": True}
    assert found == [{"node": "first", **whole}, {"node": "second", **whole}]
    assert context.pending == {}


async def test_a_fenced_worker_stores_no_checkpoint(house: House) -> None:
    context = await context_of(house, (await house.create()).id, lease=3)
    with pytest.raises(Fenced):
        await run_graph(house, context, {"first": says("first", "a"), "second": says("second", "b")})
    assert await rows(house, b"select task_id from agent_runs") == []
    steps = await rows(house, b"select (metadata ->> 'step')::integer as step from checkpoints order by step")
    assert [row["step"] for row in steps] == [-1, 0]


async def test_rows_the_database_refuses_leave_no_checkpoint_behind(house: House) -> None:
    context = await context_of(house, (await house.create()).id)
    with pytest.raises(psycopg.DataError):
        await run_graph(house, context, {"first": says("first", "a"), "second": says("second", "\0")})
    assert [row["node"] for row in await rows(house, b"select node from agent_runs")] == ["first"]
    steps = await rows(house, b"select (metadata ->> 'step')::integer as step from checkpoints order by step")
    assert [row["step"] for row in steps] == [-1, 0, 1]


async def test_a_task_that_finished_shows_while_another_still_works(house: House) -> None:
    context = await context_of(house, (await house.create()).id)

    async def slow(state: State, runtime: Any) -> State:
        async def shown() -> bool:
            return bool(await rows(house, b"select seq from events where node = 'quick'"))

        await until(shown, 30)
        return {"said": ["slow"]}

    await run_graph(house, context, {"quick": says("quick", "a"), "slow": slow}, chain=False)
    assert [row["node"] for row in await rows(house, b"select node from agent_runs")] == ["quick"]


async def test_a_task_that_finished_is_kept_when_another_waits_for_a_person(house: House) -> None:
    context = await context_of(house, (await house.create()).id)

    async def gate(state: State) -> State:
        return {"said": [interrupt("?")]}

    await run_graph(house, context, {"quick": says("quick", "a"), "gate": gate}, chain=False)
    assert [row["node"] for row in await rows(house, b"select node from agent_runs")] == ["quick"]
    assert context.pending == {}
