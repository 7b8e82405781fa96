"""What the nodes work with, handed in once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from infra.sandbox import Sandbox
from providers.base import CodeGenProvider, OrchestrationProvider
from providers.compute import Compute
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from storage.artifacts import ArtifactStore


@dataclass(frozen=True, slots=True)
class Services:
    """`approval_window` is how long a gate stays open; `compute` runs Python that takes more than 20 ms elsewhere."""

    orchestration: OrchestrationProvider
    codegen: CodeGenProvider
    book: PriceBook
    policies: PolicyBundle
    artifacts: ArtifactStore
    sandbox: Sandbox
    compute: Compute
    require_sandbox: bool = False
    approval_window: timedelta = timedelta(days=7)
