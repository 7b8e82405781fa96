"""Only what is committed can be destroyed, whichever plan a gate is held against."""

from __future__ import annotations

import pytest

from storage.records.ids import DecisionSetId
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate

pytestmark = pytest.mark.anyio


async def lost(house: House, decision_set: DecisionSetId) -> list[tuple[str, bool]]:
    """Of each gate, what its moves are against, and whether it takes anything away."""
    opened = [event.payload for event in await house.events(decision_set) if event.type == "gate-opened"]
    return [(item["against"], bool(item["destructive"])) for item in opened]


async def test_a_plan_made_again_takes_away_only_what_is_committed(house: House) -> None:
    worker = advancer(house)
    parent = await at_gate(house, worker)
    await house.answer(parent, "request_changes", "run it in eu-west-1")
    await worker.advance(parent)
    assert await lost(house, parent) == [("", False), ("previous", False)]
    await house.answer(parent)
    await worker.advance(parent)
    assert (await house.read(parent)).status == "completed"
    child = (await house.create("run it in eu-central-1", parent=parent)).id
    await worker.advance(child)
    await house.start(child)
    await worker.advance(child)
    await house.answer(child, "request_changes", "p95 under 70 ms")
    await worker.advance(child)
    assert await lost(house, child) == [("parent", True), ("previous", True)]
