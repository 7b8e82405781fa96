"""Two processes, one Postgres: what the one learns of a provider, the other knows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from storage import breakers
from storage.breakers import Breaker
from tests.wire.desk import MODELS, Desk
from tests.wire.frames import Answer
from tests.wire.server import Held, Status

ROOT = Path(__file__).parents[2]
ANSWER = Answer(text="How fast must it be?")
SAID = {"said": "How fast must it be?"}


@dataclass
class Caller:
    process: subprocess.Popen[str]
    stdin: IO[str]
    stdout: IO[str]

    def ask(self) -> None:
        self.stdin.write("ask\n")
        self.stdin.flush()

    async def heard(self) -> dict[str, str]:
        return json.loads(await asyncio.to_thread(self.stdout.readline))

    async def told(self) -> dict[str, str]:
        self.ask()
        return await self.heard()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.stdin.close()
        self.stdout.close()


@pytest.fixture
def callers(desk: Desk) -> Iterator[tuple[Caller, Caller]]:
    environ = os.environ | desk.server.environ | {"CALLER_DATABASE": desk.database_url}
    made: list[Caller] = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.caller", MODELS["ollama"]],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        made.append(Caller(process, process.stdin, process.stdout))
    yield made[0], made[1]
    for caller in made:
        caller.end()


async def standing(desk: Desk) -> Breaker:
    async with desk.pool.connection() as conn:
        (row,) = await breakers.listed(conn)
    return row


async def pass_time(desk: Desk) -> None:
    """As if the pause, and the patience with a probe, had gone by."""
    async with desk.pool.connection() as conn:
        await conn.execute(
            "update breakers set opened_at = opened_at - interval '2 hours', probe_until = probe_until - interval '2 h'"
        )


async def until(desk: Desk, requests: int) -> None:
    for _ in range(3000):  # a caller first imports its client, which takes seconds where the cores are shared
        if len(desk.server.heard["ollama"]) >= requests:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the provider was not asked")


async def test_it_opens_half_opens_and_closes_for_both(desk: Desk, callers: tuple[Caller, Caller]) -> None:
    one, other = callers
    desk.server.script("ollama", Status(500), Status(500), Status(529, message="resting"))
    assert "500" in (await one.told())["failed"]
    assert "500" in (await other.told())["failed"]
    assert (await standing(desk)).failures == 2
    assert "529" in (await one.told())["failed"]
    opened = await standing(desk)
    assert (opened.name, opened.state, opened.failures) == ("ollama", "open", 3)
    assert "resting" in opened.last_error

    for caller in callers:
        said = (await caller.told())["failed"]
        assert "ollama failed too often and is not asked for the moment: again in 3" in said  # of the hour's 3600 s
        assert said.endswith(" s.")
    assert len(desk.server.heard["ollama"]) == 3

    await pass_time(desk)
    probe = Held(Status(500))
    desk.server.script("ollama", probe)
    one.ask()
    await until(desk, 4)
    assert (await standing(desk)).state == "half-open"
    assert "not asked for the moment: another call tries whether it answers again." in (await other.told())["failed"]
    assert len(desk.server.heard["ollama"]) == 4
    probe.release.set()
    assert "500" in (await one.heard())["failed"]
    assert (await standing(desk)).state == "open"
    assert "not asked" in (await other.told())["failed"]

    await pass_time(desk)
    desk.server.script("ollama", ANSWER, ANSWER)
    assert await other.told() == SAID
    closed = await standing(desk)
    assert (closed.state, closed.failures) == ("closed", 0)
    assert await one.told() == SAID


async def test_of_several_at_once_one_probes(desk: Desk, callers: tuple[Caller, Caller]) -> None:
    async with desk.pool.connection() as conn:
        await conn.execute(
            "insert into breakers (name, state, failures, opened_at) values ('ollama', 'open', 3, now())"
        )
    await pass_time(desk)
    probe = Held(ANSWER)
    desk.server.script("ollama", probe, ANSWER)
    for caller in callers:
        caller.ask()
    first, second = (asyncio.create_task(caller.heard()) for caller in callers)
    done, _ = await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1
    assert "not asked" in done.pop().result()["failed"]
    await until(desk, 1)
    assert len(desk.server.heard["ollama"]) == 1
    probe.release.set()
    assert SAID in (await first, await second)
    assert (await standing(desk)).state == "closed"


async def test_a_probe_that_dies_is_followed_by_another(desk: Desk, callers: tuple[Caller, Caller]) -> None:
    one, other = callers
    async with desk.pool.connection() as conn:
        await conn.execute(
            "insert into breakers (name, state, failures, opened_at) values ('ollama', 'open', 3, now())"
        )
    await pass_time(desk)
    probe = Held(ANSWER)
    desk.server.script("ollama", probe, ANSWER)
    one.ask()
    await until(desk, 1)
    one.process.kill()
    assert "not asked" in (await other.told())["failed"]
    await pass_time(desk)
    assert await other.told() == SAID
    assert (await standing(desk)).state == "closed"
    probe.release.set()
