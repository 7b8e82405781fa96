"""The command a person is here for."""

from __future__ import annotations

from collections.abc import Sequence

from infra.visible import shows
from storage import decision_sets, gates, runs
from storage.decision_sets import DecisionSetRow
from storage.events import Origin, log_event
from storage.gates import REVISIONS, GateRow
from storage.jobs import defer_advance
from storage.postgres import Connection, UnitOfWork
from storage.records.decision_sets import ENDED, DecisionSet
from storage.records.errors import (
    ActionNotAllowed,
    AlreadyEnded,
    Cancelled,
    CapsuleMoved,
    CommentRequired,
    GateAlreadyAnswered,
    GateExpired,
    Invalid,
    OverrideRequired,
)
from storage.records.events import GateAnswered
from storage.records.ids import CheckpointId, DecisionSetId, GateId, RunId, Sha256, ThreadId
from storage.records.plans import Approval, GateAction, PolicyOverride, PolicyReport
from web.commands.once import Caller
from web.commands.text import checked_text


async def answer_gate(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    gate_id: str,
    *,
    action: str,
    capsule: str,
    comment: str = "",
    overrides: Sequence[PolicyOverride] = (),
) -> DecisionSet:
    """Refuses in this order: NotFound, RoleForbids, GateAlreadyAnswered, GateExpired, CapsuleMoved, ActionNotAllowed,
    CommentRequired, OverrideRequired. Invalid for an override that is none."""
    row = await decision_sets.lock(work.conn, decision_set)
    gate = await check_gate(work.conn, caller, row, gate_id, capsule)
    allowed: dict[str, GateAction] = {known: known for known in gate.allowed}
    chosen = allowed.get(action)
    if chosen is None:
        raise ActionNotAllowed(await _why_not(work, decision_set, action, gate.allowed))
    said = checked_text(comment, field="comment", empty_allowed=True).strip()
    if not said and chosen != "approve":
        raise CommentRequired()
    await _check_overrides(work, decision_set, chosen, overrides)
    payload = GateAnswered(
        gate=gate.id, action=chosen, by=caller.name, comment=said, capsule=Sha256(capsule), overrides=list(overrides)
    )
    return await _answer(work, caller, decision_set, row.version, gate.checkpoint_id, payload)


async def check_gate(conn: Connection, caller: Caller, row: DecisionSetRow, gate_id: str, capsule: object) -> GateRow:
    """The gate, if this caller may answer it now. `capsule` is None where it could not be read. Raises NotFound,
    RoleForbids, GateAlreadyAnswered, AlreadyEnded, GateExpired, CapsuleMoved, in this order; but a gate that failed its
    decision set by expiring is expired."""
    gate = await gates.read(conn, row.id, GateId(gate_id))
    caller.needs("approver")
    if gate.answer is not None:
        raise GateAlreadyAnswered()
    if row.status in ENDED and row.status != "failed":
        raise AlreadyEnded()
    if row.is_cancelled:
        raise Cancelled()
    if gate.is_expired:
        raise GateExpired()
    if row.status in ENDED:
        raise AlreadyEnded()
    if capsule is not None and gate.capsule != capsule:
        raise CapsuleMoved()
    return gate


async def _why_not(work: UnitOfWork, decision_set: DecisionSetId, action: str, allowed: Sequence[str]) -> str:
    rest = f"This gate allows {', '.join(allowed)}.".replace("_", " ")
    if action == "request_changes":
        return f"Changes were requested {REVISIONS} times, and no plan is made a further time. {rest}"
    report = await _report(work, decision_set)
    if action == "approve" and report and report.denied:
        return f"What denies cannot be overridden: {'; '.join(item.title for item in report.denied)}. {rest}"
    return rest


async def _check_overrides(
    work: UnitOfWork, decision_set: DecisionSetId, action: GateAction, overrides: Sequence[PolicyOverride]
) -> None:
    """An approval says of each unmet soft rule why it may stand, and of nothing else. Raises Invalid,
    OverrideRequired."""
    if action != "approve":
        if overrides:
            raise Invalid("Overrides go with an approval.", field="overrides")
        return
    report = await _report(work, decision_set)
    unmet = {item.id: item.title for item in report.unmet_soft} if report else {}
    for item in overrides:
        if item.policy not in unmet:
            known = ", ".join(sorted(unmet)) or "none is"
            raise Invalid(f"{item.policy} is not an unmet soft policy of this plan; {known}.", field="overrides")
    said = {item.policy for item in overrides if shows(item.reason)}
    if missing := [f"{title} ({policy})" for policy, title in unmet.items() if policy not in said]:
        raise OverrideRequired(
            f"Not met, and soft: {'; '.join(missing)}. Say why each may stand, or request changes instead."
        )


async def _report(work: UnitOfWork, decision_set: DecisionSetId) -> PolicyReport | None:
    """Of the plan that stands."""
    found = (await decision_sets.state_of(work.conn, decision_set)).get("policy_results")
    return None if found is None else PolicyReport.model_validate(found)


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
