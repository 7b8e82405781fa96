"""Chat models of Anthropic, OpenAI and Ollama, by setting. Imported only where one is set."""

from __future__ import annotations

from collections.abc import Sequence

from infra.models import ModelAccess
from providers.chat import criticising, extraction, proposing
from providers.chat.model import ChatModel
from providers.chat.provider import ChatProvider
from providers.packs import Registry
from providers.resilience import Counted, Models, Patience, uncounted
from providers.rulebook import Rulebook
from storage.artifacts import ArtifactStore
from storage.postgres import Pool

__all__ = ["ChatProvider", "chat_provider"]


def chat_provider(
    accesses: Sequence[ModelAccess],
    rulebook: Rulebook,
    packs: Registry,
    pool: Pool,
    quarantine: ArtifactStore,
    *,
    rulebook_last: bool,
    patience: Patience | None = None,
    counted: Counted = uncounted,
) -> ChatProvider:
    """`accesses` in the order in which they are asked."""
    patience = patience or Patience()
    for tool in (extraction.tool, proposing.tool, criticising.tool):
        tool()  # made once, now, and not while somebody waits
    models = Models([ChatModel(access, patience) for access in accesses], pool, quarantine, patience, counted)
    return ChatProvider(models, rulebook, packs, pool, rulebook_last)
