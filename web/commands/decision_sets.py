"""Commands that begin, end, revive or branch a decision set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from storage import checkpoints, decision_sets, events, gates, projects, runs
from storage.events import Origin, log_event
from storage.gates import GateRow
from storage.jobs import defer_advance
from storage.postgres import UnitOfWork
from storage.records.constraints import Constraint, ConstraintSchema, FieldName
from storage.records.decision_sets import ENDED, DecisionSet, Project, Status
from storage.records.errors import (
    AlreadyEnded,
    Cancelled,
    Invalid,
    NotFailed,
    NotFound,
    ParentElsewhere,
    ParentWithoutPlan,
    UnknownProject,
)
from storage.records.events import GateOpened, MessageReceived, StageChanged
from storage.records.ids import CheckpointId, DecisionSetId, ThreadId, new_id
from web.commands.edits import checked_edits, inherited
from web.commands.once import Caller
from web.commands.text import checked_text, title_of

_STATUS_AT: dict[str, Status] = {
    "intake": "intake",
    "codegen": "building",
    "validators": "building",
    "diff": "building",
}
"""What a failed decision set is again when it is retried; planning at every other stage."""


async def create_project(work: UnitOfWork, caller: Caller, name: str) -> Project:
    """Raises Invalid, ProjectExists."""
    caller.needs("operator")
    return await projects.create(work.conn, name, caller.name)


async def create_decision_set(
    work: UnitOfWork, caller: Caller, *, project: str, message: str, parent_id: str | None = None
) -> DecisionSet:
    """Raises EmptyMessage, MessageTooLong, NotText, UnknownProject, ParentElsewhere, ParentWithoutPlan."""
    caller.needs("operator")
    text = checked_text(message)
    try:
        home = await projects.by_slug(work.conn, project)
    except NotFound as error:
        raise UnknownProject(f"There is no project {project!r}. Create it first, or choose one that exists.") from error
    known = ConstraintSchema()
    if parent_id is not None:
        known = await _constraints_of_parent(work, DecisionSetId(parent_id), project)
    decision_set = DecisionSetId(new_id())
    await decision_sets.insert(
        work.conn,
        decision_set,
        project=home.id,
        title=title_of(text),
        parent=DecisionSetId(parent_id) if parent_id else None,
        by=caller.name,
        constraints=known,
        inputs_seq=1,
    )
    run = await runs.open_run(work.conn, decision_set, "start", caller.request_id)
    thread = ThreadId(decision_sets.intake_thread(decision_set))
    await log_event(work, Origin(decision_set, thread, run), MessageReceived(text=text, by=caller.name))
    await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)


async def _constraints_of_parent(work: UnitOfWork, parent: DecisionSetId, project: str) -> ConstraintSchema:
    try:
        found = await decision_sets.read(work.conn, parent)
    except NotFound as error:
        raise Invalid(f"There is no decision set {parent}.", field="parent_id") from error
    if found.project != project:
        raise ParentElsewhere()
    if found.plan is None:
        raise ParentWithoutPlan()
    return inherited(found.constraints, parent)


async def cancel(work: UnitOfWork, caller: Caller, decision_set: DecisionSetId) -> DecisionSet:
    """Ends a decision set. A worker that is at it is fenced at once and can write no more. Raises AlreadyEnded."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    if row.status in ENDED:
        raise AlreadyEnded()
    if row.cancel_asked is None:
        await decision_sets.change(work.conn, decision_set, row.version, {"cancel_asked": caller.name})
        await decision_sets.fence(work.conn, decision_set)
        await runs.open_run(work.conn, decision_set, "resume", caller.request_id)
        await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)


async def retry(work: UnitOfWork, caller: Caller, decision_set: DecisionSetId) -> DecisionSet:
    """Takes a failed decision set up again where it failed, and opens a gate again that expired. Raises NotFailed,
    Cancelled."""
    caller.needs("operator")
    row = await decision_sets.lock(work.conn, decision_set)
    if row.is_cancelled and row.status not in ENDED:
        raise Cancelled()
    gate = await gates.unanswered(work.conn, decision_set) if row.stage == "approval" else None
    expired = gate is not None and gate.is_expired
    if row.status != "failed" and not (expired and row.status == "awaiting_approval"):
        raise NotFailed()
    status: Status = "awaiting_approval" if gate else _STATUS_AT.get(row.stage, "planning")
    await decision_sets.change(work.conn, decision_set, row.version, {"status": status, "failure": None})
    run = await runs.open_run(work.conn, decision_set, "retry", caller.request_id)
    origin = await checkpoints.origin_of(work.conn, decision_set, run)
    changed = StageChanged(stage=row.stage, status=status)
    if gate and expired:
        await _open_again(work, replace(origin, node="gate_hitl", checkpoint=gate.checkpoint_id), gate, changed)
    else:
        await log_event(work, origin, changed)
    await defer_advance(work.conn, decision_set)
    return await decision_sets.read(work.conn, decision_set)


async def _open_again(work: UnitOfWork, origin: Origin, gate: GateRow, changed: StageChanged) -> None:
    """The same plan under the same capsule, for as long as before."""
    [event] = await events.read(work.conn, origin.decision_set, after=gate.opened_seq - 1, limit=1)
    opened = await gates.reopen(work.conn, gate.id)
    payload = GateOpened.model_validate(
        {**event.payload, "opened_at": opened.opened_at, "expires_at": opened.expires_at}
    )
    seq = await log_event(work, origin, payload, changed)
    await gates.note_seq(work.conn, gate.id, seq - 1)


async def branch(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    constraints: Mapping[str, Any],
    *,
    message: str,
) -> DecisionSet:
    """A child with its parent's constraints and these changes, all confirmed, that plans at once. `message` says what
    differs. Raises NotFound, ParentWithoutPlan, Invalid."""
    caller.needs("operator")
    parent = await decision_sets.read(work.conn, decision_set)
    edits = checked_edits(constraints)
    if not edits:
        raise Invalid("Change at least one constraint.", field="constraints")
    known = await _constraints_of_parent(work, decision_set, parent.project)
    changes: dict[FieldName, Constraint | None] = {
        field: None if value is None else Constraint(value=value, status="confirmed", source="what-if")
        for field, value in edits.items()
    }
    return await _begin_planning(
        work, caller, parent, known.with_changes(changes), MessageReceived(text=message, by=caller.name, edits=edits)
    )


async def fork(
    work: UnitOfWork,
    caller: Caller,
    decision_set: DecisionSetId,
    *,
    checkpoint_id: str,
    constraints: dict[str, Any] | None = None,
) -> DecisionSet:
    """A child that starts from the constraints as they stood at a checkpoint, with the given ones changed, and plans at
    once. Raises NotFound, Invalid."""
    caller.needs("operator")
    parent = await decision_sets.read(work.conn, decision_set)
    state = await checkpoints.state_at(work.conn, decision_set, CheckpointId(checkpoint_id))
    edits = checked_edits(constraints or {})
    known = inherited(ConstraintSchema.model_validate(state.get("constraints") or {}), decision_set)
    changes: dict[FieldName, Constraint | None] = {
        field: None if value is None else Constraint(value=value, status="confirmed", source="fork")
        for field, value in edits.items()
    }
    text = f"Forked from #{parent.number}."
    said = MessageReceived(text=text, by=caller.name, edits=edits or None)
    return await _begin_planning(work, caller, parent, known.with_changes(changes), said, checkpoint=checkpoint_id)


async def _begin_planning(
    work: UnitOfWork,
    caller: Caller,
    parent: DecisionSet,
    known: ConstraintSchema,
    said: MessageReceived,
    *,
    checkpoint: str | None = None,
) -> DecisionSet:
    """A child of `parent` that asks nothing; forked where a checkpoint is named."""
    child = DecisionSetId(new_id())
    home = await projects.by_slug(work.conn, parent.project)
    await decision_sets.insert(
        work.conn,
        child,
        project=home.id,
        title=parent.title,
        parent=parent.id,
        by=caller.name,
        constraints=known,
        inputs_seq=1,
        forked_from=checkpoint,
    )
    run = await runs.open_run(work.conn, child, "fork" if checkpoint else "start", caller.request_id)
    origin = Origin(child, ThreadId(decision_sets.intake_thread(child)), run)
    await log_event(work, origin, said.model_copy(update={"start": True}))
    await defer_advance(work.conn, child)
    return await decision_sets.read(work.conn, child)
