"""diff_and_persist: commits the bundle, moves the project's branch, and records what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict

from graphs.decision.codegen import unzip
from graphs.services import Services
from storage import changes, decision_sets, git
from storage.postgres import UnitOfWork
from storage.records.events import DiffFile, DiffRecorded, StageChanged
from storage.records.plans import Approval, Baseline, Bundle, Commit, Plan
from storage.records.steps import NodeFailed, NodeResult, RunContext


class PersistInput(TypedDict, total=False):
    bundle: Bundle
    baseline: Baseline | None
    approval: Approval | None
    plan: Plan


class DiffAndPersist:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: PersistInput, context: RunContext | None) -> NodeResult:
        raise NotImplementedError
