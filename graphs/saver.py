"""LangGraph's checkpointer, made lean: the ledger holds a finished task's writes, so they are not kept twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graphs.state import serializer
from storage.postgres import Pool

_SERIALIZER = serializer()


class LeanSaver(AsyncPostgresSaver):
    """Keeps only what LangGraph alone knows of a task: interrupts, resumes, errors. One per run, since a saver lets one
    call at a time through."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool, serde=_SERIALIZER)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        if any(channel.startswith("__") for channel, _ in writes):
            await super().aput_writes(config, writes, task_id, task_path)
