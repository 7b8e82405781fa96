"""`countersign verify`"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.database import database
from infra.settings import Settings, load_settings
from storage.records.ids import DecisionSetId, Sha256

if TYPE_CHECKING:
    from storage.decision_sets import SummaryRow
    from storage.postgres import Connection
    from storage.replay import Graph
    from storage.verification import Verified


def verify(decision_set_id: str, data_dir: Path | None) -> None:
    with database(load_settings(os.environ, data_dir=data_dir), "verify") as settings:
        holds = asyncio.run(_verify(settings, DecisionSetId(decision_set_id)))
    if not holds:
        raise typer.Exit(1)


async def _verify(settings: Settings, decision_set: DecisionSetId) -> bool:
    from storage import verification
    from storage.artifacts import open_store
    from storage.postgres import connect
    from storage.records.errors import DomainError

    async with await connect(settings.direct_dsn) as conn:
        store = open_store(settings.artifacts_url)
        try:
            async for check in verification.verify(conn, store, decision_set, sealed, node_inputs()):
                typer.echo(f"{check.what}: {_found(check)}")
        except verification.Difference as difference:
            typer.echo(f"Does not hold: {difference}")
            return False
        except DomainError as error:
            typer.echo(error.detail, err=True)
            return False
    typer.echo("Every hash holds.")
    return True


def _found(check: Verified) -> str:
    if check.not_run:
        return f"not run, {check.not_run}"
    return f"{check.count}{'; not derived: ' + ', '.join(check.left) if check.left else ''}"


def node_inputs() -> Graph:
    """The decision graph, as far as the inputs of its nodes go."""
    from graphs.decision.graph import READS
    from graphs.state import MLOpsProjectState, as_json
    from storage.replay import Graph
    from worker.steps import decision_start

    async def start(conn: Connection, row: SummaryRow) -> dict[str, Any]:
        return as_json(MLOpsProjectState, await decision_start(conn, row))

    return Graph(start, {node: tuple(reads.__annotations__) for node, reads in READS.items()})


def sealed(state: Mapping[str, Any]) -> Sha256:
    """The capsule that the recorded state derives to, amended where an approval's comment amended it."""
    from providers.capsule import amended, capsule
    from storage.records.constraints import ConstraintSchema
    from storage.records.plans import Amendment, Cost, Plan, PlanBasis, PolicyReport

    plan = Plan.model_validate(state["plan"])
    if state.get("amendment"):
        amendment = Amendment.model_validate(state["amendment"])
        return amended(amendment.amends, amendment.changes, plan)
    return capsule(
        plan,
        Cost.model_validate(state["cost_estimate"]),
        PolicyReport.model_validate(state["policy_results"]),
        PlanBasis.model_validate(state["basis"]),
        ConstraintSchema.model_validate(state["constraints"]),
    )
