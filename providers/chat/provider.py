"""Chat models that read, word, propose and criticise. The rulebook does the rest, and is named for it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from providers.base import Agent, Author, CriticName, PlanRequest, Proposal, Reader, Reading
from providers.chat.agent import PLANNING, ChatAgent
from providers.chat.reader import ChatReader
from providers.packs import Registry
from providers.resilience import Models
from providers.rulebook import Rulebook
from storage.events import Origin
from storage.postgres import Pool
from storage.records.canonical import sha256_of
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Cost, Critique, Plan

REMEMBERED = 256
"""Readings a worker keeps: editing an earlier answer reads every message again, and only one of them is new."""


@dataclass
class ChatProvider:
    """`name`, `model` and `pack` are the rulebook's: they stand on the cards of nodes that it does. `rulebook_last`
    says that it also answers when no model could. `planning_packs` are by name what a plan and its criticism rest on:
    the prompts, and the rules that do the arithmetic."""

    models: Models
    rulebook: Rulebook
    packs: Registry
    pool: Pool
    rulebook_last: bool = False
    _readings: OrderedDict[tuple[str, FieldName | None], Reading] = field(default_factory=OrderedDict)

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

    def remembered(self, text: str, answering: FieldName | None) -> Reading | None:
        return self._readings.get((text, answering))

    def remember(self, text: str, answering: FieldName | None, found: Reading) -> None:
        self._readings[text, answering] = found
        if len(self._readings) > REMEMBERED:
            self._readings.popitem(last=False)
