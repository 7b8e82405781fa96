"""What would be planned if constraints were other than they are. Nothing is stored and no model is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from providers.base import PlanRequest
from providers.policies import PolicyBundle, evaluate
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValue, ConstraintValues, FieldName
from storage.records.plans import Cost, Plan, PolicyReport


def imported() -> None:
    """Whoever runs this has imported what `what_if` needs, which takes a new process a second or two."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    plan: Plan
    cost: Cost
    policy: PolicyReport


def what_if(
    values: ConstraintValues,
    changes: Mapping[FieldName, ConstraintValue | None],
    book: PriceBook,
    bundle: PolicyBundle,
    *,
    avoid: frozenset[str] = frozenset(),
    take: str | None = None,
    assumed: Collection[FieldName] = (),
    today: date | None = None,
) -> WhatIf:
    """A change of None withdraws the field; `take` is the option that is kept while it meets the constraints; `assumed`
    are the fields whose values nobody stated before the changes; the age of prices counts to `today`. Raises
    pydantic.ValidationError that names an impossible value."""
    changed = ConstraintValues.model_validate({**values.model_dump(), **changes})
    proposal = plan(PlanRequest(changed, avoid, today=today, take=take), book)
    still: list[FieldName] = [name for name in assumed if name not in changes]
    policy = evaluate(bundle, changed, proposal.plan, proposal.cost, assumed=still, today=today)
    return WhatIf(proposal.plan, proposal.cost, policy)
