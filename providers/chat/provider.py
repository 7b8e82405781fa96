"""Chat models for the intake: they read what an operator writes and word what is asked. The rulebook does the rest,
and is named for it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from providers.base import (
    CriticName,
    Dropped,
    ModelCall,
    PlanRequest,
    Proposal,
    Reader,
    Reading,
    Worded,
    WordingRequest,
)
from providers.chat.extraction import TOOL, extraction, reading, tool
from providers.chat.wording import Wording, asked
from providers.packs import Pack, Registry
from providers.resilience import Ask, Models, NoModelAnswered, Prompt, Turn
from providers.rulebook import Rulebook
from storage import deltas
from storage.events import Origin
from storage.postgres import Pool, UnitOfWork
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Cost, Critique, Plan
from storage.records.steps import Effect

log = structlog.get_logger(__name__)

READING, WORDING = "intake-reading", "intake-wording"
REMEMBERED = 256
"""Readings a worker keeps: editing an earlier answer reads every message again, and only one of them is new."""


@dataclass
class ChatProvider:
    """`name`, `model` and `pack` are the rulebook's: they stand on the cards of nodes that it does. `rulebook_last`
    says that it also reads when no model could."""

    models: Models
    rulebook: Rulebook
    packs: Registry
    pool: Pool
    rulebook_last: bool = False
    _readings: OrderedDict[tuple[str, FieldName | None], Reading] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.name, self.model, self.pack = self.rulebook.name, self.rulebook.model, self.rulebook.pack

    def reader(self, origin: Origin | None) -> Reader:
        return ChatReader(self, origin) if origin else self.rulebook.reader(None)

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


@dataclass
class ChatReader:
    """One node's."""

    provider: ChatProvider
    origin: Origin
    calls: list[ModelCall] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        """Raises NoModelAnswered, unless the rulebook may read instead."""
        if known := self.provider.remembered(text, answering):
            return known
        pack = self.provider.packs[READING]
        ask = Ask(
            task="reading",
            purpose="read what was written",
            pack=pack.sha256,
            prompt=Prompt(_system(pack), (Turn("operator", _fenced(text, answering)),), tool()),
            schema=extraction(),
            origin=self.origin,
        )
        try:
            answered = await self.provider.models.ask(ask)
        except NoModelAnswered as error:
            if not self.provider.rulebook_last:
                raise
            return await self._by_rules(text, answering, error.call)
        call = answered.call
        source = f"model:{call.provider}:{call.model}"
        # Twenty milliseconds and more for the longest messages; the answer's model cannot go to another process.
        found = await asyncio.to_thread(reading, answered.value, text, source)
        self.calls.append(call)
        self.dropped += found.dropped
        self.provider.remember(text, answering, found)
        return found

    async def _by_rules(self, text: str, answering: FieldName | None, call: ModelCall) -> Reading:
        rulebook = self.provider.rulebook
        call.provider, call.model, call.pack = rulebook.name, rulebook.model, rulebook.pack
        self.calls.append(call)
        return await rulebook.read(text, answering=answering)

    async def word(self, request: WordingRequest) -> Worded | None:
        """None when no model could: the question is asked in the words that it came with."""
        pack = self.provider.packs[WORDING]
        self.effects.append(self._clear)
        run = self.origin.run
        if run is None:
            return None
        async with deltas.writing(self.provider.pool, self.origin.decision_set, run) as listener:
            ask = Ask(
                task="wording",
                purpose="word the question",
                pack=pack.sha256,
                prompt=Prompt(_system(pack), (Turn("operator", asked(request)),)),
                schema=Wording,
                origin=self.origin,
                listener=listener,
            )
            try:
                answered = await self.provider.models.ask(ask)
            except NoModelAnswered as error:
                log.warning("question not worded", error=str(error))
                self.calls.append(error.call)
                return None
        self.calls.append(answered.call)
        return Worded(answered.value.reply, answered.value.question)

    async def _clear(self, work: UnitOfWork) -> None:
        """The words are events from here on."""
        await deltas.clear(work.conn, self.origin.decision_set)


def _system(pack: Pack) -> str:
    """The prompt, with the examples as the model would meet and answer them."""
    examples = [
        f"{_fenced(item.text, item.answering)}\n{TOOL} {json.dumps(item.answer, ensure_ascii=False)}"
        if pack.id == READING
        else f"{item.text}\n\n{item.answer['text']}"
        for item in pack.examples
    ]
    return "\n\n".join([pack.prompt.strip(), *(f"Example:\n{example}" for example in examples)])


def _fenced(text: str, answering: str | None) -> str:
    """The operator's words between marks that they cannot hold themselves."""
    inner = re.sub(r"<\s*(/?)\s*operator", r"< \1 operator", text, flags=re.IGNORECASE)
    asked_for = f"The field that was asked for: {answering}\n" if answering else ""
    return f"{asked_for}<operator>\n{inner}\n</operator>"
