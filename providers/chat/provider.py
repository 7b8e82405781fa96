"""Chat models that read, word, propose and criticise. The rulebook does the rest, and is named for it."""

from __future__ import annotations

from dataclasses import dataclass

from providers.base import Agent, Author, CriticName, PlanRequest, Proposal, Reader, Reading
from providers.chat.agent import PLANNING, ChatAgent
from providers.chat.reader import ChatReader
from providers.chat.shared import Shared
from storage.events import Origin
from storage.records.canonical import sha256_of
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Cost, Critique, Plan


@dataclass
class ChatProvider(Shared):
    """`name`, `model` and `pack` are the rulebook's: they stand on the cards of nodes that it does. `planning_packs`
    are by name what a plan and its criticism rest on: the prompts, and the rules that do the arithmetic."""

    def __post_init__(self) -> None:
        self.name, self.model, self.pack = self.rulebook.name, self.rulebook.model, self.rulebook.pack
        first, prompts = self.models.first, {name: self.packs[name].sha256 for name in PLANNING}
        self.planning_packs = {**prompts, self.rulebook.name: self.rulebook.pack}
        self.planning = Author(first.vendor, first.name, sha256_of(self.planning_packs))

    def reader(self, origin: Origin | None) -> Reader:
        return ChatReader(self, origin) if origin else self.rulebook.reader(None)

    def agent(self, origin: Origin | None) -> Agent:
        return ChatAgent(self, origin) if origin else self.rulebook.agent(None)

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        return await self.rulebook.read(text, answering=answering)

    async def plan(self, request: PlanRequest) -> Proposal:
        return await self.rulebook.plan(request)

    async def critique(self, critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique:
        return await self.rulebook.critique(critic, values, plan, cost)
