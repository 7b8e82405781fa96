"""The models that are asked, and the packs they are asked with."""

from __future__ import annotations

from fastapi import APIRouter

from storage import breakers, packs
from storage.packs import UsedPack
from web.deps import ConnectionDep, ConsoleDep
from web.models import ModelInUse, models_in_use
from web.pagination import Page
from web.routes.api.answers import refusals

router = APIRouter(prefix="/api", tags=["models"])


@router.get("/models", responses=refusals())
async def list_models(console: ConsoleDep, conn: ConnectionDep) -> Page[ModelInUse]:
    """In the order they are asked. `breaker` is null for a provider that was never called."""
    return Page(items=models_in_use(console.models, await breakers.listed(conn)), next=None)


@router.get("/packs", responses=refusals())
async def list_packs(conn: ConnectionDep) -> Page[UsedPack]:
    """Every pack that was ever in use, the newest first. `body` is what the hash was taken over, and empty for packs
    from before bodies were kept."""
    return Page(items=await packs.listed(conn), next=None)
