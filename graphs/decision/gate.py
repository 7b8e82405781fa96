"""gate_hitl: opens a gate once, and waits for a person. Nothing irreversible stands before the interrupt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NotRequired, assert_never

from langgraph.runtime import Runtime
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.decision.feedback import UNREAD
from graphs.decision.strategies import objects
from graphs.services import Services
from graphs.state import FeedbackOutcome
from infra.logging import bind_node
from storage import changes, decision_sets, gates, git
from storage.events import Origin, log_event
from storage.gates import REVISIONS
from storage.postgres import Connection, UnitOfWork, unit_of_work
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import DecisionSet
from storage.records.errors import Fenced
from storage.records.events import GateAnswered, GateOpened, StageChanged
from storage.records.ids import CheckpointId, DecisionSetId, GateId, Sha256
from storage.records.plans import Amendment, Approval, Baseline, Cost, GateAction, Plan, PolicyReport, Reconciliation
from storage.records.steps import RunContext

Before = dict[str, Any]
"""A plan's JSON; empty where nothing stood. Zones and safeguards are known where the whole plan still is."""
SAFEGUARDS = ("zones", "encrypted", "public_endpoint")
"""What a plan says of itself as a whole that a change may take away."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The plan that the gate before this one showed, or else the parent's; and the parent's. `built`: the parent or an
    ancestor of it is committed, so that a change can take something away."""

    shown: Before
    parent: Before
    built: bool


def allowed_actions(policy: PolicyReport, *, feasible: bool, revision: int) -> list[GateAction]:
    """A plan that fails a hard rule, or that meets nothing, cannot be approved as it is."""
    allowed: list[GateAction] = ["reject"]
    if revision < REVISIONS:
        allowed.insert(0, "request_changes")
    if feasible and policy.outcome != "fail":
        allowed.insert(0, "approve")
    return allowed


class GateInput(TypedDict):
    constraints: ConstraintSchema
    plan: Plan
    cost_estimate: Cost
    policy_results: PolicyReport
    capsule: Sha256
    baseline: NotRequired[Baseline | None]
    compared: NotRequired[Baseline | None]
    reconciliation: NotRequired[Reconciliation]
    amendment: NotRequired[Amendment | None]
    feedback: NotRequired[str]
    unheard: NotRequired[list[str]]
    outcome: NotRequired[FeedbackOutcome]
    round: NotRequired[int]
    revision: NotRequired[int]


class Gate:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def ledgered(self, state: GateInput, runtime: Runtime[RunContext]) -> dict[str, Any]:
        context, info = runtime.context, runtime.execution_info
        if info is None:
            raise LookupError("gate_hitl runs without a checkpointer")
        gate = GateId(info.task_id)
        with bind_node("gate_hitl"):
            standing = await self._open(state, context, gate, CheckpointId(info.checkpoint_id))
        if standing:
            return {"approval": standing}
        answer = interrupt({"gate": gate, "capsule": state["capsule"]})
        return {"approval": Approval.model_validate(answer)}

    async def plain(self, state: GateInput) -> dict[str, Any]:
        answer = interrupt({"capsule": state["capsule"], "policy": state["policy_results"].outcome})
        return {"approval": Approval.model_validate(answer)}

    async def _open(
        self, state: GateInput, context: RunContext, gate: GateId, checkpoint: CheckpointId
    ) -> Approval | None:
        """Opens the gate unless it stands; answers the approval of exactly this that the run went on with, if it is the
        last word and still valid."""
        origin = Origin(context.decision_set, context.thread, context.run, "gate_hitl", checkpoint=checkpoint)
        async with unit_of_work(context.pool) as work:
            row = await decision_sets.lock(work.conn, context.decision_set)
            if row.lease != context.lease:
                raise Fenced(context.decision_set)
            parent = await decision_sets.read(work.conn, row.parent_id) if row.parent_id else None
            stood = await standing(work.conn, context.decision_set, state, parent)
            opened = self._payload(state, gate, row.created_by, parent, stood)
            kept = await gates.standing_approval(work.conn, context.decision_set, state["capsule"])
            if kept and "approve" not in opened.allowed:
                kept = None
            fresh = await gates.open_gate(
                work.conn,
                gate,
                origin,
                capsule=state["capsule"],
                allowed=opened.allowed,
                expires_at=kept.expires_at if kept else opened.expires_at,
            )
            if not fresh:
                return None
            if kept:
                return await self._keep(work, origin, opened, kept.approval)
            changed = StageChanged(stage="approval", status="awaiting_approval", round=state.get("round", 1))
            seq = await log_event(work, origin, opened, changed)
            await gates.note_seq(work.conn, gate, seq - 1)
            await decision_sets.change(
                work.conn,
                context.decision_set,
                row.version,
                {
                    "status": "awaiting_approval",
                    "stage": "approval",
                    "changes": changes.resource_counts({"plan": stood.parent}, proposed(state, {})),
                    "warnings": len(opened.warnings),
                },
            )
        return None

    async def _keep(self, work: UnitOfWork, origin: Origin, opened: GateOpened, kept: Approval) -> Approval:
        """The comment holds again as well: what it made tighter then is made tighter now."""
        answered = GateAnswered(
            gate=opened.gate,
            action="approve",
            by=kept.by,
            comment=kept.comment,
            capsule=opened.capsule,
            overrides=kept.overrides,
            kept_from=kept.comment_event,
        )
        seq = await log_event(work, origin, answered)
        approval = kept.model_copy(update={"gate": opened.gate, "comment_event": seq})
        await gates.answer(work.conn, approval)
        return approval

    def _payload(
        self, state: GateInput, gate: GateId, requester: str, parent: DecisionSet | None, stood: Standing
    ) -> GateOpened:
        now, plan, baseline = datetime.now(UTC), state["plan"], before_of(state)
        found = state.get("reconciliation")
        cost, reasons = state["cost_estimate"].likely, asked_again(state)
        before = baseline.cost_likely if baseline else None
        built = stood.parent if stood.built and plan.feasible else {}
        lost = changes.losses({"plan": built}, proposed(state, built))
        shown = {"plan": stood.shown}
        return GateOpened(
            gate=gate,
            allowed=allowed_actions(state["policy_results"], feasible=plan.feasible, revision=state.get("revision", 0)),
            capsule=state["capsule"],
            opened_at=now,
            expires_at=now + self._services.approval_window,
            requested_by=requester,
            changes=changes.resource_counts(shown, proposed(state, {})),
            cost_delta=None if before is None else cost - before,
            warnings=warnings(state, parent),
            dissent=found.dissent if found else [],
            comment_kept=state.get("feedback", "") if state.get("amendment") or reasons else "",
            reasons=reasons,
            against="" if baseline is None else "previous" if state.get("compared") else "parent",
            moves=changes.plan_moves(shown, proposed(state, stood.shown), lost) if plan.feasible else [],
            destructive=[loss.sentence for loss in lost],
            not_generated=self._services.codegen.not_built(plan),
        )


def asked_again(state: GateInput) -> list[str]:
    """Why a gate opens after an answer; empty for the first one."""
    amendment = state.get("amendment")
    match state.get("outcome"):
        case "unheard":
            return state.get("unheard", [])
        case "unread":
            return [UNREAD]
        case "approved" | "amended" | "request_changes" | "rejected" | None:
            return amendment.reasons if amendment else []
        case unknown:
            assert_never(unknown)


def before_of(state: GateInput) -> Baseline | None:
    """What this gate is compared with: the plan of the gate before it, else the parent's."""
    return state.get("compared") or state.get("baseline")


def warnings(state: GateInput, parent: DecisionSet | None) -> list[str]:
    """What may be approved all the same. What forbids an approval is the policy report's to say."""
    warned = [item for item in state["policy_results"].results if item.outcome == "warn"]
    return [
        *unchanged(state, parent),
        *unsaid(state["constraints"]),
        *escalated(state.get("reconciliation")),
        *(f"{item.title}: {item.message}" for item in warned),
    ]


async def standing(
    conn: Connection, decision_set: DecisionSetId, state: GateInput, parent: DecisionSet | None
) -> Standing:
    """What this gate is held against."""
    whole = parent.plan.model_dump(mode="json") if parent and parent.plan else None
    inherited = plan_of(state.get("baseline"), whole)
    built = parent is not None and await git.nearest_commit(conn, parent.id) is not None
    compared = state.get("compared")
    shown = plan_of(compared, await changes.plan_answered(conn, decision_set)) if compared else inherited
    return Standing(shown, inherited, built)


def plan_of(baseline: Baseline | None, whole: Before | None) -> Before:
    """`whole` is the plan of the baseline, unless it moved on since."""
    if baseline is None:
        return {}
    resources = [item.model_dump(mode="json") for item in baseline.resources]
    kept = whole if whole and whole["resources"] == resources else {}
    return {"resources": resources, **{name: kept[name] for name in SAFEGUARDS if name in kept}}


def proposed(state: GateInput, stood: Before) -> dict[str, Any]:
    """The plan at the gate in the parts that are known of the one before it."""
    plan = state["plan"].model_dump(mode="json")
    return {"plan": {name: plan[name] for name in {"resources", *stood}}}


def unchanged(state: GateInput, parent: DecisionSet | None) -> list[str]:
    """A warning where approving decides nothing that the parent had not decided."""
    if parent is None or parent.plan is None or parent.cost is None:
        return []
    same = (
        parent.constraints.values == state["constraints"].values
        and parent.plan.resources == state["plan"].resources
        and parent.cost.likely == state["cost_estimate"].likely
    )
    return [f"Nothing differs from #{parent.number}: the same constraints, resources and cost."] if same else []


def unsaid(constraints: ConstraintSchema) -> list[str]:
    """A warning where the plan rests on nothing that a person said."""
    said = any(item.status != "assumed" for item in constraints.root.values())
    return [] if said else ["Nothing was stated: every constraint of this plan is assumed."]


def escalated(found: Reconciliation | None) -> list[str]:
    """What the project leaves to whoever answers."""
    if found is None or found.strategy != "escalate":
        return []
    return [f"Yours to settle, {item.critic}: {item.claim}" for item in found.dissent if objects(item)]
