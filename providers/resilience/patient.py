"""One model, asked with patience: again when its provider stumbles, and told what was wrong when its answer misfits."""

from __future__ import annotations

import asyncio
import json
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from infra.faults import reason
from providers.base import ModelCall
from providers.resilience.asking import Ask, Model, Patience, Prompt, Said, Turn
from providers.resilience.breaker import SharedBreaker
from providers.resilience.failures import Misfit, Transient
from providers.resilience.spend import cost_usd
from storage.records.errors import DeterminismBudgetExceeded

log = structlog.get_logger(__name__)
T = TypeVar("T", bound=BaseModel)

REMINDED = 4000
"""Characters of its last answer that a model is shown again."""


class PatientModel:
    """`breaker` is the provider's, shared with its other models."""

    def __init__(self, model: Model, breaker: SharedBreaker, patience: Patience) -> None:
        self.model, self._breaker, self._patience = model, breaker, patience
        self._wait = wait_random_exponential(multiplier=patience.first_wait, max=patience.longest_wait)

    def __str__(self) -> str:
        return f"{self.model.vendor}:{self.model.name}"

    async def answer(self, ask: Ask[T], call: ModelCall) -> T:
        """The answer as its schema. Adds to `call` what it took. Raises DeterminismBudgetExceeded after the third that
        misfits, else Transient, Refused or NotCalled."""
        try:
            async with asyncio.timeout(self._patience.model):
                return await self._fitting_answer(ask, call)
        except TimeoutError:
            raise Transient(f"no answer that fits within {self._patience.model:.0f} s.") from None

    async def _fitting_answer(self, ask: Ask[T], call: ModelCall) -> T:
        prompt, misfit = ask.prompt, Misfit("", b"")
        for _ in range(self._patience.answers):
            call.tries += 1
            try:
                said = await self._said(prompt, ask)
                self._count(said, call)
                return _fitting(ask, said)
            except Misfit as error:
                misfit = error
                log.info("answer misfits", model=str(self), task=ask.task, error=str(error))
                prompt = ask.prompt.and_then(*_reminder(error))
        raise DeterminismBudgetExceeded(str(self), misfit.payload, str(misfit))

    async def _said(self, prompt: Prompt, ask: Ask[T]) -> Said:
        async def once() -> Said:
            if ask.listener:
                ask.listener.restart()
            return await self.model.answer(prompt, ask.listener)

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._patience.attempts),
            retry=retry_if_exception(self._worth_waiting),
            wait=self._pause,
            before_sleep=self._note,
            reraise=True,
        )
        return await retrying(self._breaker.calling, once)

    def _worth_waiting(self, error: BaseException) -> bool:
        return isinstance(error, Transient) and (error.retry_after or 0) <= self._patience.longest_wait

    def _pause(self, state: RetryCallState) -> float:
        """What the provider asked for, else longer each time."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Transient) and error.retry_after is not None:
            return error.retry_after
        return self._wait(state)

    def _note(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info("asking again", model=str(self), seconds=round(state.upcoming_sleep, 2), error=str(error))

    def _count(self, said: Said, call: ModelCall) -> None:
        call.tokens_in += said.tokens_in
        call.tokens_out += said.tokens_out
        cost = cost_usd(self.model.vendor, self.model.name, said.tokens_in, said.tokens_out)
        call.cost_usd = None if cost is None or call.cost_usd is None else call.cost_usd + cost


def _fitting(ask: Ask[T], said: Said) -> T:
    """Raises Misfit."""
    if said.complaint:
        raise Misfit(said.complaint, said.payload)
    try:
        value = ask.schema.model_validate(said.arguments)
        if ask.check:
            ask.check(value)
    except ValidationError as error:
        raise Misfit(in_words(error), said.payload) from None
    except ValueError as error:
        raise Misfit(str(error), said.payload) from None
    return value


def in_words(error: ValidationError) -> str:
    """Each fault with its place, at most ten."""
    faults = error.errors(include_url=False, include_context=False)
    words = [f"{'.'.join(str(part) for part in item['loc']) or 'arguments'}: {reason(item)}" for item in faults[:10]]
    return "; ".join(words)


def _reminder(misfit: Misfit) -> tuple[Turn, Turn]:
    """The last answer and what is wrong with it, as plain turns: each vendor takes those, also for a broken call."""
    last = misfit.payload.decode(errors="replace")[:REMINDED]
    return (
        Turn("assistant", last or json.dumps({})),
        Turn("operator", f"That answer does not fit: {misfit}. Answer again, in full, and only as you were told to."),
    )
