"""A branch that moves while a node prepares its commit costs the node another try, not the run."""

from __future__ import annotations

from typing import Any, cast

import pytest
from typing_extensions import TypedDict

from graphs.ledger import REBUILDS, _execute
from storage.postgres import Pool
from storage.records.errors import RefMoved
from storage.records.ids import CheckpointId, DecisionSetId, RunId, TaskId, ThreadId
from storage.records.steps import NodeResult, RunContext

pytestmark = pytest.mark.anyio


class Shape(TypedDict, total=False):
    project: str


async def run(times: int) -> tuple[Any, int]:
    """What the wrapper gives for a node that finds the branch moved so many times, and how often it ran."""
    tries = 0

    async def node(state: Shape, context: RunContext | None) -> NodeResult:
        nonlocal tries
        tries += 1
        if tries <= times:
            raise RefMoved("main stands elsewhere")
        return NodeResult(update={"project": "p"})

    context = RunContext(
        pool=cast(Pool, None),
        decision_set=DecisionSetId("d"),
        thread=ThreadId("d"),
        run=RunId("r"),
        lease=1,
        request_id="q",
        pending={},
    )
    update = await _execute("n", node, {}, context, TaskId("t"), CheckpointId("c"), Shape, Shape)
    return update, tries


async def test_a_moved_branch_is_prepared_for_anew() -> None:
    assert await run(REBUILDS - 1) == ({"project": "p"}, REBUILDS)


async def test_a_branch_that_never_rests_fails_the_node() -> None:
    with pytest.raises(RefMoved):
        await run(REBUILDS)
