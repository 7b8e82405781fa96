"""Lines are JSON, whoever writes them, and a run's lines carry its four ids."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from infra.logging import RUN_IDS, bind_node, bind_request, bind_run, configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged while the test runs; the process's own logging is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    configure_logging("info", process="worker", stream=written)
    yield written
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def ids(line: dict[str, object]) -> list[object]:
    return [line[name] for name in RUN_IDS]


def test_structlog_and_the_standard_library_write_alike(stream: io.StringIO) -> None:
    structlog.get_logger("countersign").info("job-started", decision_set="a")
    logging.getLogger("procrastinate.worker").error("Ended %s", "badly", extra={"action": "job_error"})
    ours, theirs = lines(stream)
    assert (ours["event"], ours["decision_set"], ours["level"], ours["process"]) == (
        "job-started",
        "a",
        "info",
        "worker",
    )
    assert (theirs["event"], theirs["action"], theirs["logger"]) == (
        "Ended badly",
        "job_error",
        "procrastinate.worker",
    )
    assert {"timestamp", "level", "logger", "process", "event"} <= ours.keys() & theirs.keys()


@pytest.mark.parametrize("library", ["uvicorn.error", "procrastinate", "psycopg.pool", "langgraph"])
def test_every_line_of_a_run_carries_its_four_ids(stream: io.StringIO, library: str) -> None:
    with bind_run(request_id="q", run_id="r", thread_id="t"):
        structlog.get_logger().info("ours")
        with bind_node("planner"):
            logging.getLogger(library).warning("theirs")
        structlog.get_logger().info("ours again")
    structlog.get_logger().info("outside")
    *inside, outside = lines(stream)
    assert [ids(line) for line in inside] == [
        ["q", "r", "t", "advance"],
        ["q", "r", "t", "planner"],
        ["q", "r", "t", "advance"],
    ]
    assert "run_id" not in outside


def test_runs_side_by_side_keep_their_own_ids(stream: io.StringIO) -> None:
    async def run(name: str) -> None:
        with bind_run(request_id=name, run_id=name, thread_id=name):
            await asyncio.sleep(0)
            await asyncio.to_thread(structlog.get_logger().info, "in a thread", who=name)

    async def both() -> None:
        await asyncio.gather(run("a"), run("b"))

    asyncio.run(both())
    assert sorted((line["who"], *ids(line)) for line in lines(stream)) == [
        ("a", "a", "a", "a", "advance"),
        ("b", "b", "b", "b", "advance"),
    ]


def test_a_request_is_named_on_its_lines(stream: io.StringIO) -> None:
    with bind_request("q"):
        structlog.get_logger().info("read")
    [line] = lines(stream)
    assert line["request_id"] == "q"


def test_a_failure_is_one_line_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ValueError("no such region")
    except ValueError:
        logging.getLogger("anything").exception("planning failed")
    [line] = lines(stream)
    assert line["event"] == "planning failed"
    assert "ValueError: no such region" in str(line["exception"])


def test_warnings_are_lines_too(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("deprecated thing", UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    [line] = lines(stream)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")


def test_levels_hold(stream: io.StringIO) -> None:
    structlog.get_logger().debug("not now")
    logging.getLogger("uvicorn.access").info("GET / 200")
    logging.getLogger("procrastinate.jobs").info("Deferred 1 job(s)")
    assert lines(stream) == []


@pytest.mark.parametrize(("level", "shown"), [("debug", 3), ("info", 2), ("warning", 2), ("error", 1)])
def test_what_the_queue_writes_of_each_job_is_for_debugging(stream: io.StringIO, level: str, shown: int) -> None:
    configure_logging(level, process="worker", stream=stream)
    for number in (logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("procrastinate.worker.worker").log(number, "Starting job")
    assert len(lines(stream)) == shown
