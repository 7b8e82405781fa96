"""A stream of server-sent events as any client reads it (HTML Living Standard, 9.2.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from storage.records.ids import DecisionSetId


@dataclass(frozen=True)
class Message:
    """One block; a block without data has `data` None."""

    id: str | None
    event: str
    data: str | None
    retry: int | None


async def messages(response: httpx.Response) -> AsyncIterator[Message]:
    fields: dict[str, list[str]] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        elif fields:
            data = fields.get("data")
            yield Message(
                id=fields["id"][-1] if "id" in fields else None,
                event=fields.get("event", ["message"])[-1],
                data="\n".join(data) if data is not None else None,
                retry=int(fields["retry"][-1]) if "retry" in fields else None,
            )
            fields = {}


@asynccontextmanager
async def opened(client: httpx.AsyncClient, path: str, **headers: str) -> AsyncIterator[AsyncIterator[Message]]:
    async with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield messages(response)


async def seqs(found: AsyncIterator[Message], count: int | None = None) -> list[int]:
    """The ids of the next `count` events, or of all until the stream closes."""
    ids: list[int] = []
    while count is None or len(ids) < count:
        try:
            message = await anext(found)
        except StopAsyncIteration:
            break
        if message.id is not None:
            ids.append(int(message.id))
    return ids


def stream_path(decision_set: DecisionSetId, after: object = 0) -> str:
    return f"/api/decision-sets/{decision_set}/stream?after={after}"
