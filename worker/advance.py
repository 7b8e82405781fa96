"""advance(decision_set): does what is due until nothing is. With no other argument, it may be delivered twice."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from graphs.registry import Compiled, build
from graphs.saver import LeanSaver
from graphs.services import Services
from infra.logging import bind_run
from storage import decision_sets, runs
from storage.decision_sets import DecisionSetRow, SummaryRow
from storage.jobs import DATABASE_AWAY, defer_advance
from storage.ledger import Entry
from storage.postgres import Pool, UnitOfWork, unit_of_work
from storage.records.decision_sets import ENDED
from storage.records.errors import Fenced
from storage.records.events import Outcome, Payload, RunFailed, StageChanged
from storage.records.ids import DecisionSetId, TaskId, ThreadId
from storage.records.steps import GRAPH_NAMES, GraphName, NodeFailed, RunContext
from worker.steps import Rest, Step, decision_step, intake_step

log = structlog.get_logger(__name__)

JobOutcome = Literal["done", "idle", "fenced", "drained", "interrupted", "failed"]
"""`idle`: there was no open run. `interrupted`: the database went away; a reaper finds the run open, and without a job.
"""

IDLE_TURNS = 20
"""How often in a row a run may find nothing due and something come in before it could end."""


@dataclass
class Advancer:
    """One per worker. `name` is the worker's id; `drain` stops every run at its next superstep. `running` is what is
    being advanced now."""

    pool: Pool
    services: Services
    name: str
    draining: bool = False
    running: set[DecisionSetId] = field(default_factory=set)
    _controls: set[RunControl] = field(default_factory=set)
    _graphs: dict[GraphName, Compiled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._graphs = {name: build(name, self.services) for name in GRAPH_NAMES}

    def drain(self) -> None:
        self.draining = True
        for control in self._controls:
            control.request_drain()

    async def advance(self, decision_set: DecisionSetId) -> JobOutcome:
        self.running.add(decision_set)
        try:
            taken = await self._take(decision_set)
            if taken is None:
                return "idle"
            context, logging_ids = taken
            with logging_ids:
                return await self._taken(context)
        except DATABASE_AWAY as error:
            log.warning("no run taken: the database is away", decision_set=decision_set, error=str(error))
            return "interrupted"
        finally:
            self.running.discard(decision_set)

    async def _taken(self, context: RunContext) -> JobOutcome:
        log.info("run taken", lease=context.lease)
        try:
            return await self._until_ended(context)
        except Fenced:
            log.warning("fenced: another worker has this decision set")
            return "fenced"
        except DATABASE_AWAY as error:
            log.warning("interrupted: the database is away", error=str(error))
            return "interrupted"

    async def _until_ended(self, context: RunContext) -> JobOutcome:
        try:
            await self._until_rest(context)
        except GraphDrained:
            async with unit_of_work(self.pool) as work:
                await defer_advance(work.conn, context.decision_set)
            log.info("drained: the run goes on elsewhere")
            return "drained"
        except (Fenced, *DATABASE_AWAY):
            raise
        except Exception as error:
            log.exception("run failed")
            await self._fail(context, error)
            return "failed"
        return "done"

    async def _take(self, decision_set: DecisionSetId) -> tuple[RunContext, AbstractContextManager[None]] | None:
        async with self.pool.connection() as conn:
            taken = await runs.take(conn, decision_set, self.name)
        if taken is None:
            return None
        run, lease = taken
        request = run.request_id or ""
        context = RunContext(decision_set, ThreadId(decision_set), run.id, lease, self.pool, request)
        ids = bind_run(request_id=request, run_id=run.id, thread_id=decision_set)
        return context, ids

    async def _until_rest(self, context: RunContext) -> None:
        idle = 0
        while idle < IDLE_TURNS:
            async with self.pool.connection() as conn:
                found = await decision_sets.summary(conn, context.decision_set)
            if found.lease != context.lease:
                raise Fenced(context.decision_set)
            if found.cancel_asked is not None and found.commit_sha is None:  # what is committed stays so
                await self._cancel(context)
                return
            due = await self._due(context, found)
            if isinstance(due, Step):
                idle = 0
                await self._run(context, due)
            elif await self._rest(context, due.outcome):
                return
            else:
                idle += 1
                await asyncio.sleep(0.01 * idle)
        raise RuntimeError("nothing is due, and yet the run can't end: its rows contradict its checkpoints")

    async def _due(self, context: RunContext, row: SummaryRow) -> Step | Rest:
        intake = await self._graph("intake").aget_state(self._config(context, "intake"))
        async with self.pool.connection() as conn:
            step = await intake_step(conn, row, intake)
        if step is not None:
            return step
        decision = await self._graph("decision").aget_state(self._config(context, "decision"))
        async with self.pool.connection() as conn:
            return await decision_step(conn, row, decision)

    def _graph(self, name: GraphName, pending: dict[TaskId, Entry] | None = None) -> Compiled:
        return self._graphs[name].copy({"checkpointer": LeanSaver(self.pool, pending)})

    def _config(self, context: RunContext, graph: GraphName) -> RunnableConfig:
        return {"configurable": {"thread_id": self._thread(context, graph)}, "recursion_limit": 200}

    def _thread(self, context: RunContext, graph: GraphName) -> ThreadId:
        intake = graph == "intake"
        return ThreadId(decision_sets.intake_thread(context.decision_set) if intake else context.decision_set)

    async def _run(self, context: RunContext, step: Step) -> None:
        """One stretch of a graph: to its end, its next interrupt, or a drain."""
        if self.draining:
            raise GraphDrained("shutdown")
        context.thread, context.pending = self._thread(context, step.graph), {}
        # A first input makes new checkpoints, and so new tasks: none can be in the ledger.
        context.consult = not isinstance(step.send, dict)
        control = RunControl()
        self._controls.add(control)
        try:
            stream = self._graph(step.graph, context.pending).astream(
                step.send,
                self._config(context, step.graph),
                context=context,
                stream_mode="custom",
                durability="sync",
                control=control,
            )
            async for _ in stream:
                pass
        finally:
            self._controls.discard(control)

    async def _rest(self, context: RunContext, outcome: Literal["completed", "waiting", "rejected"]) -> bool:
        """Ends the run, unless something came in meanwhile. Commands hold the same lock, so nothing is missed."""
        async with unit_of_work(self.pool) as work:
            row = await decision_sets.lock(work.conn, context.decision_set)
            if row.lease != context.lease:
                raise Fenced(context.decision_set)
            if row.status in ENDED:
                return await self._complete(context, work, row.status)
            if outcome != "waiting":
                return await self._end(context, work, row, outcome)
            summary = await decision_sets.summary(work.conn, context.decision_set)
            answered = row.status != "awaiting_approval" or not summary.gate_id
            unread = row.status == "intake" and row.inputs_seq > row.inputs_through
            if row.cancel_asked or unread or (row.status != "intake" and answered):
                return False
            return await self._complete(context, work, outcome)

    async def _end(
        self, context: RunContext, work: UnitOfWork, row: DecisionSetRow, outcome: Literal["completed", "rejected"]
    ) -> bool:
        """The status appears with the run's last event: who stops reading at the one has the other."""
        stage = "done" if outcome == "completed" else row.stage
        patch = {"status": outcome, "stage": stage}
        await decision_sets.change(work.conn, context.decision_set, row.version, patch)
        return await self._complete(context, work, outcome, StageChanged(stage=stage, status=outcome))

    async def _complete(self, context: RunContext, work: UnitOfWork, outcome: Outcome, *before: Payload) -> bool:
        if await runs.complete(work, context.decision_set, context.run, outcome, *before):
            log.info("run complete", outcome=outcome)
        return True

    async def _cancel(self, context: RunContext) -> None:
        async with unit_of_work(self.pool) as work:
            row = await self._locked(context, work)
            await decision_sets.change(
                work.conn, context.decision_set, row.version, {"status": "cancelled", "question": None}
            )
            stage = StageChanged(stage=row.stage, status="cancelled")
            await self._complete(context, work, "cancelled", stage)

    async def _fail(self, context: RunContext, error: Exception) -> None:
        cause = str(error) or type(error).__name__
        if not isinstance(error, NodeFailed):
            cause = f"{type(error).__name__}: {cause}"
        async with unit_of_work(self.pool) as work:
            row = await self._locked(context, work)
            failed = RunFailed(
                stage=row.stage,
                cause=cause[:2000],
                effect="Nothing was committed. What was decided before this stage is kept.",
                next_action=error.next_action
                if isinstance(error, NodeFailed)
                else "Retry takes it up again at this stage. The worker's log has the details.",
            )
            cards = error.cards if isinstance(error, NodeFailed) else []
            if await runs.fail(work, row, context.run, failed, *cards):
                log.info("run complete", outcome="failed")

    async def _locked(self, context: RunContext, work: UnitOfWork) -> DecisionSetRow:
        row = await decision_sets.lock(work.conn, context.decision_set)
        if row.lease != context.lease:
            raise Fenced(context.decision_set)
        return row
