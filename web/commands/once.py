"""One command, one transaction, one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel

from storage import commands, decision_sets
from storage.access import ROLES, Role
from storage.commands import Answer, CommandKey
from storage.postgres import Pool, UnitOfWork, unit_of_work
from storage.records.errors import RoleForbids

__all__ = ["Answer", "Caller", "CommandKey", "once"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and under which request."""

    name: str
    role: Role
    request_id: str

    def needs(self, role: Role) -> None:
        """Raises RoleForbids."""
        if ROLES.index(self.role) < ROLES.index(role):
            raise RoleForbids(f"This needs the role {role}; yours is {self.role}.")


async def once(
    pool: Pool, key: CommandKey | None, status: int, perform: Callable[[UnitOfWork], Awaitable[BaseModel]]
) -> Answer:
    """Performs the command, or gives the first answer again when the idempotency key was used before. A lost race on a
    decision set's version is tried again from the start, in a new transaction."""

    async def attempt() -> Answer:
        async with unit_of_work(pool) as work:
            if key and (earlier := await commands.claim(work.conn, key)):
                return earlier
            answer = Answer(status, (await perform(work)).model_dump(mode="json"))
            if key:
                await commands.keep(work.conn, key, answer)
            return answer

    return await decision_sets.retry_when_stale(attempt)
