"""Server-sent events: what happened after a cursor, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import structlog
from fastapi import Depends, Header, Query
from pydantic import Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from storage import decision_sets, events, runs
from storage.postgres import Pool
from storage.records.decision_sets import ENDED
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web.console import Console
from web.deps import Blank
from web.head import asks_for_head
from web.hub import BATCH, Hub
from web.words import Words

log = structlog.get_logger(__name__)

PING_SECONDS = 10
ROTATE_SECONDS = 100.0
"""A managed front door cuts a request at 120 s."""
RETRY_MILLISECONDS = 1000
SEND_TIMEOUT_SECONDS = 15
LARGEST_SEQ = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Frame:
    name: str
    data: str


Seq = Annotated[int, Field(ge=0, le=LARGEST_SEQ)]
Render = Callable[[Event], Awaitable[Frame]]
Speak = Callable[[Words], Frame]


def cursor(
    after: Annotated[Seq | None, Blank, Query(description="The last seq the client has.")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> int:
    """The larger of both: a reconnecting EventSource repeats the address it was opened with."""
    known = (last_event_id or "").strip()
    if not (known.isascii() and known.isdecimal()):
        return after or 0
    digits = known.lstrip("0")
    seen = int(digits or 0) if len(digits) <= len(str(LARGEST_SEQ)) else LARGEST_SEQ
    return max(after or 0, min(seen, LARGEST_SEQ))


CursorDep = Annotated[int, Depends(cursor)]


async def as_json(event: Event) -> Frame:
    return Frame(event.type, event.model_dump_json())


def words_as_json(words: Words) -> Frame:
    return Frame("assistant-delta", words.delta.model_dump_json())


async def stream(
    console: Console,
    decision_set: DecisionSetId,
    after: int,
    render: Render = as_json,
    speak: Speak = words_as_json,
) -> Response:
    """Each event becomes one frame with its seq as id. A client that has all there will ever be is answered 204, at
    which an EventSource stops: it takes a stream that closes for one to open again. Raises NotFound."""
    over = await _is_over(console.pool, decision_set)
    if over and after >= await _head(console.pool, decision_set):
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return Stream(
        _frames(console, decision_set, after, over, render, speak),
        ping=PING_SECONDS,
        ping_message_factory=_ping,
        send_timeout=SEND_TIMEOUT_SECONDS,
        sep="\n",
    )


class Stream(EventSourceResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if asks_for_head(scope):  # nobody watches
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("a viewer took nothing for too long and was let go", seconds=SEND_TIMEOUT_SECONDS)


async def follow(
    hub: Hub, pool: Pool, decision_set: DecisionSetId, after: int, *, over: bool, seconds: float = ROTATE_SECONDS
) -> AsyncGenerator[list[Event] | Words]:
    """Batches of events in order, without a gap, with a model's words between them, until the decision set ends or the
    time is up. `over` says that it had ended before: then what lies past the cursor is all there will be."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    replaying, ended = True, False
    with hub.watch(decision_set, after) as viewer:
        while True:
            batch = await hub.read(viewer)
            if batch:
                viewer.cursor = batch[-1].seq
                ended = _ends(batch[-1])
                yield batch
            if len(batch) == BATCH:
                continue
            if over or (ended and (not replaying or await _is_over(pool, decision_set))):
                viewer.finished = True
                return
            replaying = ended = False
            if words := hub.words(viewer):
                yield words
            remaining = deadline - loop.time()
            if remaining <= 0 or hub.closing:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await viewer.wait()


async def _frames(
    console: Console, decision_set: DecisionSetId, after: int, over: bool, render: Render, speak: Speak
) -> AsyncIterator[bytes]:
    yield ServerSentEvent(retry=RETRY_MILLISECONDS, sep="\n").encode()
    with console.metrics.stream():
        try:
            async with aclosing(follow(console.hub, console.pool, decision_set, after, over=over)) as batches:
                async for batch in batches:
                    if isinstance(batch, Words):
                        frame = speak(batch)
                        yield ServerSentEvent(frame.data, event=frame.name, sep="\n").encode()
                    else:
                        yield b"".join([await _encoded(event, render) for event in batch])
        except psycopg.OperationalError as error:
            # The client comes back with its cursor and misses nothing.
            log.warning("stream ended early", decision_set=decision_set, error=str(error))


async def _encoded(event: Event, render: Render) -> bytes:
    frame = await render(event)
    return ServerSentEvent(frame.data, event=frame.name, id=str(event.seq), sep="\n").encode()


def _ping() -> ServerSentEvent:
    return ServerSentEvent(json.dumps({"at": datetime.now(UTC).isoformat()}), event="ping", sep="\n")


def _ends(event: Event) -> bool:
    return event.type == "run-complete" and event.payload.get("outcome") != "waiting"


async def _is_over(pool: Pool, decision_set: DecisionSetId) -> bool:
    """Ended, and no run is open that would still write. Raises NotFound."""
    async with pool.connection() as conn:
        found = await decision_sets.read(conn, decision_set)
        run = await runs.current(conn, decision_set)
    return found.status in ENDED and (run is None or run.outcome is not None)


async def _head(pool: Pool, decision_set: DecisionSetId) -> int:
    async with pool.connection() as conn:
        return await events.head(conn, decision_set)
