"""What the intake asks, what a second gate shows, and what a child is not asked."""

from __future__ import annotations

import pytest

from storage import decision_sets, git, projects
from storage.git import repository
from storage.postgres import unit_of_work
from tests.crash.house import ANA, House
from tests.crash.test_rules_advance import advancer, at_gate
from web import commands
from web.views.outcome import heeded
from web.views.rounds import superseded

pytestmark = pytest.mark.anyio


async def test_a_question_stays_open_while_something_else_is_said(house: House) -> None:
    worker = advancer(house)
    made = await house.create()
    await worker.advance(made.id)
    first = (await house.read(made.id)).question
    assert first is not None
    assert first.field == "cloud"
    async with unit_of_work(house.pool) as work:
        await commands.edit_constraints(work, ANA, made.id, {"availability_slo": 99.5})
    await worker.advance(made.id)
    assert (await house.read(made.id)).question == first
    async with unit_of_work(house.pool) as work:
        await commands.send_message(work, ANA, made.id, text="", question_id=first.id, choice="skip")
    await worker.advance(made.id)
    second = (await house.read(made.id)).question
    assert second is not None
    assert second.field == "gpu_required"


async def test_a_comment_that_is_not_tighter_opens_the_gate_again_with_its_delta(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    before = await house.read(made)
    await house.answer(made, "approve", "raise the throughput to 5,000 req/s")
    await worker.advance(made)
    after = await house.read(made)
    assert after.status == "awaiting_approval"
    assert before.cost is not None
    assert after.cost is not None
    assert after.constraints.values.throughput_rps == 5000
    opened = [event.payload for event in await house.events(made) if event.type == "gate-opened"][-1]
    assert opened["comment_kept"] == "raise the throughput to 5,000 req/s"
    assert opened["reasons"]
    assert opened["cost_delta"] == format(after.cost.likely - before.cost.likely, "f")
    assert opened["changes"]["changed"] >= 1
    assert opened["changes"]["added"] == 0
    await house.answer(made)
    await worker.advance(made)
    assert (await house.read(made)).status == "completed"


CPUS = "Serve our PyTorch fraud model on AWS, no GPU, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"


async def test_a_tighter_comment_that_costs_resilience_asks_again(house: House) -> None:
    worker = advancer(house)
    made = (await house.create(CPUS)).id
    await worker.advance(made)
    await house.start(made)
    await worker.advance(made)
    before = await house.read(made)
    assert before.plan is not None
    await house.answer(made, "approve", "cap replicas at 6 and lower the budget to $3,500 a month")
    await worker.advance(made)
    after = await house.read(made)
    assert after.plan is not None
    assert (after.status, before.plan.zones, after.plan.zones) == ("awaiting_approval", 3, 2)
    told = await house.events(made)
    opened = [event.payload for event in told if event.type == "gate-opened"][-1]
    assert opened["reasons"][0] == "It would run in 2 zones instead of 3."
    assert opened["against"] == "previous"
    assert {"what": "Zones", "old": "3", "new": "2", "destructive": False} in opened["moves"]
    assert opened["destructive"] == []  # nothing is committed that could be taken away
    assert "Canary release" in opened["not_generated"]
    assert "Audit logging" not in opened["not_generated"]
    async with house.pool.connection() as conn:
        row = next(item for item in await decision_sets.summaries(conn) if item.id == made)
    assert row.warnings == len(opened["warnings"])
    assert row.changes == {"added": len(after.plan.resources), "changed": 0, "removed": 0}
    amended = [event.payload for event in told if event.node == "process_approval_feedback"]
    cards = {card["title"]: card for card in amended if "title" in card}
    assert set(cards) == {"Amendment", "Critic · tech", "Critic · cost", "Critic · risk"}
    assert cards["Critic · risk"]["decision"] == "Without one zone the peak is not carried."
    assert "the loss of a zone leaves less than the peak needs" in " ".join(cards["Amendment"]["assumptions"])
    assert {item["critic"] for item in cards["Amendment"]["objections"]} == {
        item["critic"] for item in opened["dissent"]
    }


async def test_a_comment_that_is_given_again_is_told_by_what_it_changed(house: House) -> None:
    worker, comment = advancer(house), "cap replicas at 6 and lower the budget to $3,500 a month"
    made = (await house.create(CPUS)).id
    await worker.advance(made)
    await house.start(made)
    await worker.advance(made)
    for _ in range(2):
        await house.answer(made, "approve", comment)
        await worker.advance(made)
    assert (await house.read(made)).status == "completed"

    told = await house.events(made)
    changed = ["Replicas at most: not stated → 6", "Budget: $4,000 /mo → $3,500 /mo"]
    assert [(item.comment, sorted(item.changes)) for item in heeded(told)] == [(comment, sorted(changed))]
    cards = {event.payload["title"]: event for event in told if event.type == "reason-card"}
    again = cards["Comment"].payload["decision"]
    assert again.startswith("What the comment asks for holds already: ")
    assert "$3,500 /mo" in again
    gone = superseded(told)
    assert gone[cards["Plan"].seq] == f"Superseded by card {cards['Amendment'].seq}"
    assert cards["Amendment"].seq not in gone


async def test_after_an_amendment_the_state_speaks_of_the_plan_that_is_built(house: House) -> None:
    worker = advancer(house)
    made = (await house.create(CPUS)).id
    await worker.advance(made)
    await house.start(made)
    await worker.advance(made)
    await house.answer(made, "approve", "cap replicas at 6 and lower the budget to $3,500 a month")
    await worker.advance(made)
    await house.answer(made)
    await worker.advance(made)
    done = await house.read(made)
    assert (done.status, done.plan is not None) == ("completed", True)
    async with house.pool.connection() as conn:
        state = await decision_sets.state_of(conn, made)
        packs = await git.packs_of(conn, (await projects.by_slug(conn, "fraud-model")).id)
    assert done.commit is not None
    with repository.restored(packs) as committed:
        files = {path: blob.data.decode() for path, blob in repository.blobs_at(committed, done.commit).items()}
    said = {item["claim"] for item in state["critiques"] if item["severity"] != "none"}
    assert said == {item["claim"] for item in state["reconciliation"]["dissent"]}
    assert said == {state[f"critique_{name}"]["claim"] for name in ("tech", "cost", "risk")}
    assert "Without one zone the peak is not carried." in said
    assert all(claim in files["docs/policy.md"] for claim in said)
    assert state["plan"]["summary"] in files["docs/plan.md"]
    assert "54 machines" not in str(state["critiques"])


async def test_a_child_is_not_asked_what_its_parent_was_approved_without(house: House) -> None:
    worker = advancer(house)
    parent = await at_gate(house, worker)
    child = await house.create("at most $3,000 a month", parent=parent)
    await worker.advance(child.id)
    now = await house.read(child.id)
    assert (now.status, now.question) == ("awaiting_approval", None)
    assert now.constraints.values.monthly_budget_usd == 3000


async def test_a_plan_that_rests_on_nothing_said_carries_a_warning(house: House) -> None:
    worker = advancer(house)
    made = await house.create("hello")
    await worker.advance(made.id)
    assert (await house.read(made.id)).question is not None
    await house.start(made.id)
    await worker.advance(made.id)
    opened = [event.payload for event in await house.events(made.id) if event.type == "gate-opened"][-1]
    assert opened["warnings"][0] == "Nothing was stated: every constraint of this plan is assumed."
