"""The one way to a model: breaker, patience, three validated tries, quarantine, and the next model when one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from infra.excerpt import excerpt
from providers.base import ModelCall
from providers.resilience.asking import Answered, Ask, Model, Patience
from providers.resilience.breaker import SharedBreaker
from providers.resilience.failures import ModelFailed, NoModelAnswered
from providers.resilience.patient import PatientModel
from storage import quarantine
from storage.artifacts import ArtifactStore
from storage.postgres import Pool
from storage.quarantine import Rejected
from storage.records.errors import DeterminismBudgetExceeded
from storage.records.ids import Sha256

log = structlog.get_logger(__name__)
T = TypeVar("T", bound=BaseModel)

Counted = Callable[[str, str, float, int, int], None]
"""Told of each model's turn: model, outcome (answered, quarantined or failed), seconds, tokens in, tokens out."""


def uncounted(model: str, outcome: str, seconds: float, tokens_in: int, tokens_out: int) -> None:
    pass


class Models:
    """Every model call of the product goes through `ask`. `models` in the order in which they are asked."""

    def __init__(
        self,
        models: Sequence[Model],
        pool: Pool,
        store: ArtifactStore,
        patience: Patience | None = None,
        counted: Counted = uncounted,
    ) -> None:
        patience = patience or Patience()
        vendors = {model.vendor for model in models}
        breakers = {vendor: SharedBreaker(pool, vendor, patience) for vendor in vendors}
        self._pool, self._store, self.counted = pool, store, counted
        self._models = [PatientModel(model, breakers[model.vendor], patience) for model in models]

    @property
    def first(self) -> Model:
        """The one that is asked before any other."""
        return self._models[0].model

    async def ask(self, ask: Ask[T]) -> Answered[T]:
        """Raises NoModelAnswered, which is a NodeFailed in words for the operator."""
        call = ModelCall(ask.task, ask.purpose, provider="", model="", pack=ask.pack)
        turns = [RunnableLambda(_Turn(self, model, ask, call).take, name=str(model)) for model in self._models]
        first, *others = turns if ask.fallback else turns[:1]
        chain = first.with_fallbacks(others, exceptions_to_handle=(ModelFailed, DeterminismBudgetExceeded))
        started = time.monotonic()
        try:
            value = await chain.ainvoke(ask.task)
        except (ModelFailed, DeterminismBudgetExceeded) as error:
            raise NoModelAnswered(call) from error
        finally:
            self._log(call, time.monotonic() - started)
        return Answered(cast(T, value), call)

    async def open(self) -> None:
        for model in self._models:
            await model.model.open()

    async def close(self) -> None:
        for model in self._models:
            await model.model.close()

    async def quarantine(self, ask: Ask[Any], model: PatientModel, exceeded: DeterminismBudgetExceeded) -> Sha256:
        """Keeps the answer for triage, at once: also when the run fails, or another model answers."""
        sha256 = await self._store.put(exceeded.payload, "application/json")
        rejected = Rejected(
            sha256=sha256,
            size=len(exceeded.payload),
            media_type="application/json",
            decision_set=ask.origin.decision_set if ask.origin else None,
            run=ask.origin.run if ask.origin else None,
            node=(ask.origin.node if ask.origin else None) or "",
            provider=model.model.vendor,
            model=model.model.name,
            pack=ask.pack,
            error=exceeded.error[:2000],
        )
        async with self._pool.connection() as conn:
            await quarantine.set_aside(conn, rejected)
        log.warning("answer quarantined", model=str(model), sha256=sha256, error=exceeded.error)
        return sha256

    def _log(self, call: ModelCall, seconds: float) -> None:
        log.info(
            "model call",
            task=call.task,
            model=f"{call.provider}:{call.model}" if call.provider else None,
            tries=call.tries,
            tokens_in=call.tokens_in,
            tokens_out=call.tokens_out,
            fallback=call.fallback,
            seconds=round(seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """One model's turn in the chain; how it fails is written down for the operator before the next one is asked."""

    models: Models
    model: PatientModel
    ask: Ask[Any]
    call: ModelCall

    async def take(self, task: str) -> BaseModel:
        """`task` is what a trace shows of the input."""
        call, outcome = self.call, "failed"
        started, tokens_in, tokens_out = time.monotonic(), call.tokens_in, call.tokens_out
        try:
            value = await self.model.answer(self.ask, call)
            outcome = "answered"
        except DeterminismBudgetExceeded as error:
            outcome = "quarantined"
            sha256 = await self.models.quarantine(self.ask, self.model, error)
            call.quarantined += (sha256,)
            call.failures += (
                f"{self.model}: three answers in a row did not fit ({excerpt(error.error, 300)});"
                f" the last is in quarantine as {sha256[:12]}.",
            )
            raise
        except ModelFailed as error:
            call.failures += (f"{self.model}: {excerpt(str(error), 300)}",)
            raise
        finally:
            took = time.monotonic() - started
            self.models.counted(
                str(self.model), outcome, took, call.tokens_in - tokens_in, call.tokens_out - tokens_out
            )
        call.provider, call.model = self.model.model.vendor, self.model.model.name
        return value
