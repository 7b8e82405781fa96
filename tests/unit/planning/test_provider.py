from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from providers.base import OrchestrationProvider, PlanRequest
from providers.compute import ComputePool
from providers.policies import PolicyBundle, evaluate
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from storage.records.constraints import ConstraintValues

from .plans import FRAUD

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[ComputePool]:
    pool = ComputePool()
    yield pool
    pool.close()


async def test_the_same_plan_from_another_process(book: PriceBook, bundle: PolicyBundle, pool: ComputePool) -> None:
    values = ConstraintValues.model_validate(FRAUD)
    here: OrchestrationProvider = Rulebook(book)
    there: OrchestrationProvider = Rulebook(book, compute=pool)
    first, second = await here.plan(PlanRequest(values)), await there.plan(PlanRequest(values))
    assert first == second
    report = await pool(evaluate, bundle, values, first.plan, first.cost)
    assert report == evaluate(bundle, values, first.plan, first.cost)


async def test_it_reads_plans_and_criticises(book: PriceBook) -> None:
    provider = Rulebook(book)
    reading = await provider.read("At most $4k a month, p95 under 80 ms")
    assert {item.field for item in reading.findings} >= {"monthly_budget_usd", "latency_p95_ms"}
    values = ConstraintValues.model_validate(FRAUD)
    proposal = await provider.plan(PlanRequest(values))
    found = [await provider.critique(name, values, proposal.plan, proposal.cost) for name in ("tech", "cost", "risk")]
    assert [item.critic for item in found] == ["tech", "cost", "risk"]


def test_the_pack_is_the_hash_of_the_rules(book: PriceBook) -> None:
    assert Rulebook(book).pack == Rulebook(book).pack
    assert len(Rulebook(book).pack) == 64
    assert (Rulebook.name, Rulebook.model) == ("rulebook", "rulebook-1")
