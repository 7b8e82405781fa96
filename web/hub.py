"""One database connection that listens for the whole process, and the viewers it wakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg
import structlog

from storage import deltas, events, runs
from storage.deltas import Delta
from storage.postgres import CHANNEL, Connection, Pool, connect, queries
from storage.records.events import Event
from storage.records.ids import DecisionSetId
from web.words import Preview, Words

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
ABANDONED_SECONDS = 60.0
BATCH = 200
"""Events read at once."""
_RECONNECT_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
_PAUSE_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_Key = TypeVar("_Key")
_Rows = TypeVar("_Rows")
_Read = tuple[DecisionSetId, int, int]
_Word = tuple[DecisionSetId, int, int, int]
_WORDS = 500
"""Rows of a model's words read at once."""
_WORDS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that are being read. `cursor` and `spoken` are how things stood when that began."""

    cursor: int
    spoken: int
    task: asyncio.Task[list[Delta]]


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who watches one decision set. `cursor` is the last seq they were sent; `heard` how much a model had said
    when its words were last read; `finished` says that they saw the end, so that leaving abandons nothing."""

    decision_set: DecisionSetId
    cursor: int = 0
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    finished: bool = False
    preview: Preview = field(default_factory=Preview)
    heard: int = -1
    reading: Reading | None = None

    async def wait(self) -> None:
        """Returns when there may be something new since the last call."""
        await self.woken.wait()
        self.woken.clear()


@dataclass(eq=False, slots=True)
class Channel:
    """`head` is the last seq heard of, `spoken` the last row of a model's words."""

    head: int = 0
    spoken: int = 0
    viewers: set[Viewer] = field(default_factory=set)

    def wake(self, seq: int) -> None:
        self.head = max(seq, self.head)
        for viewer in self.viewers:
            if viewer.cursor < seq:
                viewer.woken.set()

    def speak(self, row: int) -> None:
        self.spoken = max(row, self.spoken)
        for viewer in self.viewers:
            viewer.woken.set()


class Hub:
    """Waking a viewer only sets a flag: a slow one delays nobody. Each reads rows for itself, and those who stand at
    the same cursor share one query."""

    def __init__(self, pool: Pool, direct_dsn: str, *, abandoned_seconds: float = ABANDONED_SECONDS) -> None:
        self._pool = pool
        self._direct_dsn = direct_dsn
        self._abandoned_seconds = abandoned_seconds
        self._channels: dict[DecisionSetId, Channel] = {}
        self._leaving: dict[DecisionSetId, asyncio.Task[None]] = {}
        self._reads: dict[_Read, asyncio.Task[list[Event]]] = {}
        self._words: dict[_Word, asyncio.Task[list[Delta]]] = {}
        self.listening = asyncio.Event()
        self.closing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Hub]:
        """Listens and polls until left."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._poll())]
        try:
            yield self
        finally:
            tasks += [*self._leaving.values(), *self._reads.values(), *self._words.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """Sends every viewer away; they come back with their cursor, to the process that takes over."""
        self.closing = True
        for channel in self._channels.values():
            for viewer in channel.viewers:
                viewer.woken.set()

    @contextmanager
    def watch(self, decision_set: DecisionSetId, after: int) -> Iterator[Viewer]:
        channel = self._channels.setdefault(decision_set, Channel())
        viewer = Viewer(decision_set, after)
        channel.viewers.add(viewer)
        if timer := self._leaving.pop(decision_set, None):
            timer.cancel()
        try:
            yield viewer
        finally:
            channel.viewers.discard(viewer)
            if not channel.viewers:
                del self._channels[decision_set]
                if not viewer.finished:
                    self._leaving[decision_set] = asyncio.create_task(self._note_abandoned(decision_set))

    async def read(self, viewer: Viewer) -> list[Event]:
        """At most BATCH events after the viewer's cursor. Viewers woken together by the same event ask the database
        once; one woken by a later event does not get an earlier question's answer."""
        channel = self._channels[viewer.decision_set]
        key = (viewer.decision_set, viewer.cursor, channel.head)
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = asyncio.create_task(self._read(viewer.decision_set, viewer.cursor))
            reading.add_done_callback(lambda done: _forget(self._reads, key, done))
        return await asyncio.shield(reading)

    def words(self, viewer: Viewer) -> Words | None:
        """What a model has said since the last call. Never waits: what is being read wakes the viewer when it is there,
        and is dropped when an event came first, which may be the message that the words became."""
        reading = viewer.reading
        if reading is not None and not reading.task.done():
            return None
        viewer.reading = None
        rows: list[Delta] = []
        if reading is not None and reading.cursor == viewer.cursor:
            rows = reading.task.result()
            if len(rows) < _WORDS:
                viewer.heard = reading.spoken
        if viewer.heard < self._channels[viewer.decision_set].spoken:
            viewer.reading = self._reading(viewer, rows[-1].id if rows else viewer.preview.after)
        return viewer.preview.add(rows)

    def _reading(self, viewer: Viewer, after: int) -> Reading:
        """Shared by those who have seen the same: what an earlier viewer reads may be void for a later one."""
        spoken = self._channels[viewer.decision_set].spoken
        key = (viewer.decision_set, after, spoken, viewer.cursor)
        task = self._words.get(key)
        if task is None:
            task = self._words[key] = asyncio.create_task(self._read_words(viewer.decision_set, after))
            task.add_done_callback(lambda done: _forget(self._words, key, done))
        task.add_done_callback(lambda _: viewer.woken.set())
        return Reading(viewer.cursor, spoken, task)

    async def _read_words(self, decision_set: DecisionSetId, after: int) -> list[Delta]:
        """They are a preview: none is no error, and the next ones bring those that were missed."""
        try:
            async with asyncio.timeout(_WORDS_SECONDS), self._pool.connection() as conn:
                return await deltas.read(conn, decision_set, after=after, limit=_WORDS)
        except (TimeoutError, psycopg.Error) as error:
            log.warning("words not read", decision_set=decision_set, error=str(error))
            return []

    async def _read(self, decision_set: DecisionSetId, after: int) -> list[Event]:
        async with self._pool.connection() as conn:
            return await events.read(conn, decision_set, after=after, limit=BATCH)

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async with _connected(self._direct_dsn) as conn:
                    if failures:  # a restarted database has broken the pool's idle connections as well
                        await self._pool.check()
                    while True:
                        # Said again at each pause, which finds out whether the connection still stands.
                        async with asyncio.timeout(_ANSWER_SECONDS):
                            await conn.execute(queries("events")["listen"])
                            await deltas.listen(conn)
                        failures = 0
                        self.listening.set()
                        async for note in conn.notifies(timeout=_PAUSE_SECONDS):
                            self._heard(note)
            except (psycopg.Error, TimeoutError) as error:
                self.listening.clear()
                log.warning("listening connection lost", channel=CHANNEL, error=str(error) or "no answer")
                await asyncio.sleep(_RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)])
                failures += 1

    def _heard(self, note: psycopg.Notify) -> None:
        decision_set, _, number = note.payload.rpartition(":")
        channel = self._channels.get(DecisionSetId(decision_set))
        if channel and number.isdecimal():
            if note.channel == CHANNEL:
                channel.wake(int(number))
            else:
                channel.speak(int(number))

    async def _poll(self) -> None:
        """A notification is only a nudge and may be lost; the row is the truth. And whom another console's last viewer
        left, but not ours, is not abandoned."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if watched := list(self._channels):
                try:
                    async with self._pool.connection() as conn:
                        heads = await events.heads(conn, watched)
                        await runs.watched(conn, watched)
                except psycopg.Error as error:
                    log.warning("poll failed", error=str(error))
                    continue
                for decision_set, seq in heads.items():
                    if channel := self._channels.get(decision_set):
                        channel.wake(seq)

    async def _note_abandoned(self, decision_set: DecisionSetId) -> None:
        await asyncio.sleep(self._abandoned_seconds)
        self._leaving.pop(decision_set, None)
        try:
            async with self._pool.connection() as conn:
                await runs.abandon_stream(conn, decision_set)
        except psycopg.Error as error:
            log.warning("abandoned stream not noted", error=str(error))


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Connection]:
    """Closed at the end without a word to the server, which may answer no more."""
    conn = await connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()


def _forget(reads: dict[_Key, asyncio.Task[_Rows]], key: _Key, done: asyncio.Task[_Rows]) -> None:
    reads.pop(key, None)
    if not done.cancelled():
        done.exception()  # seen here too, in case everyone who asked has left
