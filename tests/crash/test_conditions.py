"""Approvals under a condition: what no constraint holds builds nothing."""

from __future__ import annotations

import pytest

from graphs.decision.feedback import SAY_IT
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate

pytestmark = pytest.mark.anyio


async def test_an_approval_under_a_condition_that_nothing_can_hold_builds_nothing(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    before = (await house.read(made)).gate
    assert before is not None
    for comment in ("data must be encrypted with our own KMS key", "must also log everything and tag team=ml"):
        await house.answer(made, "approve", comment)
        await worker.advance(made)
        now = await house.read(made)
        assert (now.status, now.commit) == ("awaiting_approval", None)
        assert now.gate is not None
        assert (now.gate.capsule, now.gate.id != before.id) == (before.capsule, True)
        told = await house.events(made)
        opened = [event.payload for event in told if event.type == "gate-opened"][-1]
        assert opened["comment_kept"] == comment
        assert opened["reasons"] == [
            f"Nothing was built: your comment asks for something that could not be read as a constraint: “{comment}”.",
            SAY_IT,
        ]
        card = [event.payload for event in told if event.type == "reason-card"][-1]
        assert (card["decision"], card["chosen"]) == ("Nothing was built", "Ask for approval again")
    await house.answer(made, "approve", "ok, ticket OPS-12")
    await worker.advance(made)
    assert (await house.read(made)).status == "completed"


async def test_an_approval_that_was_not_acted_on_stands_for_no_later_gate(house: House) -> None:
    """Planned again without a change, the capsule is the same, and a valid approval of it would be kept."""
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, "approve", "data must be encrypted with our own KMS key")
    await worker.advance(made)
    await house.answer(made, "request_changes", "I do not like this one.")
    await worker.advance(made)
    gates = [event.payload for event in await house.events(made) if event.type == "gate-opened"]
    assert len({gate["capsule"] for gate in gates}) == 1
    assert (await house.read(made)).status == "awaiting_approval"


async def test_what_was_read_beside_a_condition_is_kept_and_asked_about(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, "approve", "cap replicas at 6 and encrypt the disks with our key")
    await worker.advance(made)
    now = await house.read(made)
    assert (now.status, now.constraints.values.max_replicas) == ("awaiting_approval", 6)
    opened = [event.payload for event in await house.events(made) if event.type == "gate-opened"][-1]
    assert "“encrypt the disks with our key”" in opened["reasons"][0]
    await house.answer(made)
    await worker.advance(made)
    assert (await house.read(made)).status == "completed"


async def test_an_approval_that_allows_more_is_not_called_tighter(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made, "approve", "raise the budget to $9,000 a month")
    await worker.advance(made)
    assert (await house.read(made)).constraints.values.monthly_budget_usd == 9000
    [card] = [event.payload for event in await house.events(made) if event.payload.get("title") == "Amendment"]
    assert card["chosen"].startswith("More is allowed (Budget), and the plan takes none of it: goes on under ")
