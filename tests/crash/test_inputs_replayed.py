"""What real nodes were given is derived again from the rows they left: through two gates, an amendment and a child."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.verify import node_inputs, sealed
from storage.artifacts import FolderStore
from storage.postgres import Pool
from storage.records.ids import DecisionSetId
from storage.verification import Difference, Verified, verify
from tests.crash.house import House

pytestmark = pytest.mark.anyio

INTAKE = ("adaptive_questioner", "coverage_check", "extract_constraints")


async def inputs(pool: Pool, folder: Path, decision_set: DecisionSetId) -> Verified:
    async with pool.connection() as conn:
        found = [item async for item in verify(conn, FolderStore(folder), decision_set, sealed, node_inputs())]
    return next(item for item in found if item.what == "inputs")


async def test_every_input_of_a_real_run_is_derived_again(house: House, pool: Pool) -> None:
    house.start_worker()
    made = await house.create()
    first = await house.to_gate(made.id)
    await house.answer(made.id, "request_changes", "cap replicas at 7")
    await house.until(
        made.id, lambda now: now.gate is not None and first.gate is not None and now.gate.id != first.gate.id
    )
    await house.answer(made.id, "approve", "cap replicas at 6")
    await house.until(made.id, lambda now: now.status == "completed")
    folder = house.data_dir / "artifacts"
    held = await inputs(pool, folder, made.id)
    assert (held.what, held.left) == ("inputs", INTAKE)
    async with pool.connection() as conn:
        row = await (
            await conn.execute("select count(*) as n from agent_runs where thread_id = %s", (made.id,))
        ).fetchone()
    assert row is not None
    assert held.count == row["n"] >= 16

    child = await house.create("Same again, but at most $2,500 a month", parent=made.id)
    await house.to_gate(child.id)
    held = await inputs(pool, folder, child.id)
    assert held.count >= 5
    assert "reconcile" not in held.left

    async with pool.connection() as conn:
        await conn.execute("update agent_runs set input_sha = 'x' where node = 'critic_cost'")
    for changed in (made.id, child.id):
        with pytest.raises(Difference, match=r"critic_cost .*: the ledger's input hash is recorded as x"):
            await inputs(pool, folder, changed)
