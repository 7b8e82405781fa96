"""diff_and_persist: commits the bundle, moves the project's branch, and records what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict

from graphs.services import Services
from providers.rulebook.bundle import unzip_bundle
from storage import changes, decision_sets, git
from storage.decision_sets import DecisionSetRow
from storage.git.patches import Bounds, compare
from storage.postgres import UnitOfWork
from storage.records.events import DiffFile, DiffRecorded
from storage.records.plans import Approval, Baseline, Bundle, Plan
from storage.records.steps import NodeResult, RunContext


class PersistInput(TypedDict):
    bundle: Bundle
    baseline: NotRequired[Baseline | None]
    approval: NotRequired[Approval | None]
    plan: NotRequired[Plan]


@dataclass(frozen=True, slots=True)
class BeforeCommit:
    """The decision set's row, its own state and its parent's, as they are before the commit."""

    row: DecisionSetRow
    state: dict[str, Any]
    parent: dict[str, Any]


class DiffAndPersist:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: PersistInput, context: RunContext | None) -> NodeResult:
        bundle = state["bundle"]
        if context is None:  # LangGraph's own tools have no project to commit to
            return NodeResult(update={"outcome": "completed"})
        files = unzip_bundle(await self._services.artifacts.get(bundle.artifact))
        before = await self._before(context)
        prepared = await self._commit(context, before.row, files, state.get("approval"))
        commit, recorded = prepared.record, await self._recorded(context, before, prepared, bundle)

        async def publish(work: UnitOfWork) -> None:
            await git.publish(work.conn, before.row.project_id, prepared)

        return NodeResult(
            update={"commit": commit, "outcome": "completed"},
            cards=[recorded],
            patch={"commit_sha": commit.sha, "branch": commit.branch, "changes": recorded.resources},
            effects=[publish],
        )

    async def _before(self, context: RunContext) -> BeforeCommit:
        async with context.pool.connection() as conn:
            row = await decision_sets.summary(conn, context.decision_set)
            state = await decision_sets.state_of(conn, context.decision_set)
            parent = await decision_sets.state_of(conn, row.parent_id) if row.parent_id else {}
        return BeforeCommit(row, state, parent)

    async def _commit(
        self, context: RunContext, row: DecisionSetRow, files: dict[str, bytes], approval: Approval | None
    ) -> git.PreparedCommit:
        async with context.pool.connection() as conn:
            ancestor = await git.nearest_commit(conn, row.parent_id) if row.parent_id else None
            target = await git.branch_for(conn, row.project_id, ancestor, row.number)
        approved = f"Approved-by: {approval.by}\n" if approval else ""
        message = f"{row.title}\n\nDecision-Set: {row.id}\nNumber: {row.number}\n{approved}"
        return await git.prepare_commit(
            context.pool,
            row.project_id,
            target.branch,
            files,
            message,
            approval.by if approval else row.created_by,
            datetime.now(UTC),
            target.parent,
            compute=self._services.compute,
        )

    async def _recorded(
        self, context: RunContext, before: BeforeCommit, prepared: git.PreparedCommit, bundle: Bundle
    ) -> DiffRecorded:
        async with context.pool.connection() as conn:
            packs = await git.packs_of(conn, before.row.project_id)
        packs = [*packs, *([prepared.pack] if prepared.pack else [])]
        files = await self._services.compute(compare, packs, prepared.parent, prepared.sha, Bounds())
        counts = await self._services.compute(changes.state_counts, before.parent, before.state)
        return DiffRecorded(
            base=prepared.parent,
            head=prepared.sha,
            commit=prepared.record,
            files=[
                DiffFile(path=item.path, status=item.status, additions=item.additions, deletions=item.deletions)
                for item in files
            ],
            state=counts,
            resources=changes.resource_counts(before.parent, before.state),
            destructive=changes.destructive(before.parent, before.state) if prepared.parent else [],
            artifact=bundle.artifact,
        )
