"""The rules in force, how often each was not met, and the latest decisions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage import inputs, policy_decisions, projects
from web.deps import ConnectionDep, ConsoleDep
from web.policy_rules import BundleFacts, rule_facts
from web.price_book import in_force
from web.views.policies import AskedOutcome, PolicyFilter, policies

router = APIRouter(include_in_schema=False)
LISTED = 50


@router.get("/policies")
async def show(
    request: Request,
    console: ConsoleDep,
    conn: ConnectionDep,
    outcome: AskedOutcome = "",
    rule: Annotated[str, Query(max_length=100)] = "",
    project: Annotated[str, Query(max_length=63)] = "",
    before: Annotated[str, Query(pattern=r"^\d{0,18}$")] = "",
) -> Response:
    bundle = (await console.inputs.current(conn)).bundle
    chosen = PolicyFilter(outcome, rule, project)
    found = await policy_decisions.recent(
        conn,
        outcome=outcome or None,
        rule=rule or None,
        project=project or None,
        before=int(before) if before else None,
        limit=LISTED + 1,
    )
    view = policies(
        BundleFacts(
            name=bundle.name, sha256=bundle.sha256, in_force=in_force(await inputs.last_use(conn, "policy_bundle"))
        ),
        rule_facts(bundle, await policy_decisions.unmet(conn)),
        await policy_decisions.totals(conn),
        found,
        chosen,
        await projects.every_project(conn),
        limit=LISTED,
    )
    return console.templates.page(request, "pages/policies.html", view)
