"""The JSON API."""

from fastapi import APIRouter

from web.routes.api import artifacts, costs, decision_sets, history, models, policies, projects, quarantine

__all__ = ["router"]

router = APIRouter()
for part in (projects, decision_sets, history, artifacts, models, quarantine, policies, costs):
    router.include_router(part.router)
