"""Counts what nodes do. Around the node alone: a result taken from the ledger is not counted again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from graphs.services import NodeCount
from intake.graph import Wrap
from storage.records.steps import NodeResult, RunContext


def counted(wrap: Wrap, node_done: NodeCount) -> Wrap:
    """`wrap`, around nodes that are counted."""

    def around(name: str, node: Any, *, schema: type, reads: type) -> Any:
        async def timed(state: Any, context: RunContext | None) -> NodeResult:
            began, outcome = time.perf_counter(), "failed"
            try:
                result = await node(state, context)
                outcome = "completed"
                return result
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            finally:
                node_done(name, outcome, time.perf_counter() - began)

        return wrap(name, timed, schema=schema, reads=reads)

    return around
