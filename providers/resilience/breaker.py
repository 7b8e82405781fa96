"""pybreaker around a provider, with its state in Postgres, so that what one worker learns the others know."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TypeVar

import structlog
from pybreaker import (
    STATE_CLOSED,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitBreakerListener,
    CircuitBreakerState,
    CircuitBreakerStorage,
)

from providers.resilience.asking import Patience
from providers.resilience.failures import Misfit, NotCalled, Refused
from storage import breakers
from storage.breakers import Standing, State
from storage.postgres import Pool
from storage.records.ids import new_id

log = structlog.get_logger(__name__)
T = TypeVar("T")

_STATES: dict[str, State] = {"closed": "closed", "open": "open", "half-open": "half-open"}


class SharedBreaker:
    """One per provider and process."""

    def __init__(self, pool: Pool, name: str, patience: Patience) -> None:
        self._pool, self._name, self._patience = pool, name, patience
        self._row = _Row(name)
        self._breaker = CircuitBreaker(
            fail_max=patience.failures,
            reset_timeout=patience.pause,
            exclude=[_answered],
            listeners=[_Log()],
            state_storage=self._row,
            name=name,
            throw_new_error_on_trip=False,
        )

    async def calling(self, call: Callable[[], Awaitable[T]]) -> T:
        """Makes the call if it may be made. Raises NotCalled, or what the call raises."""
        probe = new_id()
        async with self._pool.connection() as conn:
            admission = await breakers.admit(
                conn,
                self._name,
                probe=probe,
                pause=timedelta(seconds=self._patience.pause),
                patience=timedelta(seconds=self._patience.call + 10),
            )
        entered = admission.entered
        self._row.admit(entered)
        # Closed without the error that ends the call, so that the row is written however it ends.
        row = AsyncExitStack()
        try:
            with self._breaker.calling():
                try:
                    return await call()
                finally:
                    await self._take_row(row, entered or "closed", probe, sys.exc_info()[1])
        except CircuitBreakerError:
            raise NotCalled(self._closed_off(admission.wait)) from None
        finally:
            await row.aclose()

    def _closed_off(self, wait: float | None) -> str:
        until = "another call tries whether it answers again" if wait is None else f"again in {max(1, ceil(wait))} s"
        return f"{self._name} failed too often and is not asked for the moment: {until}."

    async def _take_row(self, stack: AsyncExitStack, entered: State, probe: str, ended: BaseException | None) -> None:
        """Locks the row for what pybreaker makes of the call's end. No await may come between this and that."""
        standing = None
        if not (isinstance(ended, asyncio.CancelledError) and entered == "closed"):
            conn = await stack.enter_async_context(self._pool.connection())
            error = None if ended is None or _answered(ended) else str(ended) or type(ended).__name__
            standing = await stack.enter_async_context(
                breakers.settling(conn, self._name, entered=entered, probe=probe, error=error)
            )
        self._row.standing = standing or Standing(entered, 0, 0)


def _answered(ended: BaseException) -> bool:
    """The provider works, whatever it answered."""
    return isinstance(ended, (Refused, Misfit))


class _Row(CircuitBreakerStorage):
    """pybreaker's storage is synchronous: it works on a copy of the row, which is read and written around it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.standing = Standing("closed", 0, 0)
        self._opened_at: datetime | None = None

    def admit(self, entered: State | None) -> None:
        """Sets the copy such that pybreaker comes to the verdict that Postgres came to."""
        self.standing = Standing("closed" if entered == "closed" else "open", 0, 0)
        self._opened_at = datetime.now(UTC) if entered is None else None

    @property
    def state(self) -> str:
        return self.standing.state

    @state.setter
    def state(self, state: str) -> None:
        self.standing.state = _STATES[state]

    def increment_counter(self) -> None:
        self.standing.failures += 1

    def reset_counter(self) -> None:
        self.standing.failures = 0

    def increment_success_counter(self) -> None:
        self.standing.successes += 1

    def reset_success_counter(self) -> None:
        self.standing.successes = 0

    @property
    def counter(self) -> int:
        return self.standing.failures

    @property
    def success_counter(self) -> int:
        return self.standing.successes

    @property
    def opened_at(self) -> datetime | None:
        return self._opened_at

    @opened_at.setter
    def opened_at(self, datetime: datetime) -> None:
        self.standing.opened = True


class _Log(CircuitBreakerListener):
    def state_change(
        self, cb: CircuitBreaker, old_state: CircuitBreakerState | None, new_state: CircuitBreakerState
    ) -> None:
        report = log.warning if new_state.name == STATE_OPEN else log.info
        report("breaker", provider=cb.name, was=old_state.name if old_state else STATE_CLOSED, now=new_state.name)
