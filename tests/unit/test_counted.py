"""Each node that ran is told of, with how it ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graphs.counted import counted
from storage.records.steps import NodeFailed, NodeResult, RunContext

pytestmark = pytest.mark.anyio


async def works(state: Any, context: RunContext | None) -> NodeResult:
    return NodeResult(update={"seen": state})


async def fails(state: Any, context: RunContext | None) -> NodeResult:
    raise NodeFailed("no", next_action="retry")


async def hangs(state: Any, context: RunContext | None) -> NodeResult:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def test_each_end_has_its_outcome_and_passes_through() -> None:
    told: list[tuple[str, str]] = []

    def bare(name: str, node: Any, *, schema: type, reads: type) -> Any:
        return node

    def tell(name: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        told.append((name, outcome))

    wrap = counted(bare, tell)
    run = {node.__name__: wrap(node.__name__, node, schema=dict, reads=dict) for node in (works, fails, hangs)}
    assert (await run["works"](7, None)).update == {"seen": 7}
    with pytest.raises(NodeFailed):
        await run["fails"](7, None)
    hanging = asyncio.ensure_future(run["hangs"](7, None))
    await asyncio.sleep(0)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert told == [("works", "completed"), ("fails", "failed"), ("hangs", "cancelled")]
