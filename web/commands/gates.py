"""The command a person is here for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from storage import decision_sets, gates, runs
from storage.events import Origin, log_event
from storage.jobs import defer_advance
from storage.postgres import UnitOfWork
from storage.records.decision_sets import ENDED, DecisionSet
from storage.records.errors import (
    ActionNotAllowed,
    AlreadyEnded,
    CapsuleMoved,
    CommentRequired,
    GateAlreadyAnswered,
    GateExpired,
    Invalid,
)
from storage.records.events import GateAnswered
from storage.records.ids import CheckpointId, DecisionSetId, GateId, RunId, Sha256, ThreadId
from storage.records.plans import Approval, PolicyOverride, PolicyReport
from web.commands.once import Caller
from web.commands.text import checked_text

Action = Literal["approve", "reject", "request_changes"]


async def answer_gate(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    gate_id: str,
    *,
    action: Action,
    capsule: str,
    comment: str = "",
    overrides: Sequence[PolicyOverride] = (),
) -> DecisionSet:
    """Refuses in this order: NotFound, RoleForbids, GateAlreadyAnswered, GateExpired, CapsuleMoved, ActionNotAllowed,
    CommentRequired."""
    row = await decision_sets.lock(work.conn, decision_set)
    gate = await gates.read(work.conn, decision_set, GateId(gate_id))
    caller.needs("approver")
    if gate["answer"] is not None:
        raise GateAlreadyAnswered()
    if row["status"] in ENDED:
        raise AlreadyEnded()
    if gate["expires_at"] <= datetime.now(UTC):
        raise GateExpired()
    if gate["capsule"] != capsule:
        raise CapsuleMoved()
    if action not in gate["allowed"]:
        raise ActionNotAllowed(f"This gate allows {', '.join(gate['allowed'])}.")
    said = checked_text(comment, field="comment", empty_allowed=True).strip()
    if not said and action != "approve":
        raise CommentRequired()
    if overrides:
        await _check_overrides(work, decision_set, action, overrides)
    payload = GateAnswered(
        gate=gate["id"], action=action, by=caller.name, comment=said, capsule=Sha256(capsule), overrides=list(overrides)
    )
    return await _answer(work, caller, decision_set, row["version"], gate["checkpoint_id"], payload)


async def _check_overrides(
    work: UnitOfWork, decision_set: DecisionSetId, action: Action, overrides: Sequence[PolicyOverride]
) -> None:
    """Only an unmet soft rule of this plan can be overridden, with a reason, by an approval. Raises Invalid."""
    if action != "approve":
        raise Invalid("Overrides go with an approval.", field="overrides")
    state = await decision_sets.state_of(work.conn, decision_set)
    report = PolicyReport.model_validate(state["policy_results"])
    unmet = {item.id for item in report.results if item.level == "soft" and item.outcome != "pass"}
    for item in overrides:
        if item.policy not in unmet:
            known = ", ".join(sorted(unmet)) or "none is"
            raise Invalid(f"{item.policy} is not an unmet soft policy of this plan; {known}.", field="overrides")
        if not item.reason.strip():
            raise Invalid(f"Say why {item.policy} may be overridden.", field="overrides")


async def _answer(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    version: int,
    checkpoint: CheckpointId,
    payload: GateAnswered,
) -> DecisionSet:
    run: RunId = await runs.open_run(work.conn, decision_set, "resume", caller.request_id)
    origin = Origin(decision_set, ThreadId(decision_set), run, node="gate_hitl", checkpoint=checkpoint)
    seq = await log_event(work, origin, payload)
    approval = Approval(
        gate=payload.gate,
        action=payload.action,
        by=payload.by,
        comment=payload.comment,
        comment_event=seq,
        capsule=payload.capsule,
        overrides=payload.overrides,
    )
    await gates.answer(work.conn, approval)
    status = {"approve": "building", "request_changes": "planning", "reject": "awaiting_approval"}[payload.action]
    await decision_sets.change(work.conn, decision_set, version, {"status": status})
    await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)
