"""The JSON API."""

from fastapi import APIRouter

from web.routes.api import artifacts, decision_sets, history, projects

__all__ = ["router"]

router = APIRouter()
for part in (projects, decision_sets, history, artifacts):
    router.include_router(part.router)
