"""A server on loopback that speaks Anthropic's, OpenAI's and Ollama's wire formats, and fails when it is told to."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

from tests.wire.frames import PATHS, Answer, Vendor, body, stream


@dataclass(frozen=True)
class Status:
    """An error in place of an answer."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()
    message: str = "on purpose"


@dataclass(frozen=True)
class Hang:
    """Takes the request and never answers."""


@dataclass(frozen=True)
class Cut:
    """Begins to answer and closes the connection in the middle."""

    answer: Answer = field(default_factory=lambda: Answer(text="one two three four five six"))


@dataclass(frozen=True)
class Held:
    """Answers once the test says so."""

    then: Answer | Status
    release: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Garbage:
    """Says 200 and sends what is no JSON."""

    content: bytes = b"<html><body>upstream is resting</body></html>"


Act = Answer | Status | Hang | Cut | Garbage | Held
Heard = dict[str, Any]
"""A request's body, as JSON."""


class VendorServer:
    """All three vendors at one address. What is scripted is done in order, request by request; then `otherwise`
    answers. Runs in a thread of its own, so that it answers tests of either kind and other processes."""

    def __init__(self, otherwise: Callable[[Vendor, Heard], Act] | None = None) -> None:
        self._script: dict[Vendor, deque[Act]] = defaultdict(deque)
        self._otherwise = otherwise or (lambda vendor, heard: Status(500, message="nothing is scripted"))
        self.heard: dict[Vendor, list[Heard]] = defaultdict(list)
        self.headers: dict[Vendor, list[dict[str, str]]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._port: Future[int] = Future()

    def script(self, vendor: Vendor, *acts: Act) -> None:
        self._script[vendor].extend(acts)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._thread.start()
        self.port = self._port.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    @property
    def environ(self) -> dict[str, str]:
        """The vendors' variables that lead here."""
        base = f"http://127.0.0.1:{self.port}"
        return {
            "ANTHROPIC_API_KEY": "sk-ant-of-the-tests",
            "ANTHROPIC_BASE_URL": base,
            "OPENAI_API_KEY": "sk-of-the-tests",
            "OPENAI_BASE_URL": f"{base}/v1",
            "OLLAMA_HOST": f"127.0.0.1:{self.port}",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    async def _serve(self) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                while await self._answer(reader, writer):
                    pass
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # the client left, or the test is over
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self._port.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection is still good for another request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        heard = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        vendor = PATHS[head[0].split(" ")[1].partition("?")[0]]
        self.heard[vendor].append(heard)
        self.headers[vendor].append(headers)
        script = self._script[vendor]
        act = script.popleft() if script else self._otherwise(vendor, heard)
        streams = bool(heard.get("stream"))
        if isinstance(act, Held):
            await asyncio.to_thread(act.release.wait, 60)
            act = act.then
        match act:
            case Hang():
                await reader.read()
                return False
            case Status():
                content = json.dumps(_error(vendor, act)).encode()
                _send(writer, act.code, content, *act.headers)
            case Garbage():
                _send(writer, 200, act.content)
            case Cut():
                await _cut(writer, vendor, act, streams)
                return False
            case Answer() if streams:
                _begin(writer, vendor)
                for frame in stream(vendor, act):
                    await _chunk(writer, frame)
                writer.write(b"0\r\n\r\n")
            case Answer():
                _send(writer, 200, body(vendor, act))
        await writer.drain()
        return True


def _error(vendor: Vendor, act: Status) -> dict[str, Any]:
    if vendor == "ollama":
        return {"error": act.message}
    error = {"type": "overloaded_error" if act.code == 529 else "api_error", "message": act.message}
    return {"type": "error", "error": error} if vendor == "anthropic" else {"error": error}


def _send(writer: asyncio.StreamWriter, code: int, content: bytes, *headers: tuple[str, str]) -> None:
    lines = [f"HTTP/1.1 {code} -", "Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def _begin(writer: asyncio.StreamWriter, vendor: Vendor) -> None:
    kind = "application/x-ndjson" if vendor == "ollama" else "text/event-stream"
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()


async def _cut(writer: asyncio.StreamWriter, vendor: Vendor, act: Cut, streams: bool) -> None:
    if streams:
        _begin(writer, vendor)
        for frame in stream(vendor, act.answer)[:3]:
            await _chunk(writer, frame)
    else:
        content = body(vendor, act.answer)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content[: len(content) // 2])
    await writer.drain()
