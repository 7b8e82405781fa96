"""One page's worth of difference: state, git, cost, policy, constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from storage import git
from storage.changes.causes import Causes, causes
from storage.changes.destructive import destructive
from storage.changes.state import constraint_values, state_changes
from storage.compute import Compute, in_thread
from storage.decision_sets import state_of
from storage.postgres import Connection, Pool, one, queries
from storage.records.changes import (
    ChangeSummary,
    ConstraintChange,
    CostChange,
    GitChange,
    Kind,
    PolicyChange,
    StateChange,
)
from storage.records.constraints import FIELD_NAMES
from storage.records.errors import NotFound
from storage.records.ids import DecisionSetId, ProjectId

SQL = queries("changes")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two decision sets, or nothing."""

    id: DecisionSetId | None = None
    project: ProjectId | None = None
    commit: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def located_commit(self) -> tuple[ProjectId, str] | None:
        return (self.project, self.commit) if self.project and self.commit else None


async def summary(
    pool: Pool, head: DecisionSetId, against: DecisionSetId | None = None, *, compute: Compute = in_thread
) -> ChangeSummary:
    """What moved from `against`, or else the parent, or else nothing, to `head`. Raises NotFound. `compute` takes the
    CPU's share."""
    async with pool.connection() as conn:
        base_side, head_side = await _sides(conn, head, against)
        built = base_side.id is not None and await git.nearest_commit(conn, base_side.id) is not None
        why = await causes(conn, head)
    moved, lost = await compute(_compared, base_side.state, head_side.state)
    return ChangeSummary(
        base=base_side.id,
        head=head,
        state=[change.model_copy(update={"cause": why.of(change.path)}) for change in moved],
        git=await _git(pool, base_side, head_side, compute),
        cost=_cost(base_side.state, head_side.state),
        policy=_policy(base_side.state, head_side.state, why),
        constraints=_constraints(base_side.state, head_side.state, why),
        destructive=lost if built else [],
    )


def _compared(base: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[list[StateChange], list[str]]:
    return state_changes(base, head), destructive(base, head)


async def _sides(conn: Connection, head: DecisionSetId, against: DecisionSetId | None) -> tuple[Side, Side]:
    head_side, parent = await _side(conn, head)
    base = against or parent
    return (await _side(conn, base))[0] if base else Side(), head_side


async def _side(conn: Connection, decision_set: DecisionSetId) -> tuple[Side, DecisionSetId | None]:
    """The side and its parent. Constraints are the row's, where an edit stands before the graph has read it; the
    approval is the gate's, whose node is not in the ledger."""
    row = await one(conn, SQL["side"], {"id": decision_set})
    if row is None:
        raise NotFound(f"There is no decision set {decision_set}.")
    state = await state_of(conn, decision_set) | {"constraints": row["constraints"], "approval": row["approval"]}
    return Side(decision_set, row["project_id"], row["commit_sha"], state), row["parent_id"]


async def _git(pool: Pool, base: Side, head: Side, compute: Compute) -> GitChange:
    files = []
    if head.located_commit is not None and head.commit != base.commit:
        files = await git.file_changes(pool, base.located_commit, head.located_commit, compute=compute)
    return GitChange(base_commit=base.commit, head_commit=head.commit, files=files)


def _cost(base: Mapping[str, Any], head: Mapping[str, Any]) -> CostChange:
    old, new = (
        Decimal(side["cost_estimate"]["likely"]) if side.get("cost_estimate") else None for side in (base, head)
    )
    return CostChange(base=old, head=new, delta=None if old is None or new is None else new - old)


def _policy(base: Mapping[str, Any], head: Mapping[str, Any], why: Causes) -> list[PolicyChange]:
    """Those whose outcome changed first, then by id."""
    old, new = (
        {item["id"]: item for item in (side.get("policy_results") or {}).get("results", [])} for side in (base, head)
    )
    changes: list[PolicyChange] = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        shown = after or before or {}
        changes.append(
            PolicyChange(
                **{key: shown[key] for key in ("id", "title", "level", "actual", "required", "message")},
                base=before["outcome"] if before else None,
                head=after["outcome"] if after else None,
                cause=why.of("policy_results"),
            )
        )
    return sorted(changes, key=lambda change: not change.changed)


def _constraints(base: Mapping[str, Any], head: Mapping[str, Any], why: Causes) -> list[ConstraintChange]:
    old, new = (constraint_values(side.get("constraints", {})) for side in (base, head))
    changes: list[ConstraintChange] = []
    for name in FIELD_NAMES:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        kind: Kind = "added" if before is None else "removed" if after is None else "changed"
        changes.append(ConstraintChange(field=name, kind=kind, old=before, new=after, cause=why.of_constraint(name)))
    return changes
