"""The built-in provider: no model, no call, no key. Same inputs, same bytes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from providers.base import (
    Agent,
    Author,
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
from providers.compute import Compute, here
from providers.pricing import PriceBook
from providers.rulebook import critics, planner
from providers.rulebook.reading import read
from storage.records.canonical import sha256_of, sha256_of_bytes
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.ids import Sha256
from storage.records.plans import Cost, Critique, Plan

if TYPE_CHECKING:
    from storage.events import Origin
    from storage.records.steps import Effect

_RULEBOOK = Path(__file__).parent
_FACTS = _RULEBOOK.parent / "pricing"
_GENERATOR = _RULEBOOK / "bundle"
"""The code generator and its templates are a pack of their own."""


def rules_sha256() -> Sha256:
    """Over the source of the rules and of the facts they rest on, by path: a changed rule is another pack."""
    own: dict[str, Sha256] = {}
    for path in sorted([*_RULEBOOK.rglob("*.py"), *_FACTS.rglob("*.py")]):
        if not path.is_relative_to(_GENERATOR):
            own[path.relative_to(_RULEBOOK.parent).as_posix()] = sha256_of_bytes(path.read_bytes())
    return sha256_of(own)


SHORT = 1000
"""Characters; a text of this length is read in a few milliseconds, less than the way to another process and back."""


class Rulebook:
    """`compute` runs the planner where it does not hold up the event loop."""

    name = planner.NAME
    model = planner.MODEL

    def __init__(self, book: PriceBook, compute: Compute = here) -> None:
        self._book, self._compute = book, compute
        self.pack = rules_sha256()

    @property
    def planning(self) -> Author:
        return Author(self.name, self.model, self.pack)

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        if len(text) <= SHORT:
            return read(text, answering=answering)
        return await self._compute(read, text, answering=answering)

    def reader(self, origin: Origin | None) -> Reader:
        return RulebookReader(self)

    def agent(self, origin: Origin | None) -> Agent:
        return RulebookAgent(self)

    async def warm_up(self) -> None:
        """Makes the process that plans, and has it import what it needs, before somebody waits for it."""
        await self._compute(rules_sha256)

    async def plan(self, request: PlanRequest) -> Proposal:
        return await self._compute(planner.plan, request, request.book or self._book)

    async def critique(self, critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique:
        return critics.critique(critic, values, plan, cost)


class RulebookReader:
    """Calls no model, so there is nothing to report."""

    calls: tuple[ModelCall, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    effects: tuple[Effect, ...] = ()

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def read(self, text: str, *, answering: FieldName | None = None) -> Reading:
        return await self._rulebook.read(text, answering=answering)

    async def word(self, request: WordingRequest) -> Worded | None:
        return None


class RulebookAgent:
    """Calls no model either."""

    call: ModelCall | None = None

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def plan(self, request: PlanRequest) -> Proposal:
        return await self._rulebook.plan(request)

    async def critique(
        self,
        critic: CriticName,
        values: ConstraintValues,
        plan: Plan,
        cost: Cost,
        *,
        assumed: Collection[FieldName] = (),
    ) -> Critique:
        return await self._rulebook.critique(critic, values, plan, cost)
