"""Chat models for the intake: they read what an operator writes and word what is asked."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field, replace

import structlog

from providers.base import Dropped, ModelCall, Reading, Worded, WordingRequest
from providers.chat.extraction import TOOL, extraction, reading, tool
from providers.chat.prompting import system
from providers.chat.shared import Shared
from providers.chat.wording import Wording, asked
from providers.packs import Pack
from providers.resilience import Ask, NoModelAnswered, Prompt, Turn
from storage import deltas
from storage.events import Origin
from storage.postgres import UnitOfWork
from storage.records.constraints import FieldName
from storage.records.steps import Effect

log = structlog.get_logger(__name__)

READING, WORDING = "intake-reading", "intake-wording"


@dataclass
class ChatReader:
    """One node's."""

    shared: Shared
    origin: Origin
    calls: list[ModelCall] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        """Raises NoModelAnswered, unless the rulebook may read instead."""
        if known := self.shared.remembered(text, answering):
            return known
        pack = self.shared.packs[READING]
        ask = Ask(
            task="reading",
            purpose="read what was written",
            pack=pack.sha256,
            prompt=Prompt(_system(pack), (Turn("operator", _fenced(text, answering)),), tool()),
            schema=extraction(),
            origin=self.origin,
        )
        try:
            answered = await self.shared.models.ask(ask)
        except NoModelAnswered as error:
            if not self.shared.rulebook_last:
                raise
            return await self._by_rules(text, answering, error.call)
        call = answered.call
        source = f"model:{call.provider}:{call.model}"
        # Twenty milliseconds and more for the longest messages; the answer's model cannot go to another process.
        found = await asyncio.to_thread(reading, answered.value, text, source)
        if answering and not (found.findings or found.problems):
            found = replace(found, unsure=(await self.shared.rulebook.read(text, answering=answering)).unsure)
        self.calls.append(call)
        self.dropped += found.dropped
        self.shared.remember(text, answering, found)
        return found

    async def _by_rules(self, text: str, answering: FieldName | None, call: ModelCall) -> Reading:
        rulebook = self.shared.rulebook
        call.provider, call.model, call.pack = rulebook.name, rulebook.model, rulebook.pack
        self.calls.append(call)
        return await rulebook.read(text, answering=answering)

    async def word(self, request: WordingRequest) -> Worded | None:
        """None when no model could: the question is asked in the words that it came with."""
        pack = self.shared.packs[WORDING]
        self.effects.append(self._clear)
        run = self.origin.run
        if run is None:
            return None
        async with deltas.writing(self.shared.pool, self.origin.decision_set, run) as listener:
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
                answered = await self.shared.models.ask(ask)
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
    return system(pack, examples)


def _fenced(text: str, answering: str | None) -> str:
    """The operator's words between marks that they cannot hold themselves."""
    inner = re.sub(r"<\s*(/?)\s*operator", r"< \1 operator", text, flags=re.IGNORECASE)
    asked_for = f"The field that was asked for: {answering}\n" if answering else ""
    return f"{asked_for}<operator>\n{inner}\n</operator>"
