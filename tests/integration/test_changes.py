"""The change summary between decision sets that stand in Postgres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from storage import changes, git, projects
from storage.postgres import Pool, unit_of_work
from storage.records.changes import ConstraintChange, CostChange
from storage.records.errors import NotFound
from storage.records.events import ConstraintCaptured, MessageReceived
from storage.records.ids import DecisionSetId, ProjectId
from tests.integration.decided import HASH, Written, constraints, cost, opened, plan, planned, policy

pytestmark = pytest.mark.anyio

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def project(pool: Pool) -> ProjectId:
    async with unit_of_work(pool) as work:
        return (await projects.create(work.conn, "Fraud model", "ana")).id


async def commit(pool: Pool, project: ProjectId, decided: Written, files: dict[str, bytes], parent: str | None) -> str:
    prepared = await git.prepare_commit(pool, project, "main", files, "Plan it", "ana", WHEN, parent)
    body = {"commit": prepared.record.model_dump(mode="json")}
    async with unit_of_work(pool) as work:
        await git.publish(work.conn, project, prepared)
    await decided.step("diff_and_persist", body, patch={"commit_sha": prepared.sha})
    return prepared.sha


@dataclass(frozen=True, slots=True)
class Pair:
    """A finished decision set and its child. Seqs of the child's events by what they told."""

    parent: DecisionSetId
    child: DecisionSetId
    commits: tuple[str, str]
    captured: int
    planner: int
    policies: int


@pytest.fixture
async def pair(pool: Pool, project: ProjectId) -> Pair:
    parent = await opened(pool, project, constraints(monthly_budget_usd=4000, latency_p95_ms=80))
    await planned(parent, plan(4), cost("1240.00"), policy(budget="pass", zones="warn"), HASH)
    first = await commit(pool, project, parent, {"main.tf": b"count = 4\n", "old.py": b""}, None)
    now = constraints("confirmed", monthly_budget_usd=900, latency_p95_ms=80)
    child = await opened(pool, project, now, parent.id)
    await child.say(MessageReceived(text="at most $900", by="ana"))
    captured = await child.say(
        ConstraintCaptured(field="monthly_budget_usd", value=900, status="stated", evidence=None, previous=4000)
    )
    planner, policies = await planned(
        child, plan(2, "m7i.medium"), cost("810.50"), policy(budget="pass", zones="pass", gpu="warn"), HASH
    )
    second = await commit(pool, project, child, {"main.tf": b"count = 2\n", "new.py": b""}, first)
    return Pair(parent.id, child.id, (first, second), captured, planner, policies)


async def test_state_leads_to_the_card_that_caused_it(pool: Pool, pair: Pair) -> None:
    found = await changes.summary(pool, pair.child)
    assert (found.base, found.head) == (pair.parent, pair.child)
    moved = {item.path: (item.kind, item.old, item.new, item.cause) for item in found.state}
    reason, told_cost = pair.planner - 1, pair.planner
    assert moved == {
        "constraints.monthly_budget_usd": ("changed", 4000, 900, pair.captured),
        "cost_estimate.high": ("changed", "1240.00", "810.50", told_cost),
        "cost_estimate.likely": ("changed", "1240.00", "810.50", told_cost),
        "cost_estimate.lines[compute].unit_usd": ("changed", "1240.00", "810.50", told_cost),
        "cost_estimate.lines[compute].usd": ("changed", "1240.00", "810.50", told_cost),
        "cost_estimate.low": ("changed", "1240.00", "810.50", told_cost),
        "plan.resources[compute].count": ("changed", 4, 2, reason),
        "plan.resources[compute].sku": ("changed", "m7i.large", "m7i.medium", reason),
        "plan.summary": ("changed", "4 × m7i.large", "2 × m7i.medium", reason),
        "policy_results.results[gpu]": ("added", None, policy(gpu="warn").results[0].model_dump(), pair.policies),
        "policy_results.results[zones].outcome": ("changed", "warn", "pass", pair.policies),
    }


async def test_git_cost_policy_and_constraints(pool: Pool, pair: Pair) -> None:
    found = await changes.summary(pool, pair.child)
    assert (found.git.base_commit, found.git.head_commit) == pair.commits
    assert [(item.path, item.status, item.additions, item.deletions) for item in found.git.files] == [
        ("main.tf", "changed", 1, 1),
        ("new.py", "added", 0, 0),
        ("old.py", "removed", 0, 0),
    ]
    assert found.cost == CostChange(base=Decimal("1240.00"), head=Decimal("810.50"), delta=Decimal("-429.50"))
    assert found.model_dump(mode="json")["cost"] == {"base": "1240.00", "head": "810.50", "delta": "-429.50"}
    assert [(item.id, item.base, item.head) for item in found.policy] == [
        ("gpu", None, "warn"),
        ("zones", "warn", "pass"),
        ("budget", "pass", "pass"),
    ]
    assert found.constraints == [
        ConstraintChange(field="monthly_budget_usd", kind="changed", old=4000, new=900, cause=pair.captured)
    ]
    assert found.destructive == ["compute is replaced: sku m7i.large becomes m7i.medium"]


async def test_without_a_parent_everything_is_added(pool: Pool, pair: Pair) -> None:
    found = await changes.summary(pool, pair.parent)
    assert found.base is None
    assert {item.kind for item in found.state} == {"added"}
    assert [(item.path, item.status) for item in found.git.files] == [("main.tf", "added"), ("old.py", "added")]
    assert found.cost == CostChange(base=None, head=Decimal("1240.00"), delta=None)
    assert [item.field for item in found.constraints] == ["latency_p95_ms", "monthly_budget_usd"]
    assert found.destructive == []


async def test_any_two_can_be_compared_and_one_with_itself_has_not_moved(pool: Pool, pair: Pair) -> None:
    back = await changes.summary(pool, pair.parent, pair.child)
    assert (back.git.base_commit, back.git.head_commit) == pair.commits[::-1]
    assert back.cost.delta == Decimal("429.50")
    same = await changes.summary(pool, pair.child, pair.child)
    assert (same.state, same.git.files, same.constraints, same.cost.delta) == ([], [], [], Decimal("0.00"))


async def test_an_edit_beside_the_chat_is_a_cause_too(pool: Pool, project: ProjectId) -> None:
    edited = await opened(pool, project, constraints("confirmed", max_replicas=6))
    seq = await edited.say(MessageReceived(text="", by="ana", edits={"max_replicas": 6}))
    await edited.say(MessageReceived(text="and so on", by="ana"))
    found = await changes.summary(pool, edited.id)
    assert [(item.path, item.cause) for item in found.state] == [("constraints.max_replicas", seq)]


async def test_before_a_plan_there_is_no_cost_and_no_git(pool: Pool, project: ProjectId) -> None:
    found = await changes.summary(pool, (await opened(pool, project, constraints())).id)
    assert (found.state, found.policy, found.git.head_commit) == ([], [], None)
    assert found.cost == CostChange(base=None, head=None, delta=None)


async def test_an_unknown_decision_set_is_not_found(pool: Pool, pair: Pair) -> None:
    with pytest.raises(NotFound):
        await changes.summary(pool, DecisionSetId("nothing"))
    with pytest.raises(NotFound):
        await changes.summary(pool, pair.child, DecisionSetId("nothing"))
