"""An intake desk whose models are the vendor server's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from infra.models import model_accesses
from providers.base import Agent, Reader
from providers.chat import ChatProvider, chat_provider
from providers.packs import load_packs
from providers.pricing import PriceBook
from providers.resilience import Patience
from providers.rulebook import Rulebook
from storage import quarantine
from storage.artifacts import FolderStore
from storage.events import Origin
from storage.postgres import Pool
from storage.quarantine import Quarantined
from storage.records.constraints import ConstraintValues
from storage.records.ids import DecisionSetId, RunId, ThreadId
from tests.wire.frames import Answer, Vendor
from tests.wire.server import VendorServer

MODELS: dict[Vendor, str] = {
    "anthropic": "anthropic:claude-test",
    "openai": "openai:gpt-test",
    "ollama": "ollama:llama-test",
}
TEXT = "Serve it on AWS, p95 under 80 ms, for at most 4000 EUR a month."
FACTS: dict[str, Any] = {
    "latency_p95_ms": {"value": 80, "quote": "p95 under 80 ms"},
    "cloud": {"value": ["aws"], "quote": "on AWS"},
}
TOOL = "record_constraints"
QUICK = Patience(call=2.0, first_wait=0.001)


@cache
def rulebook() -> Rulebook:
    return Rulebook(PriceBook.load())


def calls(arguments: dict[str, Any] | str, name: str = TOOL) -> Answer:
    return Answer(calls=((name, arguments),))


GOOD = calls(FACTS)


VALUES = ConstraintValues.model_validate(
    {
        "workload_type": "realtime_inference",
        "model_framework": "pytorch",
        "model_size_params": 110e6,
        "throughput_rps": 300,
        "latency_p95_ms": 80,
        "data_residency": "EU",
        "data_sensitivity": "pii",
        "monthly_budget_usd": 4000,
    }
)
"""A service with a dozen options on its front."""


@dataclass
class Desk:
    server: VendorServer
    pool: Pool
    database_url: str
    folder: Path
    decision_set: DecisionSetId
    run: RunId
    providers: list[ChatProvider] = field(default_factory=list)
    turns: list[tuple[str, str, float, int, int]] = field(default_factory=list)

    def provider(self, *models: str, patience: Patience = QUICK, rulebook_last: bool = False) -> ChatProvider:
        accesses = model_accesses(models, self.server.environ)
        made = chat_provider(
            accesses,
            rulebook(),
            load_packs(),
            self.pool,
            self.store,
            rulebook_last=rulebook_last,
            patience=patience,
            counted=lambda *turn: self.turns.append(turn),
        )
        self.providers.append(made)
        return made

    async def close(self) -> None:
        for provider in self.providers:
            await provider.models.close()

    def reader(self, *models: str, patience: Patience = QUICK, rulebook_last: bool = False) -> Reader:
        return self.reader_of(self.provider(*models, patience=patience, rulebook_last=rulebook_last))

    def reader_of(self, provider: ChatProvider) -> Reader:
        origin = Origin(self.decision_set, ThreadId(self.decision_set), self.run, node="extract_constraints")
        return provider.reader(origin)

    def agent_of(self, provider: ChatProvider, node: str = "planner") -> Agent:
        return provider.agent(Origin(self.decision_set, ThreadId(self.decision_set), self.run, node=node))

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.folder)

    async def quarantined(self) -> Sequence[Quarantined]:
        async with self.pool.connection() as conn:
            return await quarantine.listed(conn)
