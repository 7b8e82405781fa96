"""The rules in force and the decision log of policy."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from storage import inputs, policy_decisions
from storage.policy_decisions import PolicyDecision
from storage.records.plans import PolicyOutcome
from web.deps import TEXT, Blank, ConnectionDep, ConsoleDep, CursorQuery, LimitQuery
from web.pagination import number_of, page, size
from web.policy_rules import BundleFacts, RuleFacts, rule_facts
from web.price_book import in_force
from web.routes.api.answers import refusals

router = APIRouter(prefix="/api/policies", tags=["policies"])

OutcomeQuery = Annotated[PolicyOutcome | None, Blank, Query()]
RuleQuery = Annotated[
    Annotated[str, Field(max_length=100, pattern=TEXT)] | None,
    Blank,
    Query(description="A rule's id: the decisions in which it was not met."),
]
SlugQuery = Annotated[
    Annotated[str, Field(max_length=63, pattern=TEXT)] | None, Blank, Query(description="A project's slug.")
]


class PolicyOverview(BaseModel):
    """`evaluations` counts all of them, `denied` those in which a rule failed; `items` are the decisions asked for."""

    model_config = ConfigDict(frozen=True)

    bundle: BundleFacts
    rules: list[RuleFacts]
    evaluations: int
    denied: int
    items: list[PolicyDecision]
    next: str | None


@router.get("", responses=refusals(422))
async def overview(
    console: ConsoleDep,
    conn: ConnectionDep,
    outcome: OutcomeQuery = None,
    rule: RuleQuery = None,
    project: SlugQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = None,
) -> PolicyOverview:
    """The newest decisions first."""
    bundle, limit = (await console.inputs.current(conn)).bundle, size(limit)
    found = await policy_decisions.recent(
        conn, outcome=outcome, rule=rule, project=project, before=number_of(cursor) or None, limit=limit + 1
    )
    part = page(found, limit, lambda item: str(item.id))
    counts = await policy_decisions.totals(conn)
    return PolicyOverview(
        bundle=BundleFacts(
            name=bundle.name, sha256=bundle.sha256, in_force=in_force(await inputs.last_use(conn, "policy_bundle"))
        ),
        rules=rule_facts(bundle, await policy_decisions.unmet(conn)),
        evaluations=counts.evaluations,
        denied=counts.denied,
        items=part.items,
        next=part.next,
    )
