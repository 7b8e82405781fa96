"""What people said and answered is recorded twice, and `verify` names the record that was changed afterwards."""

from __future__ import annotations

import pytest

from cli.verify import node_inputs, sealed
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.bundle import RulebookCodeGen
from storage.artifacts import FolderStore
from storage.postgres import Connection, Pool
from storage.records.ids import DecisionSetId
from storage.verification import Difference, verify
from tests.crash.house import House
from tests.crash.test_rules_advance import advancer, at_gate
from worker.models import note_rules

pytestmark = pytest.mark.anyio


async def verified(conn: Connection, house: House, decision_set: DecisionSetId) -> dict[str, int]:
    store = FolderStore(house.data_dir / "artifacts")
    found = verify(conn, store, decision_set, sealed, node_inputs())
    return {check.what: check.count async for check in found}


async def tampered(pool: Pool, house: House, decision_set: DecisionSetId, statement: bytes) -> str:
    """What `verify` says of it; nothing stays changed."""
    async with pool.connection() as conn, conn.transaction(force_rollback=True):
        assert (await conn.execute(statement)).rowcount > 0
        with pytest.raises(Difference) as found:
            await verified(conn, house, decision_set)
    return str(found.value)


async def test_every_altered_word_is_named(house: House) -> None:
    worker = advancer(house)
    await note_rules(house.pool, Rulebook(PriceBook.load()), RulebookCodeGen())
    made = await at_gate(house, worker)
    await house.answer(made, "approve", "cap replicas at 6")
    await worker.advance(made)
    async with house.pool.connection() as conn:
        assert (await verified(conn, house, made))["told as kept"] == 5
    for statement, said in (
        (b'update events set payload = payload || \'{"text": "x"}\' where seq = 1', "message 1 "),
        (b'update events set payload = payload || \'{"by": "eve"}\' where seq = 1', "message 1 "),
        (
            b"update events set payload = payload || '{\"comment\": \"x\"}' where type = 'gate-answered'",
            "the answer to",
        ),
        (b"update events set payload = payload || '{\"by\": \"eve\"}' where type = 'gate-answered'", "the answer to"),
        (b"update events set payload = payload || '{\"capsule\": \"x\"}' where type = 'gate-opened'", "the capsule of"),
        (b"update decision_sets set constraints = constraints - 'max_replicas'", "the constraints that are served"),
    ):
        assert said in await tampered(house.pool, house, made, statement)
