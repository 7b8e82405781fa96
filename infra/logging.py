"""JSON lines on standard error, for structlog and the standard library alike; a run's lines carry its four ids."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

RUN_IDS = ("request_id", "run_id", "thread_id", "node_name")


def configure_logging(level: str = "info", *, process: str, stream: TextIO | None = None) -> None:
    """Call once, in a composition root. `process` is written on each line: web, worker."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _complete_run_ids,
        _name_process(process),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    render: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _drop_colored_copy,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _route_libraries()
    # It writes of each job when it is deferred, starts and ends, and knows no run; our own lines say it with the ids.
    quiet = root.level > logging.DEBUG
    logging.getLogger("procrastinate").setLevel(max(root.level, logging.WARNING) if quiet else logging.NOTSET)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@contextmanager
def bind_request(request_id: str) -> Iterator[None]:
    with bound_contextvars(request_id=request_id):
        yield


@contextmanager
def bind_run(*, request_id: str, run_id: str, thread_id: str, node_name: str = "advance") -> Iterator[None]:
    """`node_name` names what logs outside of a node. `request_id` is that of the request which asked for the run."""
    with bound_contextvars(request_id=request_id, run_id=run_id, thread_id=thread_id, node_name=node_name):
        yield


@contextmanager
def bind_node(node_name: str) -> Iterator[None]:
    with bound_contextvars(node_name=node_name):
        yield


def _complete_run_ids(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if "run_id" in event:
        for name in RUN_IDS:
            event.setdefault(name, None)
    return event


def _name_process(process: str) -> Processor:
    def name_process(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return name_process


def _drop_colored_copy(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """uvicorn adds its message a second time, with terminal colours."""
    event.pop("color_message", None)
    return event


def _route_libraries() -> None:
    """Loggers that were given handlers of their own would write past the formatter."""
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "procrastinate", "psycopg", "psycopg.pool"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
    # uvicorn's access lines hold neither the request id nor the route's name; the web process logs its own.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
