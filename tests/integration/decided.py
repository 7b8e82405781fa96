"""A decision set written the way the ledger writes one, for tests of what reads it afterwards."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from graphs.decision.graph import READS
from storage import artifacts, decision_sets, gates, git, packs
from storage.artifacts import ArtifactStore
from storage.events import Origin, log_event
from storage.ledger import Entry, record_node
from storage.postgres import Pool, unit_of_work
from storage.records.canonical import sha256_of, sha256_of_bytes
from storage.records.constraints import Constraint, ConstraintSchema
from storage.records.events import CostUpdate, MessageReceived, Payload, PolicyUpdate, ReasonCard
from storage.records.ids import CheckpointId, DecisionSetId, GateId, ProjectId, RunId, Sha256, TaskId, ThreadId, new_id
from storage.records.plans import (
    Approval,
    Bundle,
    BundleFile,
    Cost,
    CostLine,
    Plan,
    PlanBasis,
    PolicyReport,
    PolicyResult,
    Resource,
)
from storage.verification import Seal

FILES = {"README.md": b"# Fraud model\n", "app/main.py": b"print('up')\n"}
HASH = Sha256("d" * 64)


@dataclass(frozen=True, slots=True)
class Written:
    pool: Pool
    id: DecisionSetId
    run: RunId
    given: dict[str, Any] = field(default_factory=dict)
    """What the next node of the decision graph is given, as JSON by channel; empty where a test does not look at it."""

    def origin(self, node: str | None, base: str | None = None) -> Origin:
        return Origin(self.id, ThreadId(self.id), self.run, node, CheckpointId(base) if base else None)

    async def say(self, *payloads: Payload) -> int:
        async with unit_of_work(self.pool) as work:
            return await log_event(work, self.origin(None), *payloads)

    async def step(
        self,
        node: str,
        update: Mapping[str, Any],
        cards: Sequence[Payload] = (),
        patch: Mapping[str, Any] | None = None,
        base: str | None = None,
    ) -> int:
        """One node execution: its state row, ledger row, cards and columns; the seq of the last card."""
        now = datetime.now(UTC)
        reads = READS[node].__annotations__ if self.given and node in READS else ()
        read = {name: self.given[name] for name in reads if name in self.given}
        if self.given:
            self.given.update(update)
        async with unit_of_work(self.pool) as work:
            return await record_node(
                work,
                Entry(
                    task=TaskId(new_id()),
                    origin=self.origin(node, base or new_id()),
                    lease=0,
                    input_sha=sha256_of(read),
                    output_sha=sha256_of(update),
                    body=update,
                    started_at=now,
                    cards=cards,
                    patch=patch or {},
                ),
            )


async def opened(
    pool: Pool, project: ProjectId, constraints: ConstraintSchema, parent: DecisionSetId | None = None
) -> Written:
    decision_set = DecisionSetId(new_id())
    async with unit_of_work(pool) as work:
        await decision_sets.insert(
            work.conn,
            decision_set,
            project=project,
            title="Serve the fraud model",
            parent=parent,
            by="ana",
            constraints=constraints,
            inputs_seq=0,
        )
    return Written(pool, decision_set, RunId(new_id()))


def constraints(status: Any = "stated", **values: Any) -> ConstraintSchema:
    return ConstraintSchema({name: Constraint(value=value, status=status) for name, value in values.items()})  # pyright: ignore[reportArgumentType]


def plan(count: int = 2, sku: str = "m7i.large", **fields: Any) -> Plan:
    compute = Resource(kind="compute", cloud="aws", region="eu-west-1", sku=sku, count=count, purchase="on_demand")
    return Plan(
        summary=f"{count} × {sku}",
        workload_type="realtime_inference",
        patterns=[],
        resources=[compute],
        candidates=[],
        **fields,
    )


def cost(likely: str) -> Cost:
    amount = Decimal(likely)
    line = CostLine(
        item="compute",
        quantity=Decimal(1),
        unit="month",
        unit_usd=amount,
        usd=amount,
        source="price list",
        as_of="2026-01-01",
    )
    return Cost(low=amount, likely=amount, high=amount, lines=[line], price_book=HASH)


def policy(**outcomes: Any) -> PolicyReport:
    results = [
        PolicyResult(id=name, title=name, level="soft", outcome=outcome, actual="a", required="r", message="m")
        for name, outcome in outcomes.items()
    ]
    return PolicyReport(outcome="pass", bundle=HASH, results=results)


def basis() -> PlanBasis:
    return PlanBasis(
        provider="rulebook",
        model="rulebook",
        pack=HASH,
        price_book=HASH,
        price_book_as_of=date(2026, 1, 1),
        policy_bundle=HASH,
    )


def reason(title: str) -> ReasonCard:
    return ReasonCard(title=title, decision="d", chosen="c", provider="rulebook", model="rulebook", pack=HASH)


async def planned(decided: Written, made: Plan, priced: Cost, held: PolicyReport, capsule: Sha256) -> tuple[int, int]:
    """The planner's and the policy step's last seqs; each writes one card of its own last."""
    first = await decided.step(
        "planner",
        {"plan": made.model_dump(mode="json"), "cost_estimate": priced.model_dump(mode="json")},
        [reason("Plan"), CostUpdate(cost=priced)],
    )
    second = await decided.step(
        "policy_eval",
        {
            "policy_results": held.model_dump(mode="json"),
            "basis": basis().model_dump(mode="json"),
            "capsule": capsule,
            "amendment": None,
        },
        [PolicyUpdate(policy=held)],
    )
    return first, second


async def bundled(decided: Written, store: ArtifactStore, project: ProjectId) -> tuple[Sha256, str]:
    """The artifact and the commit."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in FILES.items():
            archive.writestr(path, data)
    name = await store.put(packed.getvalue(), "application/zip")
    files = [BundleFile(path=path, sha256=sha256_of_bytes(data), size=len(data)) for path, data in FILES.items()]
    bundle = Bundle(artifact=name, name="b.zip", size=len(packed.getvalue()), files=files)
    async with unit_of_work(decided.pool) as work:
        await artifacts.record(work.conn, decided.id, name, "b.zip", "application/zip", bundle.size)
    await decided.step("codegen", {"bundle": bundle.model_dump(mode="json")})
    when = datetime(2026, 3, 1, tzinfo=UTC)
    made = await git.prepare_commit(decided.pool, project, "main", FILES, "Plan it", "ana", when, None)
    async with unit_of_work(decided.pool) as work:
        await git.publish(work.conn, project, made)
    await decided.step(
        "diff_and_persist",
        {"commit": made.record.model_dump(mode="json")},
        patch={"commit_sha": made.sha, "branch": made.branch},
    )
    return name, made.sha


async def approved(decided: Written, capsule: Sha256, gate: str = "gate") -> None:
    origin = replace(decided.origin(None), checkpoint=CheckpointId("c"))
    async with unit_of_work(decided.pool) as work:
        await gates.open_gate(
            work.conn,
            GateId(gate),
            origin,
            capsule=capsule,
            allowed=["approve"],
            expires_at=datetime.now(UTC) + timedelta(days=7),
        )
    answer = Approval(gate=GateId(gate), action="approve", by="ana", comment_event=1, capsule=capsule)
    async with unit_of_work(decided.pool) as work:
        await gates.answer(work.conn, answer)
    decided.given["approval"] = answer.model_dump(mode="json")


async def finish(pool: Pool, project: ProjectId, store: ArtifactStore, seal: Seal) -> tuple[Written, Sha256, str]:
    """Planned, approved with a comment that tightened the plan, built, committed; with the artifact and the commit."""
    decided = await opened(pool, project, constraints(monthly_budget_usd=4000))
    async with pool.connection() as conn:
        await packs.register(conn, HASH, pack="rulebook", version="1", provider="rulebook", body={})
    await decided.say(MessageReceived(text="serve it", by="ana"))
    understood = constraints(monthly_budget_usd=4000).model_dump(mode="json")
    await decided.step("extract_constraints", {"constraints": understood})
    begun = {"project": "fraud-model", "baseline": None, "round": 1, "revision": 0, "avoid": [], "feedback": ""}
    decided.given.update(begun, constraints=understood)
    made, priced, held = plan(4), cost("1240.00"), policy(budget="pass")
    state = {"plan": made, "cost_estimate": priced, "policy_results": held, "basis": basis()}
    capsule = seal({name: item.model_dump(mode="json") for name, item in state.items()} | {"constraints": understood})
    await planned(decided, made, priced, held, capsule)
    await approved(decided, capsule)
    fitted = plan(3).model_dump(mode="json")
    amendment = {"changes": {}, "tighter": True, "reasons": [], "amends": capsule, "capsule": HASH}
    update = {"plan": fitted, "amendment": amendment, "capsule": seal({"amendment": amendment, "plan": fitted})}
    await decided.step("process_approval_feedback", update)
    artifact, commit = await bundled(decided, store, project)
    return decided, artifact, commit
