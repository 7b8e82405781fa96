"""A price book or a bundle that an operator puts in force is taken up without a restart and moves no approval."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphs.decision.policy_eval import PolicyEval
from graphs.services import Services
from infra.sandbox import Sandbox
from providers.compute import here
from providers.inputs import RELEASE, VersionedInputs, files_of
from providers.policies import BASELINE, PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.bundle import RulebookCodeGen
from storage import decision_sets, inputs, policy_decisions
from storage.artifacts import FolderStore
from storage.policy_decisions import Evaluated, PolicyDecision
from storage.postgres import Pool, unit_of_work
from storage.records.canonical import sha256_of_bytes
from storage.records.constraints import ConstraintSchema
from storage.records.errors import DomainError
from storage.records.ids import DecisionSetId, RunId, Sha256, ThreadId
from storage.records.plans import Cost, Plan, PlanBasis, PolicyReport
from storage.records.steps import RunContext
from tests.crash.house import House
from worker.advance import Advancer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(pool: Pool, database_url: str, tmp_path: Path) -> House:
    return House(pool, database_url, tmp_path)


def services(folder: Path) -> Services:
    book = PriceBook.load()
    return Services(
        orchestration=Rulebook(book),
        codegen=RulebookCodeGen(),
        book=book,
        policies=PolicyBundle.load(),
        artifacts=FolderStore(folder / "artifacts"),
        sandbox=Sandbox.detect(),
        compute=here,
    )


def stricter() -> PolicyBundle:
    """The baseline with a quota that denies."""
    text = BASELINE.read_text()
    before = "    title: GPUs within the account's quota\n    level: advisory"
    assert before in text
    return PolicyBundle.of("stricter.yaml", text.replace(before, before.replace("advisory", "hard")).encode())


def dearer() -> PriceBook:
    """The shipped book with one price that rose by a cent."""
    files = dict(PriceBook.load().files)
    old = b"aws,eu-west-1,g4dn.xlarge,3,4,16,T4,1,0.587,"
    assert old in files["instances.csv"]
    files["instances.csv"] = files["instances.csv"].replace(old, old.replace(b"0.587", b"0.597"))
    return PriceBook.of(files)


async def put(pool: Pool, made: PolicyBundle | PriceBook) -> None:
    kind: inputs.Kind = "policy_bundle" if isinstance(made, PolicyBundle) else "price_book"
    files = files_of(made) if isinstance(made, PolicyBundle) else made.files
    async with unit_of_work(pool) as work:
        await inputs.keep(work.conn, kind, made.sha256, files, name="ours", by="ana")
        await inputs.use(work.conn, kind, made.sha256, by="ana")


async def at_gate(house: House, worker: Advancer) -> DecisionSetId:
    made = await house.create()
    await worker.advance(made.id)
    await house.start(made.id)
    await worker.advance(made.id)
    assert (await house.read(made.id)).status == "awaiting_approval"
    return made.id


async def logged(pool: Pool, **asked: Any) -> list[PolicyDecision]:
    async with pool.connection() as conn:
        return await policy_decisions.recent(conn, **asked)


async def state_of(pool: Pool, decision_set: DecisionSetId) -> dict[str, Any]:
    async with pool.connection() as conn:
        return await decision_sets.state_of(conn, decision_set)


async def test_every_evaluation_is_logged_with_the_event_it_led_to(house: House) -> None:
    worker = Advancer(house.pool, services(house.data_dir), "one")
    made = await at_gate(house, worker)
    await house.answer(made, "approve", "it must carry 6,000 requests a second")
    await worker.advance(made)
    assert (await house.read(made)).gate is not None
    found = list(reversed(await logged(house.pool)))
    assert [item.node for item in found] == ["policy_eval", "process_approval_feedback"]
    told = {event.seq: event for event in await house.events(made)}
    for item in found:
        event = told[item.seq]
        assert (event.type, event.node, item.decision_set_id) == ("policy-update", item.node, made)
        report = PolicyReport.model_validate(event.payload["policy"])
        assert (item.bundle, item.outcome) == (report.bundle, report.outcome)
        assert [(one.id, one.outcome, one.actual) for one in item.results] == [
            (one.id, one.outcome, one.actual) for one in report.results
        ]
    assert [(item.failed, item.warned) for item in found] == [
        ([], ["gpu-quota"]),
        ([], ["budget-in-a-high-month", "priced", "gpu-quota"]),
    ]
    assert found[0].input_sha256 != found[1].input_sha256
    async with house.pool.connection() as conn:
        assert await policy_decisions.totals(conn) == policy_decisions.Totals(2, 0)
        unmet = await policy_decisions.unmet(conn)
    assert {rule: (found.failed, found.warned) for rule, found in unmet.items()} == {
        "budget-in-a-high-month": (0, 1),
        "priced": (0, 1),
        "gpu-quota": (0, 2),
    }


async def test_a_worker_without_the_lease_logs_nothing(house: House) -> None:
    made = await house.create()
    report = PolicyReport(outcome="pass", bundle=Sha256("b" * 64), results=[])
    evaluated = Evaluated("policy_eval", report, Sha256("1" * 64), offset=1)
    for lease, rows in ((7, 0), (0, 1)):
        context = RunContext(made.id, ThreadId(made.id), RunId("run"), lease, house.pool, "")
        async with unit_of_work(house.pool) as work:
            await policy_decisions.log(work, context, evaluated)
        assert len(await logged(house.pool)) == rows


async def test_the_next_plan_is_held_against_the_bundle_in_force(house: House) -> None:
    worker = Advancer(house.pool, services(house.data_dir), "one")
    await at_gate(house, worker)
    await put(house.pool, stricter())
    after = await house.read(await at_gate(house, worker))
    assert after.policy is not None
    assert after.gate is not None
    assert (after.policy.bundle, after.policy.outcome) == (stricter().sha256, "fail")
    assert "approve" not in after.gate.allowed
    assert [item.bundle for item in await logged(house.pool, outcome="fail")] == [stricter().sha256]
    async with unit_of_work(house.pool) as work:
        await inputs.use(work.conn, "policy_bundle", None, by="ana")
    back = await house.read(await at_gate(house, worker))
    assert back.policy is not None
    assert back.policy.bundle == PolicyBundle.load().sha256


async def test_the_next_plan_is_priced_by_the_book_in_force(house: House) -> None:
    worker = Advancer(house.pool, services(house.data_dir), "one")
    before = await house.read(await at_gate(house, worker))
    await put(house.pool, dearer())
    after = await house.read(await at_gate(house, worker))
    assert before.cost is not None
    assert after.cost is not None
    assert (before.cost.price_book, after.cost.price_book) == (PriceBook.load().sha256, dearer().sha256)
    assert after.cost.likely > before.cost.likely
    assert "older than 90 days" in after.cost.assumptions[-1]


@pytest.mark.parametrize(("made", "moved"), [(stricter, "policy_bundle"), (dearer, "price_book")])
async def test_what_moved_after_the_gate_opened_is_refused_by_name(house: House, made: Any, moved: str) -> None:
    worker = Advancer(house.pool, services(house.data_dir), "one")
    waiting = await at_gate(house, worker)
    await put(house.pool, made())
    await house.answer(waiting, "approve")
    await worker.advance(waiting)
    ended = await house.read(waiting)
    assert (ended.status, ended.commit) == ("failed", None)
    failed = [event.payload for event in await house.events(waiting) if event.type == "run-failed"]
    assert [payload["cause"] for payload in failed] == [
        f"What was approved is not what would run: {moved} moved since the gate opened."
    ]


async def test_a_book_that_left_force_while_it_was_planned_stays_the_plans_own(house: House) -> None:
    worker = Advancer(house.pool, services(house.data_dir), "one")
    state = await state_of(house.pool, await at_gate(house, worker))
    given = {
        "constraints": ConstraintSchema.model_validate(state["constraints"]),
        "plan": Plan.model_validate(state["plan"]),
        "cost_estimate": Cost.model_validate(state["cost_estimate"]),
    }
    await put(house.pool, dearer())
    context = RunContext(DecisionSetId("x"), ThreadId("x"), RunId("x"), 0, house.pool, "")
    result = await PolicyEval(services(house.data_dir))(given, context)  # pyright: ignore[reportArgumentType]
    basis: PlanBasis = result.update["basis"]
    assert basis.price_book == given["cost_estimate"].price_book == PriceBook.load().sha256


async def test_what_the_release_ships_is_kept_once_somebody_plans_with_it(house: House) -> None:
    shipped = VersionedInputs(PriceBook.load(), PolicyBundle.load())
    async with house.pool.connection() as conn:
        assert await inputs.versions(conn, "price_book") == []
        assert await shipped.current(conn) == shipped.shipped
        assert await inputs.versions(conn, "price_book") == []
        await shipped.keep_shipped(conn)
        await shipped.keep_shipped(conn)
        (book,) = await inputs.versions(conn, "price_book")
        (bundle,) = await inputs.versions(conn, "policy_bundle")
        kept = await inputs.content(conn, "policy_bundle", bundle.sha256)
    assert (book.kept_by, book.used_by, bundle.name) == (RELEASE, None, "baseline")
    assert kept == {"baseline.yaml": BASELINE.read_bytes()}
    assert bundle.kept_at <= datetime.now(UTC)


async def test_a_version_is_parsed_once_in_a_process(house: House) -> None:
    known = VersionedInputs(PriceBook.load(), PolicyBundle.load())
    await put(house.pool, stricter())
    await put(house.pool, dearer())
    async with house.pool.connection() as conn:
        first, second = await known.current(conn), await known.current(conn)
    assert (first.bundle.sha256, first.book.sha256) == (stricter().sha256, dearer().sha256)
    assert second.bundle is first.bundle
    assert second.book is first.book


async def test_regions_are_still_known_where_the_book_in_force_cannot_be_read(house: House) -> None:
    shipped, broken = PriceBook.load(), {"instances.csv": b"cloud,region\n"}
    async with unit_of_work(house.pool) as work:
        await inputs.keep(work.conn, "price_book", sha256_of_bytes(b"broken"), broken, name="broken", by="ana")
        await inputs.use(work.conn, "price_book", sha256_of_bytes(b"broken"), by="ana")
    known = VersionedInputs(shipped, PolicyBundle.load())
    async with house.pool.connection() as conn:
        with pytest.raises(DomainError):
            await known.current(conn)
        assert await known.regions(conn) == shipped.regions
