"""The event stream over real HTTP: nothing lost, nothing twice, and it ends when there is nothing more to come."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from storage import events
from storage.postgres import Pool
from storage.records.ids import DecisionSetId
from tests.decisions import end, new_decision_set, say, until
from tests.sse import opened, seqs, stream_path
from tests.web_server import BOOTSTRAP_KEY, WebServer, as_url, web_server
from web import hub as hub_module
from web import stream as stream_module
from web.stream import follow

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


async def test_a_stream_replays_what_was_and_goes_on_with_what_comes(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, "one", "two")
    async with opened(api, stream_path(decision_set)) as found:
        first = await anext(found)
        assert (first.id, first.retry, first.data) == (None, 1000, None)
        assert await seqs(found, 3) == [1, 2, 3]
        await say(pool, decision_set, "three")
        assert await seqs(found, 1) == [4]


async def test_a_notification_is_enough(
    pool: Pool, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 3600)
    decision_set = await new_decision_set(pool)
    with web_server(database_url, tmp_path) as server:
        async with server.client() as client, opened(client, stream_path(decision_set)) as found:
            assert await seqs(found, 1) == [1]
            await say(pool, decision_set, "heard")
            assert await seqs(found, 1) == [2]


async def test_a_frame_holds_the_event_as_the_api_does(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, "a line\nand another")
    listed = (await api.get(f"/api/decision-sets/{decision_set}/events")).json()["items"]
    async with opened(api, stream_path(decision_set)) as found:
        await anext(found)
        for item in listed:
            message = await anext(found)
            assert (str(item["seq"]), item["type"]) == (message.id, message.event)
            assert item == json.loads(message.data or "")


@pytest.mark.parametrize(
    ("after", "last_event_id", "expected"),
    [
        (0, None, [1, 2, 3, 4]),
        (2, None, [3, 4]),
        (0, "3", [4]),
        (3, "1", [4]),
        (1, "nonsense", [2, 3, 4]),
        ("", "2", [3, 4]),
    ],
)
async def test_the_larger_cursor_wins(
    api: httpx.AsyncClient, pool: Pool, after: object, last_event_id: str | None, expected: list[int]
) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, "two", "three")
    await end(pool, decision_set, "completed")
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    async with opened(api, stream_path(decision_set, after), **headers) as found:
        assert expected == await seqs(found)


async def test_viewers_who_come_while_events_are_written_see_each_once(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    last = 301

    async def write() -> None:
        for number in range(100):
            await say(pool, decision_set, f"{number} a", f"{number} b", f"{number} c")

    async def view(after: int) -> None:
        async with server.client() as client, opened(client, stream_path(decision_set, after)) as found:
            assert list(range(after + 1, last + 1)) == await seqs(found, last - after)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(write)
            for delay in range(8):
                await anyio.sleep(0.02 * delay)
                async with pool.connection() as conn:
                    group.start_soon(view, await events.head(conn, decision_set) if delay % 2 else 0)


async def test_a_long_history_is_replayed_whole(api: httpx.AsyncClient, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    await say(pool, decision_set, *("x" * 100 for _ in range(1000)))
    await end(pool, decision_set, "completed")
    async with opened(api, stream_path(decision_set)) as found:
        assert list(range(1, 1003)) == await seqs(found)


async def test_a_stream_says_ping_without_moving_the_cursor(
    server: WebServer, api: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "PING_SECONDS", 0.1)
    decision_set = await new_decision_set(pool)
    async with opened(api, stream_path(decision_set, 1)) as found:
        await anext(found)
        ping = await anext(found)
        assert (ping.id, ping.event) == (None, "ping")
        assert "at" in json.loads(ping.data or "")


async def test_a_stream_ends_itself_when_its_time_is_up(server: WebServer, pool: Pool) -> None:
    decision_set = await new_decision_set(pool)
    console = server.console

    async def watched() -> list[int]:
        found = follow(console.hub, console.pool, decision_set, 0, over=False, seconds=0.3)
        batches = [each async for each in found if isinstance(each, list)]
        return [event.seq for batch in batches for event in batch]

    running = asyncio.run_coroutine_threadsafe(watched(), server.loop)
    assert await asyncio.wrap_future(running) == [1]


async def test_a_viewer_who_reads_nothing_delays_nobody(
    server: WebServer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SEND_TIMEOUT_SECONDS", 600)  # whatever arrives arrives beside the stuck one
    decision_set = await new_decision_set(pool)
    with stuck_viewer(server, decision_set):
        async with server.client() as client, opened(client, stream_path(decision_set)) as found:
            assert await seqs(found, 1) == [1]
            for _ in range(20):
                await say(pool, decision_set, *("x" * 20_000 for _ in range(20)))
                await seqs(found, 20)
            assert await open_streams(client) == 2


async def test_a_viewer_who_reads_nothing_is_let_go(
    server: WebServer, api: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SEND_TIMEOUT_SECONDS", 0.5)
    decision_set = await new_decision_set(pool)
    for _ in range(20):
        await say(pool, decision_set, *("x" * 20_000 for _ in range(20)))

    def watched_by(number: int) -> Callable[[], Awaitable[bool]]:
        async def so_many() -> bool:
            return await open_streams(api) == number

        return so_many

    with stuck_viewer(server, decision_set):
        await until(watched_by(1))
        await until(watched_by(0))


@contextmanager
def stuck_viewer(server: WebServer, decision_set: DecisionSetId) -> Iterator[None]:
    """A stream that was asked for and is never read, with room for little before the sender must wait."""
    address = urlsplit(server.url)
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect((address.hostname, address.port))
        request = (
            f"GET {stream_path(decision_set)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {BOOTSTRAP_KEY}\r\n\r\n"
        )
        stuck.sendall(request.encode())
        yield


async def test_an_unknown_decision_set_is_a_problem_and_not_a_stream(api: httpx.AsyncClient) -> None:
    answer = await api.get(stream_path(DecisionSetId("01890a5d-ac96-774b-bcce-b302099a8057")))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@contextmanager
def web_process(database_url: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`countersign web` as a process of its own, and its address. It must leave no traceback behind."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COUNTERSIGN_")},
        "COUNTERSIGN_DATABASE_URL": as_url(database_url),
        "COUNTERSIGN_DATA_DIR": str(folder),
        "COUNTERSIGN_PORT": str(port),
        "COUNTERSIGN_BOOTSTRAP_KEY": BOOTSTRAP_KEY,
    }
    log = folder / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "cli.main", "web"], cwd=ROOT, env=environ, stderr=out)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()


async def test_the_process_stops_quickly_with_streams_open(pool: Pool, database_url: str, tmp_path: Path) -> None:
    decision_set = await new_decision_set(pool)
    headers = {"Authorization": f"Bearer {BOOTSTRAP_KEY}"}
    with web_process(database_url, tmp_path) as (process, url):
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            await until(lambda: ready(client), 30)
            async with opened(client, stream_path(decision_set)) as found:
                assert await seqs(found, 1) == [1]
                process.send_signal(signal.SIGTERM)
                assert await seqs(found) == []
        # uvicorn raises the signal again once it has stopped.
        assert await anyio.to_thread.run_sync(process.wait, 5) in (0, -signal.SIGTERM)


async def open_streams(client: httpx.AsyncClient) -> float:
    lines = (await client.get("/metrics")).text.splitlines()
    return float(next(line for line in lines if line.startswith("countersign_open_streams ")).split()[1])


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
