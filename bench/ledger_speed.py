"""Runs per second of an eight-node graph with ledger and event log, against the same graph on bare LangGraph.

Both sides have the same nodes, cards and updates, so as many supersteps and checkpoints; one pool, `durability="sync"`
and one database with fsync on. They take short turns in one process, and the ratio within a turn is what counts: what
else the machine does changes the seconds of both sides alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graphs.ledger import ledgered
from graphs.saver import LeanSaver
from storage import decision_sets, runs
from storage.postgres import Pool, make_pool, unit_of_work
from storage.projects import create
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import Project
from storage.records.events import MessageSent
from storage.records.ids import DecisionSetId, ThreadId, new_id
from storage.records.steps import NodeResult, RunContext

NODES = 8
CARD = "x" * 400
BLOB = "y" * 2000


@dataclass(frozen=True)
class Side:
    """What is measured. The peers' way is one saver for all runs, which lets one call at a time through."""

    graph: CompiledStateGraph[Any, RunContext, Any, Any]
    saver: Callable[[RunContext], AsyncPostgresSaver]
    with_ledger: bool = False


class State(TypedDict, total=False):
    blob: str
    node: str


def build(*, with_ledger: bool) -> CompiledStateGraph[Any, RunContext, Any, Any]:
    graph: StateGraph[State, RunContext] = StateGraph(State, context_schema=RunContext)
    for number in range(NODES):
        name = f"node_{number}"
        graph.add_node(name, _ledgered(name) if with_ledger else _bare(name))
        graph.add_edge(START if number == 0 else f"node_{number - 1}", name)
    graph.add_edge(f"node_{NODES - 1}", END)
    return graph.compile()


def _bare(name: str) -> Any:
    async def node(state: State, runtime: Runtime[RunContext]) -> State:
        runtime.stream_writer({"type": "message-sent", "text": CARD})
        return {"blob": BLOB, "node": name}

    return node


def _ledgered(name: str) -> Any:
    async def node(state: State, context: RunContext | None) -> NodeResult:
        return NodeResult(update={"blob": BLOB, "node": name}, cards=[MessageSent(text=CARD)])

    return ledgered(name, node, schema=State, reads=State)


async def measure(dsn: str, *, runs_per_turn: int = 20, turns: int = 9) -> dict[str, float]:
    """Medians: runs per second by side and concurrency, and the ratio within a turn."""
    figures: dict[str, float] = {}
    async with make_pool(dsn, minimum=4, maximum=24) as pool:
        async with unit_of_work(pool) as work:
            project = await create(work.conn, f"bench {new_id()}", "bench")
        shared = AsyncPostgresSaver(pool)  # pyright: ignore[reportArgumentType]
        sides: dict[str, Side] = {
            "bare": Side(build(with_ledger=False), lambda _: shared),
            "bare, a saver per run": Side(build(with_ledger=False), lambda _: AsyncPostgresSaver(pool)),  # pyright: ignore[reportArgumentType]
            "countersign": Side(
                build(with_ledger=True), lambda context: LeanSaver(pool, context.pending), with_ledger=True
            ),
        }
        for concurrency in (1, 10):
            speeds: dict[str, list[float]] = {name: [] for name in sides}
            for turn in range(turns + 1):
                for name, side in sides.items():
                    speed = await _speed(pool, project, side, concurrency, runs_per_turn)
                    if turn:  # the first one prepares statements
                        speeds[name].append(speed)
            for name, found in speeds.items():
                figures[f"{name}: runs/s, concurrency {concurrency}"] = round(median(found), 1)
            for name in ("bare", "bare, a saver per run"):
                ratios = [ours / theirs for ours, theirs in zip(speeds["countersign"], speeds[name], strict=True)]
                figures[f"ratio to {name}, concurrency {concurrency}"] = round(median(ratios), 2)
    return figures


async def _speed(pool: Pool, project: Project, side: Side, concurrency: int, count: int) -> float:
    limit = asyncio.Semaphore(concurrency)
    contexts = [await _context(pool, project, side.with_ledger) for _ in range(count)]

    async def one(context: RunContext) -> None:
        async with limit:
            stream = side.graph.copy({"checkpointer": side.saver(context)}).astream(
                {"blob": ""},
                {"configurable": {"thread_id": context.thread}},
                context=context,
                stream_mode="custom",
                durability="sync",
            )
            async for _ in stream:
                pass

    started = time.perf_counter()
    await asyncio.gather(*(one(context) for context in contexts))
    return count / (time.perf_counter() - started)


async def _context(pool: Pool, project: Project, with_ledger: bool) -> RunContext:
    decision_set = DecisionSetId(new_id())
    run, lease = new_id(), 0
    if with_ledger:
        async with unit_of_work(pool) as work:
            await decision_sets.insert(
                work.conn,
                decision_set,
                project=project.id,
                title="bench",
                parent=None,
                by="bench",
                constraints=ConstraintSchema(),
                inputs_seq=0,
            )
            run = await runs.open_run(work.conn, decision_set, "start", None)
    return RunContext(decision_set, ThreadId(decision_set), run, lease, pool, "bench", consult=False, pending={})  # pyright: ignore[reportArgumentType]
