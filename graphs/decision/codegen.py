"""codegen and validators: writes the bundle, then checks exactly those bytes."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from graphs.decision.checks import validate
from graphs.decision.documents import documents
from graphs.services import Services
from providers.base import CodeRequest
from providers.rulebook.bundle import unzip_bundle, zip_bundle
from storage import artifacts
from storage.postgres import UnitOfWork
from storage.records.canonical import sha256_of_bytes
from storage.records.constraints import ConstraintSchema
from storage.records.events import ReasonCard, StageChanged, ValidatorReport
from storage.records.plans import Bundle, BundleFile, Cost, Critique, Plan, PolicyReport, Reconciliation
from storage.records.steps import NodeFailed, NodeResult, RunContext


class CodegenInput(TypedDict):
    project: NotRequired[str]
    constraints: ConstraintSchema
    plan: Plan
    cost_estimate: Cost
    policy_results: PolicyReport
    critiques: NotRequired[list[Critique]]
    reconciliation: NotRequired[Reconciliation]
    feedback: NotRequired[str]


class Codegen:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: CodegenInput, context: RunContext | None) -> NodeResult:
        provider = self._services.codegen
        files = await provider.generate(
            CodeRequest(
                project=state.get("project", "project"),
                values=state["constraints"].values,
                plan=state["plan"],
                cost=state["cost_estimate"],
                documents=documents(state),
            )
        )
        archive = zip_bundle(files)
        digest = await self._services.artifacts.put(archive, "application/zip")
        bundle = Bundle(
            artifact=digest,
            name=f"{state.get('project', 'project')}.zip",
            size=len(archive),
            files=[
                BundleFile(path=path, sha256=sha256_of_bytes(data), size=len(data))
                for path, data in sorted(files.items())
            ],
        )

        async def link(work: UnitOfWork) -> None:
            if context:
                await artifacts.record(
                    work.conn, context.decision_set, digest, bundle.name, "application/zip", bundle.size
                )

        card = ReasonCard(
            title="Code",
            decision=f"{len(files)} files, {bundle.size / 1024:.0f} KiB zipped",
            chosen=f"artifact {digest[:12]}",
            evidence=[item.path for item in bundle.files],
            provider=provider.name,
            model=provider.model,
            pack=provider.pack,
        )
        return NodeResult(
            update={"bundle": bundle},
            cards=[card, StageChanged(stage="validators", status="building")],
            patch={"status": "building", "stage": "validators"},
            effects=[link],
            provider=provider.name,
            model=provider.model,
        )


class ValidatorsInput(TypedDict):
    bundle: Bundle


class Validators:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, state: ValidatorsInput, context: RunContext | None) -> NodeResult:
        files = unzip_bundle(await self._services.artifacts.get(state["bundle"].artifact))
        found = await validate(files, self._services.sandbox, require_sandbox=self._services.require_sandbox)
        report = ValidatorReport(outcome=found.outcome, sandbox=found.sandbox, checks=found.checks)
        if found.outcome == "failed":
            failed = ", ".join(item.tool for item in found.checks if item.outcome == "failed")
            raise NodeFailed(
                f"The generated bundle did not pass: {failed}.",
                next_action="Read the report, then retry, or start a child decision set with other constraints.",
                cards=[report],
            )
        return NodeResult(
            update={"validation": found},
            cards=[report, StageChanged(stage="diff", status="building")],
            patch={"stage": "diff"},
        )
