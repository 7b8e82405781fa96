"""LangGraph's checkpointer, made lean: the ledger holds a finished task's writes, so they are not kept twice; and its
rows are written with the checkpoint that follows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.types.json import Jsonb

from graphs.state import serializer
from storage.ledger import Entry, record_node, send_node
from storage.postgres import Connection, Pool, unit_of_work
from storage.records.ids import TaskId

_SERIALIZER = serializer()
GRACE_SECONDS = 0.005
"""How long a finished task's rows wait for their checkpoint. It comes within a millisecond, unless another task of the
superstep is still at work or waits for a person."""


class LeanSaver(AsyncPostgresSaver):
    """Keeps only what LangGraph alone knows of a task: interrupts, resumes, errors. One per run, since a saver lets one
    call at a time through.

    `pending` is the run's RunContext.pending. An entry leaves it once it is committed, so no checkpoint is stored whose
    tasks are not in the ledger."""

    def __init__(self, pool: Pool, pending: dict[TaskId, Entry] | None = None) -> None:
        super().__init__(pool, serde=_SERIALIZER)
        self._pool = pool
        self._pending = {} if pending is None else pending
        self._writing = asyncio.Lock()
        self._put = asyncio.Event()

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Raises Fenced, and then stores nothing."""
        async with self._writing:
            entries = dict(self._pending)
            async with unit_of_work(self._pool) as work:
                sent = [await send_node(work, entry) for entry in entries.values()]
                stored = await self._store(work.conn, config, checkpoint, metadata, new_versions)
                for each in sent:
                    await each.settled(work)
            self._forget(*entries)
        return stored

    async def _store(
        self,
        conn: Connection,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """The rows of AsyncPostgresSaver.aput, without its thread and its own pipeline: plain values stay in the
        checkpoint, others become blobs. No graph here has a delta channel."""
        place = config.get("configurable", {})
        thread, namespace = place["thread_id"], place["checkpoint_ns"]
        plain: dict[str, Any] = {}
        blobs: dict[str, Any] = {}
        for channel, value in checkpoint["channel_values"].items():
            (plain if value is None or isinstance(value, str | int | float | bool) else blobs)[channel] = value
        versions = {channel: version for channel, version in new_versions.items() if channel in blobs}
        for row in self._dump_blobs(thread, namespace, blobs, versions):
            await conn.execute(self.UPSERT_CHECKPOINT_BLOBS_SQL, row)
        body = Jsonb({**checkpoint, "channel_values": plain})
        about = Jsonb(get_serializable_checkpoint_metadata(config, metadata))
        row = (thread, namespace, checkpoint["id"], place.get("checkpoint_id"), body, about)
        await conn.execute(self.UPSERT_CHECKPOINTS_SQL, row)
        return {"configurable": {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": checkpoint["id"]}}

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        if any(channel.startswith("__") for channel, _ in writes):
            await super().aput_writes(config, writes, task_id, task_path)
        task = TaskId(task_id)
        if task not in self._pending:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._put.wait(), GRACE_SECONDS)
        async with self._writing:
            if entry := self._pending.get(task):
                async with unit_of_work(self._pool) as work:
                    await record_node(work, entry)
                self._forget(task)

    def _forget(self, *tasks: TaskId) -> None:
        for task in tasks:
            del self._pending[task]
        self._put.set()
        self._put = asyncio.Event()
