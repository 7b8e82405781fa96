"""The wrapper around every node: runs it once, and has all it did written in one transaction. With effects that is the
wrapper's own; without, the one that stores the checkpoint after it (graphs.saver)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from langgraph.runtime import Runtime

from graphs.state import as_json, from_json
from infra.logging import bind_node
from storage.events import Origin
from storage.ledger import Entry, record_node, result_of
from storage.postgres import unit_of_work
from storage.records.canonical import sha256_of
from storage.records.errors import RefMoved
from storage.records.ids import CheckpointId, TaskId
from storage.records.steps import NodeResult, RunContext

log = structlog.get_logger(__name__)

Node = Callable[[Any, RunContext | None], Awaitable[NodeResult]]
GraphNode = Callable[..., Awaitable[Any]]
REBUILDS = 10
"""How often a node runs again when the project's branch moved under it."""


def ledgered(name: str, node: Node, *, schema: type, reads: type) -> GraphNode:
    """`schema` is the graph's state, for its updates; `reads` the node's declared input, for `input_sha`."""

    async def run(state: Any, runtime: Runtime[RunContext]) -> Any:
        context, info = runtime.context, runtime.execution_info
        if info is None:
            raise LookupError("the graph runs without a checkpointer; build it with ledger=None")
        task = TaskId(info.task_id)
        with bind_node(name):
            if context.consult:
                context.consult = False
                async with context.pool.connection() as conn:
                    done = await result_of(conn, task)
                if done is not None:
                    log.info("node reused", task_id=task)
                    return from_json(schema, done)
            return await _execute(name, node, state, context, task, CheckpointId(info.checkpoint_id), schema, reads)

    run.__name__ = name
    return run


async def _execute(
    name: str,
    node: Node,
    state: Any,
    context: RunContext,
    task: TaskId,
    base: CheckpointId,
    schema: type,
    reads: type,
) -> Any:
    started = datetime.now(UTC)
    input_sha = sha256_of(as_json(reads, state))
    origin = Origin(context.decision_set, context.thread, context.run, node=name, base=base)
    for left in reversed(range(REBUILDS)):
        try:  # the branch moves while the node prepares its commit, or when it is published
            result = await node(state, context)
            body = as_json(schema, result.update)
            entry = Entry(
                task=task,
                origin=origin,
                lease=context.lease,
                input_sha=input_sha,
                output_sha=sha256_of(body),
                body=body,
                started_at=started,
                cards=result.cards,
                patch=result.patch,
                provider=result.provider,
                model=result.model,
                tokens=result.tokens,
            )
            if context.pending is not None and not result.effects:
                context.pending[task] = entry
            else:
                await _written(entry, result, context)
            return _finished(task, started, result)
        except RefMoved:
            if not left:
                raise
    raise AssertionError("unreachable")


async def _written(entry: Entry, result: NodeResult, context: RunContext) -> None:
    async with unit_of_work(context.pool) as work:
        for effect in result.effects:
            await effect(work)
        await record_node(work, entry)


def _finished(task: TaskId, started: datetime, result: NodeResult) -> dict[str, Any]:
    log.info("node finished", task_id=task, seconds=(datetime.now(UTC) - started).total_seconds())
    return dict(result.update)


def plain(name: str, node: Node) -> GraphNode:
    """The node as LangGraph's own tools run it: no ledger, no events, no effects."""

    async def run(state: Any) -> Any:
        return dict((await node(state, None)).update)

    run.__name__ = name
    return run
