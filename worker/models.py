"""Who reads, plans and criticises, as the settings say; and a note of every pack that this worker may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from infra.metrics import WorkerMetrics
from infra.models import RULEBOOK, ModelAccess
from infra.settings import Settings
from providers.base import CodeGenProvider, OrchestrationProvider
from providers.rulebook import Rulebook
from storage import packs
from storage.artifacts import open_store
from storage.postgres import Pool


@asynccontextmanager
async def chosen_provider(
    settings: Settings, accesses: Sequence[ModelAccess], rulebook: Rulebook, pool: Pool, metrics: WorkerMetrics
) -> AsyncIterator[OrchestrationProvider]:
    """The rulebook, or chat models where one is set; only then are they imported."""
    if not accesses:
        yield rulebook
        return
    from providers.chat import chat_provider
    from providers.packs import load_packs

    registry = load_packs()
    async with pool.connection() as conn:
        for pack in registry:
            body = pack.model_dump(mode="json")
            await packs.register(conn, pack.sha256, pack=pack.id, version=pack.version, provider="chat", body=body)
    store = open_store(settings.quarantine_url)
    last = RULEBOOK in settings.fallback_models
    chat = chat_provider(accesses, rulebook, registry, pool, store, rulebook_last=last, counted=metrics.model)
    async with pool.connection() as conn:
        await packs.register(
            conn, chat.planning.pack, pack="planning", version="1", provider="chat", body=dict(chat.planning_packs)
        )
    try:
        await chat.models.open()
        yield chat
    finally:
        await chat.models.close()


async def note_rules(pool: Pool, *providers: OrchestrationProvider | CodeGenProvider) -> None:
    """Rules are code, so their packs have no body to keep."""
    async with pool.connection() as conn:
        for provider in providers:
            await packs.register(
                conn, provider.pack, pack=provider.name, version=provider.model, provider=provider.name, body={}
            )
