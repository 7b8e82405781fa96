"""A child that asks for nothing else says so at its gate."""

from __future__ import annotations

import pytest

from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("message", "same"), [("the same again, please", True), ("at most $3,000 a month", False)], ids=["same", "other"]
)
async def test_a_gate_says_where_nothing_differs_from_the_parent(house: House, message: str, same: bool) -> None:
    worker = advancer(house)
    parent = await at_gate(house, worker)
    child = (await house.create(message, parent=parent)).id
    await worker.advance(child)
    await house.start(child)
    await worker.advance(child)
    [opened] = [event.payload for event in await house.events(child) if event.type == "gate-opened"]
    said = "Nothing differs from #1: the same constraints, resources and cost."
    assert (said in opened["warnings"]) is same
