"""Commands on a project itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from storage import projects
from storage.postgres import UnitOfWork
from storage.records.decision_sets import STRATEGIES, THRESHOLDS, ProjectSettings, Settling
from storage.records.errors import Invalid
from web.commands.once import Caller

_REMEDY = {
    "strategy": f"Give one of {', '.join(STRATEGIES)}.",
    "threshold": "Give a share above 0 and up to 1, or leave it to the strategy.",
    "rounds": "Give a whole number from 1 to 5.",
}


async def settle(work: UnitOfWork, caller: Caller, slug: str, changes: Mapping[str, Any]) -> ProjectSettings:
    """How the critics' objections are settled from the next reconciliation on; what is not named stays, but for the
    threshold of another strategy. Raises RoleForbids, NotFound, Invalid."""
    caller.needs("approver")
    known = await projects.settings(work.conn, slug)
    if not changes:
        raise Invalid("Name what to change: strategy, threshold or rounds.", field="strategy")
    stands = known.model_dump(include={"strategy", "threshold", "rounds"})
    if changes.get("strategy", known.strategy) != known.strategy:
        stands["threshold"] = None
    try:
        wanted = Settling.model_validate({**stands, **changes})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise Invalid(_REMEDY.get(name, "Only strategy, threshold and rounds can be set."), field=name) from error
    if wanted.threshold is not None and wanted.strategy not in THRESHOLDS:
        raise Invalid(f"The strategy {wanted.strategy} counts nothing, so it takes no threshold.", field="threshold")
    return await projects.settle(work.conn, slug, wanted, caller.name)
