"""`countersign up`: everything on one machine, under one supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from cli.port import require_free_port
from cli.supervisor import Program, Supervisor
from infra.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infra.errors import OperatorError, ProcessFailed
from infra.log_files import rotate
from infra.models import model_accesses
from infra.settings import Settings, load_settings

POSTGRES_POLL_SECONDS = 1.0
WORKER_STOP_SECONDS = 25.0
"""Longer than the worker itself waits for its runs to reach a step where they can be left."""
WEB_STOP_SECONDS = 8.0
SAME_SIGNAL_SECONDS = 0.5
"""A signal to the whole process group arrives twice where make passes it on."""


def up(port: int | None, data_dir: Path | None) -> None:
    settings = load_settings(os.environ, port=port, data_dir=data_dir)
    model_accesses(settings.models, os.environ)  # a missing key is said now, not by a worker's log
    asyncio.run(_up(settings))


def say(line: str) -> None:
    with suppress(OSError):  # The terminal may be gone; what was to be stopped is stopped all the same.
        print(line, flush=True)


async def _up(settings: Settings) -> None:
    stop, hurry = _stop_on_signals()
    postgres = None
    if settings.database_url is None:
        postgres = EmbeddedPostgres(settings.data_dir, address=settings.base_url, fsync=settings.fsync)
        postgres.claim()
    require_free_port(settings.host, settings.port)
    _make_log_folder(settings.data_dir / "logs")
    try:
        if postgres:
            await asyncio.to_thread(postgres.start)
            settings = settings.model_copy(update={"database_url": postgres.dsn})
        if not stop.is_set():
            await _run(settings, postgres, stop, hurry)
    finally:
        if postgres:
            await asyncio.to_thread(postgres.stop)
    say("Stopped.")


async def _run(
    settings: Settings, postgres: EmbeddedPostgres | None, stop: asyncio.Event, hurry: asyncio.Event
) -> None:
    logs = settings.data_dir / "logs"
    environment = _environment(settings)
    await _migrate(environment)
    from storage.access import create_sign_in_link
    from storage.postgres import connect

    async def greet() -> None:
        async with await connect(settings.dsn) as conn, conn.transaction():
            link = await create_sign_in_link(conn, settings.base_url)
        say(f"\nCountersign is ready at {settings.base_url}\nSign in, once:   {link}")
        say(f"Data and logs:   {settings.data_dir}\nCtrl-C stops it.\n")

    supervisor = Supervisor(
        [
            _program("worker", logs, environment, WORKER_STOP_SECONDS),
            _program("web", logs, environment, WEB_STOP_SECONDS),
        ],
        say=say,
    )
    over = asyncio.Event()
    watch = asyncio.create_task(_keep_postgres(postgres, over)) if postgres else None
    try:
        await supervisor.run(is_ready=lambda: _answers(settings), on_ready=greet, stop=stop, hurry=hurry)
    finally:
        over.set()
        if watch:
            await watch


def _stop_on_signals() -> tuple[asyncio.Event, asyncio.Event]:
    """The first signal asks for a stop; one that comes later, not along with it, hurries it."""
    stop, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    first_heard = 0.0

    def heard() -> None:
        nonlocal first_heard
        if not stop.is_set():
            stop.set()
            first_heard = loop.time()
            say("\nStopping; Ctrl-C again to hurry.")
        elif loop.time() > first_heard + SAME_SIGNAL_SECONDS:
            hurry.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks for it to be ignored
        loop.add_signal_handler(signal.SIGHUP, heard)
    return stop, hurry


def _make_log_folder(logs: Path) -> None:
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"{logs} cannot be made ({error.strerror}): choose another --data-dir.") from error


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "COUNTERSIGN_DATABASE_URL": settings.dsn,
        "COUNTERSIGN_DATA_DIR": str(settings.data_dir),
        "COUNTERSIGN_PORT": str(settings.port),
    }


def _program(name: str, logs: Path, environment: dict[str, str], stop_seconds: float) -> Program:
    log = logs / f"{name}.log"
    rotate(log)
    return Program(name, _command(name, "--supervised"), log, stop_seconds, environment)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli.main", *arguments]


async def _migrate(environment: dict[str, str]) -> None:
    """In a process of its own, since it imports LangGraph, which a supervisor has no use for."""
    process = await asyncio.create_subprocess_exec(
        *_command("migrate"), stdout=DEVNULL, stderr=PIPE, env=environment, start_new_session=True
    )
    _, errors = await process.communicate()
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise ProcessFailed("The migrations failed:\n" + "\n".join(lines[-8:]))


async def _answers(settings: Settings) -> bool:
    """Whether the console says that it is ready. It listens on all addresses where the host is 0.0.0.0 or ::."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    try:
        reader, writer = await asyncio.open_connection(host, settings.port)
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        status = await asyncio.wait_for(reader.readline(), 2)
        writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]


async def _keep_postgres(postgres: EmbeddedPostgres, over: asyncio.Event) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), POSTGRES_POLL_SECONDS)
            return
        try:
            if await asyncio.to_thread(postgres.ensure):
                say("PostgreSQL had ended and was started again.")
        except EmbeddedPostgresError as error:
            say(f"PostgreSQL had ended and does not start: {error}")
