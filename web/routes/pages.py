"""The pages, collected."""

from __future__ import annotations

from fastapi import APIRouter

from web.routes import (
    page_changes,
    page_costs,
    page_decision_set,
    page_gate,
    page_history,
    page_inbox,
    page_intake,
    page_policies,
    page_projects,
    page_quarantine,
    page_settings,
    page_what_if,
)

router = APIRouter(include_in_schema=False)
# page_intake first: `/decision-sets/new` is not an id.
for part in (
    page_intake,
    page_decision_set,
    page_gate,
    page_changes,
    page_history,
    page_inbox,
    page_projects,
    page_costs,
    page_policies,
    page_settings,
    page_quarantine,
    page_what_if,
):
    router.include_router(part.router)
