"""Recorded replay holds for what was written, and names the first thing that was changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from cli.verify import node_inputs
from storage import projects
from storage.artifacts import FolderStore
from storage.postgres import Pool, unit_of_work
from storage.records.canonical import sha256_of
from storage.records.errors import NotFound
from storage.records.ids import DecisionSetId, ProjectId, Sha256
from storage.verification import Difference, Verified, verify
from tests.integration.decided import constraints, finish, opened

pytestmark = pytest.mark.anyio


def seal(state: Mapping[str, Any]) -> Sha256:
    """Stands for the providers' capsule: a hash over what was decided, amended where it was."""
    if state.get("amendment"):
        return sha256_of({"amends": state["amendment"]["amends"], "plan": state["plan"]})
    return sha256_of([state[name] for name in ("plan", "cost_estimate", "policy_results", "basis")])


@dataclass(frozen=True, slots=True)
class Finished:
    pool: Pool
    store: FolderStore
    id: DecisionSetId
    artifact: Sha256
    commit: str

    async def verify(self) -> list[Verified]:
        async with self.pool.connection() as conn:
            return [check async for check in verify(conn, self.store, self.id, seal, node_inputs())]

    async def tamper(self, statement: bytes, *values: Any) -> None:
        async with self.pool.connection() as conn:
            changed = await conn.execute(statement, values or None)
            assert changed.rowcount > 0


@pytest.fixture
async def project(pool: Pool) -> ProjectId:
    async with unit_of_work(pool) as work:
        return (await projects.create(work.conn, "Fraud model", "ana")).id


@pytest.fixture
async def finished(pool: Pool, project: ProjectId, tmp_path: Path) -> Finished:
    store = FolderStore(tmp_path)
    decided, artifact, commit = await finish(pool, project, store, seal)
    return Finished(pool, store, decided.id, artifact, commit)


async def test_everything_holds_as_it_was_written(finished: Finished) -> None:
    assert await finished.verify() == [
        Verified("events", 4),
        Verified("steps", 6),
        Verified("capsules", 2),
        Verified("artifacts", 1),
        Verified("bundle files", 2),
        Verified("committed files", 2),
        Verified("inputs", 5, left=("extract_constraints",)),
        Verified("packs", 1),
        Verified("told as kept", 1),
    ]


async def test_what_has_not_happened_yet_is_not_run(pool: Pool, project: ProjectId, tmp_path: Path) -> None:
    decided = await opened(pool, project, constraints())
    async with pool.connection() as conn:
        found = [check async for check in verify(conn, FolderStore(tmp_path), decided.id, seal)]
    assert [check.what for check in found if check.not_run] == [
        "capsules",
        "artifacts",
        "bundle files",
        "committed files",
        "inputs",
        "packs",
        "told as kept",
    ]


TAMPERED = [
    (b"update events set seq = 9 where seq = 2", "the event after seq 1 is recorded as 3"),
    (b"delete from events where seq = 4", "the count of events is recorded as 4 and derives to 3"),
    (b"update events set payload = '{}' where type = 'cost-update'", "event 3 is no cost-update"),
    (b"update states set body = body || '{\"x\": 1}' where node = 'planner'", "planner .*: the hash of its state"),
    (b"update agent_runs set output_sha = 'x' where node = 'codegen'", "codegen .*: the ledger's output hash"),
    (b"update agent_runs set input_sha = 'x' where node = 'codegen'", "codegen .*: the ledger's input hash"),
    (
        b'update gates set answer = answer || \'{"comment": "x"}\'',
        "process_approval_feedback .*: the ledger's input hash",
    ),
    (b"delete from states where node = 'policy_eval'", "policy_eval .*: the ledger names an output"),
    (b"delete from agent_runs where node = 'planner'", "planner .*: the ledger's output hash is recorded as None"),
    (b"update gates set capsule = 'x'", "gate gate: its capsule is recorded as x"),
    (b'update gates set answer = answer || \'{"capsule": "x"}\'', "gate gate: the capsule that was answered"),
    (b'update gates set answer = answer || \'{"action": "reject"}\'', "which nobody approved"),
    (
        b'update decision_sets set constraints = \'{"cloud": {"value": ["aws"], "status": "sworn"}}\'',
        "constraints.cloud.status cannot be what is recorded: Input should be 'stated'",
    ),
    (b"update artifacts set size = 1", "artifact b.zip: its size is recorded as 1"),
    (b"update git_packs set pack = set_byte(pack, 40, get_byte(pack, 40) # 255)", "pack .*: its checksum"),
    (b"update git_refs set sha = repeat('0', 40)", "cannot be read"),
    (b"delete from git_refs", "is not on the branch it was made for"),
    (b"delete from git_packs", "cannot be read"),
    (b"update decision_sets set commit_sha = repeat('0', 40)", "the commit of the last step"),
    (b"delete from packs", "event .* names pack .*, which was never in use here"),
]


@pytest.mark.parametrize(("statement", "said"), TAMPERED)
async def test_the_first_difference_is_named(finished: Finished, statement: bytes, said: str) -> None:
    await finished.tamper(statement)
    with pytest.raises(Difference, match=said):
        await finished.verify()


async def test_a_damaged_artifact_is_named(finished: Finished) -> None:
    (finished.store.root / finished.artifact[:2] / finished.artifact).write_bytes(b"PK")
    with pytest.raises(Difference, match=f"artifact {finished.artifact}"):
        await finished.verify()


async def test_a_bundle_that_lists_other_files_is_named(finished: Finished) -> None:
    async with finished.pool.connection() as conn:
        found = await conn.execute(b"select body from states where node = 'codegen'")
        body = (await found.fetchone() or {})["body"]
    body["bundle"]["files"][0]["path"] = "OTHER.md"
    digest = sha256_of(body)
    await finished.tamper(b"update states set body = %s, sha256 = %s where node = 'codegen'", Jsonb(body), digest)
    await finished.tamper(b"update agent_runs set output_sha = %s where node = 'codegen'", digest)
    with pytest.raises(Difference, match=r"the zip has no OTHER\.md, which the bundle lists"):
        await finished.verify()


async def test_an_unknown_decision_set_is_not_found(finished: Finished) -> None:
    async with finished.pool.connection() as conn:
        with pytest.raises(NotFound):
            await anext(verify(conn, finished.store, DecisionSetId("nothing"), seal))
