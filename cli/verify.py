"""`countersign verify`"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any

import typer

from cli.database import database
from infra.settings import Settings, load_settings
from storage.records.ids import DecisionSetId, Sha256


def verify(decision_set_id: str) -> None:
    with database(load_settings(os.environ), "verify") as settings:
        holds = asyncio.run(_verify(settings, DecisionSetId(decision_set_id)))
    if not holds:
        raise typer.Exit(1)


async def _verify(settings: Settings, decision_set: DecisionSetId) -> bool:
    from storage import verification
    from storage.artifacts import open_store
    from storage.postgres import connect
    from storage.records.errors import NotFound

    async with await connect(settings.direct_dsn) as conn:
        store = open_store(settings.artifacts_url)
        try:
            async for check in verification.verify(conn, store, decision_set, sealed):
                typer.echo(
                    f"{check.what}: not run, {check.not_run}" if check.not_run else f"{check.what}: {check.count}"
                )
        except verification.Difference as difference:
            typer.echo(f"Does not hold: {difference}")
            return False
        except NotFound as error:
            typer.echo(error.detail, err=True)
            return False
    typer.echo("Every hash holds.")
    return True


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
