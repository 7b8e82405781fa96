"""Plan, cost and policy as they would be under other constraints. Nothing is stored, and no model is asked."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from providers.compute import Compute, NoTurn
from providers.inputs import VersionedInputs
from providers.whatif import imported, what_if
from storage import decision_sets
from storage.postgres import Pool
from storage.records.errors import DomainError, NoPlan
from storage.records.ids import DecisionSetId
from storage.records.plans import Cost, Plan, PolicyReport
from web.commands.edits import checked_edits

LIMIT_SECONDS = 10.0
WAIT_SECONDS = 5.0


class TookTooLong(DomainError):
    """This took longer than ten seconds and was stopped. Change fewer constraints at once."""

    code, status = "took-too-long", 503
    headers: ClassVar = {"Retry-After": f"{LIMIT_SECONDS:.0f}"}


class TooManyAtOnce(DomainError):
    """Others are recomputing plans, and no turn came within five seconds. Nothing was computed: try again."""

    code, status = "too-many-at-once", 503
    headers: ClassVar = {"Retry-After": f"{WAIT_SECONDS:.0f}"}


class Recomputed(BaseModel):
    model_config = ConfigDict(frozen=True)

    cost: Cost
    policy: PolicyReport
    plan: Plan


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`inputs` knows the price book and the policy bundle in force."""

    compute: Compute
    inputs: VersionedInputs

    async def warm_up(self) -> None:
        """Starts the process that plans before somebody waits for it."""
        with suppress(BrokenProcessPool, TimeoutError):
            await self.compute(imported)

    async def recompute(self, pool: Pool, decision_set: DecisionSetId, changes: Mapping[str, Any]) -> Recomputed:
        """With the given constraints changed, None withdrawing one. Raises NotFound, NoPlan, Invalid, TooManyAtOnce,
        TookTooLong."""
        async with pool.connection() as conn:
            found = await decision_sets.read(conn, decision_set)
            avoid = (await decision_sets.state_of(conn, decision_set)).get("avoid") or []
            current = await self.inputs.current(conn)
        edits = checked_edits(changes)
        if found.plan is None:
            raise NoPlan()
        values = found.constraints.values
        try:
            made = await self.compute(
                what_if,
                values,
                edits,
                current.book,
                current.bundle,
                avoid=frozenset(avoid),
                take=_proposed(found.plan),
                assumed=found.constraints.assumed,
                today=datetime.now(UTC).date(),
            )
        except NoTurn:
            raise TooManyAtOnce() from None
        except TimeoutError:
            raise TookTooLong() from None
        return Recomputed(cost=made.cost, policy=made.policy, plan=made.plan)


def _proposed(plan: Plan) -> str | None:
    """The option that a model proposed, which stands for as long as it can; what rules chose they choose again."""
    if not plan.reason:
        return None
    return next((item.label for item in plan.candidates if item.chosen), None)
