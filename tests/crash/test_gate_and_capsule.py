"""What an approval covers, soft policies that it overrides, and gates that nobody answers, on real rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection, connect
from structlog.testing import capture_logs

from graphs.decision.feedback import UNREAD
from graphs.services import Services
from graphs.state import serializer
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from storage import policy_decisions
from storage.postgres import every, unit_of_work
from storage.records.errors import ActionNotAllowed, GateExpired, Invalid, NotFailed, OverrideRequired, RoleForbids
from storage.records.ids import DecisionSetId
from storage.records.plans import PolicyOverride
from tests.crash.house import ANA, House, kinds
from tests.crash.test_rules_advance import advancer, at_gate, services
from web import commands
from web.commands import Caller
from web.views.let_stand import overrides
from worker.advance import Advancer
from worker.recover import expire_gates

pytestmark = pytest.mark.anyio
SERIALIZER = serializer()
TRANSFERRED = (
    "Serve our XGBoost churn model in us-east-1, 50 req/s, p95 200 ms, GDPR, internal data, at most $900 a month"
)
"""Data under the GDPR outside the EEA, and nobody calls it personal: two soft policies say so."""


class Renamed(Rulebook):
    def __init__(self, **changes: str) -> None:
        super().__init__(PriceBook.load())
        for name, value in changes.items():
            setattr(self, name, value)


@contextmanager
def channel_of(house: House, decision_set: DecisionSetId, channel: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """The channel's newest value in the checkpoints, changed behind everybody's back for as long as this lasts."""
    with connect(house.database_url, autocommit=True) as conn:
        kind, blob = _blob(conn, decision_set, channel)
        kind_after, after = SERIALIZER.dumps_typed(change(SERIALIZER.loads_typed((kind, bytes(blob)))))
        _write(conn, decision_set, channel, kind_after, after)
        yield
        _write(conn, decision_set, channel, kind, bytes(blob))


NEWEST = "thread_id = %s and channel = %s order by version desc limit 1"


def _blob(conn: Connection[Any], decision_set: str, channel: str) -> tuple[str, bytes]:
    found = conn.execute(f"select type, blob from checkpoint_blobs where {NEWEST}", (decision_set, channel)).fetchone()  # pyright: ignore[reportArgumentType]
    assert found is not None, channel
    return found


def _write(conn: Connection[Any], decision_set: str, channel: str, kind: str, blob: bytes) -> None:
    done = conn.execute(
        "update checkpoint_blobs set type = %s, blob = %s where (thread_id, checkpoint_ns, channel, version) in"
        f" (select thread_id, checkpoint_ns, channel, version from checkpoint_blobs where {NEWEST})",  # pyright: ignore[reportArgumentType]
        (kind, blob, decision_set, channel),
    )
    assert done.rowcount == 1


def plus_one(cost: Any) -> Any:
    return cost.model_copy(update={"likely": cost.likely + Decimal(1)})


def one_more_machine(plan: Any) -> Any:
    first, *rest = plan.resources
    return plan.model_copy(update={"resources": [first.model_copy(update={"count": first.count + 1}), *rest]})


def all_passed(report: Any) -> Any:
    return report.model_copy(
        update={"results": [item.model_copy(update={"outcome": "pass"}) for item in report.results]}
    )


def looser(constraints: Any) -> Any:
    budget = constraints.root["monthly_budget_usd"].model_copy(update={"value": 40_000.0})
    return constraints.with_changes({"monthly_budget_usd": budget})


STATE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "plan": ("plan", one_more_machine),
    "cost": ("cost_estimate", plus_one),
    "policy": ("policy_results", all_passed),
    "constraints": ("constraints", looser),
}


def other(house: House, **changes: Any) -> Services:
    return replace(services(house.data_dir), **changes)


def with_other_prices() -> PriceBook:
    """The shipped book without its last machine."""
    files = dict(PriceBook.load().files)
    kept, _, _ = files["instances.csv"].rstrip(b"\n").rpartition(b"\n")
    return PriceBook.of({**files, "instances.csv": kept + b"\n"})


WORLD: dict[str, Callable[[House], Services]] = {
    "policy_bundle": lambda house: other(
        house, policies=PolicyBundle.of("ours.yaml", PolicyBundle.load().data + b"\n# ours\n")
    ),
    "price_book": lambda house: other(house, book=with_other_prices()),
    "provider": lambda house: other(house, orchestration=Renamed(name="another")),
    "model": lambda house: other(house, orchestration=Renamed(model="another")),
    "pack": lambda house: other(house, orchestration=Renamed(pack="f" * 64)),
}


async def refused(house: House, worker: Advancer, made: DecisionSetId, moved: str) -> None:
    """The run fails, names what moved and nothing else, and nothing was built."""
    with capture_logs():
        await worker.advance(made)
    now = await house.read(made)
    assert (now.status, now.commit, now.artifacts) == ("failed", None, []), moved
    said = [event.payload["cause"] for event in await house.events(made) if event.type == "run-failed"][-1]
    assert said == f"What was approved is not what would run: {moved} moved since the gate opened."
    assert "codegen" not in {event.node for event in await house.events(made)}


async def again(house: House, made: DecisionSetId) -> None:
    async with unit_of_work(house.pool) as work:
        await commands.retry(work, ANA, made)


async def test_whatever_moves_after_the_gate_opened_is_refused_by_name(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    await house.answer(made)
    for name, (channel, change) in STATE.items():
        with channel_of(house, made, channel, change):
            await refused(house, worker, made, name)
        await again(house, made)
    for name, build in WORLD.items():
        await refused(house, Advancer(house.pool, build(house), "other"), made, name)
        await again(house, made)
    await worker.advance(made)
    assert (await house.read(made)).status == "completed"


async def test_a_soft_policy_needs_a_reason_of_an_approver(house: House) -> None:
    worker = advancer(house)
    made = (await house.create(TRANSFERRED)).id
    await worker.advance(made)
    await house.start(made)
    await worker.advance(made)
    now = await house.read(made)
    assert now.gate is not None
    assert now.policy is not None
    unmet = [item.id for item in now.policy.unmet_soft]
    assert unmet == ["gdpr-transfer", "compliance-data-class"]

    async def approve(caller: Caller = ANA, **reasons: str) -> None:
        given = [PolicyOverride(policy=name.replace("_", "-"), reason=reason) for name, reason in reasons.items()]
        async with unit_of_work(house.pool) as work:
            assert now.gate is not None
            await commands.answer_gate(
                work, caller, made, now.gate.id, action="approve", capsule=now.gate.capsule, overrides=given
            )

    with pytest.raises(OverrideRequired) as missing:
        await approve(gdpr_transfer="Standard contractual clauses are signed")
    assert "(compliance-data-class)" in missing.value.detail
    assert "(gdpr-transfer)" not in missing.value.detail
    with pytest.raises(OverrideRequired):
        await approve(gdpr_transfer="x", compliance_data_class="  ")
    with pytest.raises(Invalid):
        await approve(gdpr_transfer="x", compliance_data_class="x", budget="hard rules stay")
    with pytest.raises(Invalid):
        await approve(gdpr_transfer="x", compliance_data_class="x", nope="no such rule")
    with pytest.raises(RoleForbids):
        await approve(Caller("olga", "operator", "r"), gdpr_transfer="x", compliance_data_class="x")
    assert (await house.read(made)).gate is not None

    await approve(
        gdpr_transfer="Standard contractual clauses are signed", compliance_data_class="Pseudonymous accounts only"
    )
    await worker.advance(made)
    told = await house.events(made)
    assert (await house.read(made)).status == "completed"
    answered = next(event.payload for event in told if event.type == "gate-answered")
    assert {item["policy"]: item["reason"] for item in answered["overrides"]} == {
        "gdpr-transfer": "Standard contractual clauses are signed",
        "compliance-data-class": "Pseudonymous accounts only",
    }
    async with house.pool.connection() as conn:
        [logged] = await policy_decisions.recent(conn)
    assert logged.overridden_by == "ana"
    assert [item.policy for item in logged.overrides] == ["gdpr-transfer", "compliance-data-class"]
    assert overrides(told)[logged.seq]["gdpr-transfer"] == "ana: Standard contractual clauses are signed"


async def test_changes_are_requested_three_times_at_most_and_then_it_says_why(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    for replicas in (9, 8, 7):
        await house.answer(made, "request_changes", f"cap replicas at {replicas}")
        await worker.advance(made)
    now = await house.read(made)
    assert now.gate is not None
    assert now.constraints.values.max_replicas == 7
    assert now.gate.allowed == ["approve", "reject"]
    with pytest.raises(ActionNotAllowed) as refusal:
        await house.answer(made, "request_changes", "once more")
    assert refusal.value.detail.startswith("Changes were requested 3 times, and no plan is made a further time.")


async def test_what_cannot_be_read_uses_no_round_and_says_what_could(house: House) -> None:
    worker = advancer(house)
    made = await at_gate(house, worker)
    for _ in range(4):
        await house.answer(made, "request_changes", "I do not like this one.")
        await worker.advance(made)
    now = await house.read(made)
    assert now.gate is not None
    assert now.gate.allowed == ["approve", "request_changes", "reject"]
    opened = [event for event in await house.events(made) if event.type == "gate-opened"][-1]
    assert opened.payload["comment_kept"] == "I do not like this one."
    assert opened.payload["reasons"] == [UNREAD]


async def test_a_gate_that_nobody_answers_expires_in_the_open_and_opens_again(house: House) -> None:
    worker = advancer(house, approval_window=timedelta(milliseconds=1))
    made = await at_gate(house, worker)
    gate = (await house.read(made)).gate
    assert gate is not None
    with pytest.raises(GateExpired):
        await house.answer(made)
    async with house.pool.connection() as conn:
        waiting = await every(conn, b"select 1 from procrastinate_jobs where status = 'todo' and attempts > 0")
    await expire_gates(house.pool)
    told = await house.events(made)
    await expire_gates(house.pool)

    assert waiting == []
    assert await house.events(made) == told
    assert kinds(told)[-3:] == ["run-failed", "stage-changed", "run-complete"]
    assert told[-3].payload["cause"].startswith("Nobody answered the approval by ")
    assert told[-1].payload == {"outcome": "failed"}
    assert (await house.read(made)).status == "failed"
    async with unit_of_work(house.pool) as work:
        with pytest.raises(GateExpired):
            await commands.answer_gate(work, ANA, made, gate.id, action="approve", capsule=gate.capsule)

    with connect(house.database_url, autocommit=True) as conn:  # as if it had stood open for an hour
        conn.execute("update gates set opened_at = expires_at - interval '1 hour'")
    await again(house, made)
    await worker.advance(made)
    opened = (await house.read(made)).gate
    assert opened is not None
    assert (opened.id, opened.capsule) == (gate.id, gate.capsule)
    assert (opened.expires_at - opened.opened_at) == timedelta(hours=1)
    shown = [event.payload for event in await house.events(made) if event.type == "gate-opened"]
    assert len(shown) == 2
    assert shown[0]["warnings"] == shown[1]["warnings"]
    async with unit_of_work(house.pool) as work:
        with pytest.raises(NotFailed):
            await commands.retry(work, ANA, made)
    await house.answer(made)
    await worker.advance(made)
    assert (await house.read(made)).status == "completed"


async def test_an_expired_gate_opens_again_before_anybody_marked_it(house: House) -> None:
    worker = advancer(house, approval_window=timedelta(milliseconds=1))
    made = await at_gate(house, worker)
    with connect(house.database_url, autocommit=True) as conn:
        conn.execute("update gates set opened_at = expires_at - interval '1 hour'")
    await again(house, made)
    await expire_gates(house.pool)
    await worker.advance(made)
    await expire_gates(house.pool)
    assert (await house.read(made)).status == "awaiting_approval"
