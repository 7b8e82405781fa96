"""A way to the database that can be made to hang: what is sent is taken, and nothing comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg.conninfo import make_conninfo


class Passage:
    """`dsn` leads through it. `accepted` counts the connections; while it is frozen, not a byte passes on any."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.dsn = ""
        self.accepted = 0
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Passage]:
        with psycopg.connect(self._target) as conn:
            host, port = conn.info.host, conn.info.port
        with TemporaryDirectory() as folder:
            server = await asyncio.start_unix_server(
                lambda reader, writer: self._begin(self._carry(host, port, reader, writer)),
                Path(folder) / ".s.PGSQL.5432",
            )
            self.dsn = make_conninfo(self._target, host=folder, port=5432, sslmode="disable")
            try:
                yield self
            finally:
                server.close()
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, carrying: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(carrying)
        self.accepted += 1
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        unix = host.startswith("/")
        there, back = await (
            asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}") if unix else asyncio.open_connection(host, port)
        )
        try:
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        finally:
            back.close()
            writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
