"""Decision sets: read as the API shows them, changed under an optimistic version."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, every, one, queries
from storage.records.constraints import ConstraintSchema
from storage.records.decision_sets import Artifact, DecisionSet, DecisionSetSummary, Gate, Question, Stage, Status
from storage.records.errors import NotFound, StaleVersion
from storage.records.ids import DecisionSetId, GateId, ProjectId

SQL = queries("decision_sets")
T = TypeVar("T")


class DecisionSetRow(BaseModel):
    """What a command or a run goes by. `question` is as the intake wrote it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: DecisionSetId
    project_id: ProjectId
    number: int
    title: str
    parent_id: DecisionSetId | None
    version: int
    lease: int
    status: Status
    stage: Stage
    created_by: str
    constraints: ConstraintSchema
    question: Question | None
    inputs_seq: int
    inputs_through: int
    start_asked: bool
    cancel_asked: str | None
    commit_sha: str | None
    branch: str | None

    @property
    def is_cancelled(self) -> bool:
        """Ends without doing more, if it has not ended yet. What is committed goes on to its end."""
        return self.cancel_asked is not None and self.commit_sha is None


class SummaryRow(DecisionSetRow):
    """`project` is the slug; `gate_id` the gate that waits."""

    project: str
    gate_id: GateId | None


def intake_thread(decision_set: DecisionSetId) -> str:
    """The LangGraph thread of the intake. The decision graph's thread is the decision set's id itself."""
    return f"{decision_set}:intake"


def _gate(row: DictRow) -> Gate | None:
    if row["gate_id"] is None:
        return None
    return Gate(
        id=row["gate_id"],
        allowed=row["allowed"],
        capsule=row["capsule"],
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
    )


async def read(conn: Connection, decision_set: DecisionSetId) -> DecisionSet:
    """Raises NotFound."""
    row = await one(conn, SQL["summary"], {"id": decision_set})
    if row is None:
        raise NotFound(f"There is no decision set {decision_set}.")
    state = await state_of(conn, decision_set)
    artifacts = await every(conn, SQL["artifacts"], {"id": decision_set})
    takes_answers = not DecisionSetRow.model_validate(row).is_cancelled
    return DecisionSet.model_validate(
        {
            **row,
            "question": row["question"] if takes_answers else None,
            "plan": state.get("plan"),
            "cost": state.get("cost_estimate"),
            "policy": state.get("policy_results"),
            "gate": _gate(row) if takes_answers else None,
            "commit": row["commit_sha"],
            "artifacts": [Artifact.model_validate(item) for item in artifacts],
        }
    )


async def summary(conn: Connection, decision_set: DecisionSetId) -> SummaryRow:
    """Raises NotFound."""
    row = await one(conn, SQL["summary"], {"id": decision_set})
    if row is None:
        raise NotFound(f"There is no decision set {decision_set}.")
    return SummaryRow.model_validate(row)


async def state_of(conn: Connection, decision_set: DecisionSetId, *, ord: int | None = None) -> dict[str, Any]:
    """Each state channel's newest JSON value; `ord` stops at that row of `states`."""
    rows = await every(conn, SQL["state"], {"id": decision_set, "ord": ord})
    return {row["key"]: row["value"] for row in rows}


async def summaries(
    conn: Connection,
    *,
    text: str = "",
    project: str | None = None,
    statuses: Sequence[str] | None = None,
    parent: DecisionSetId | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[DecisionSetSummary]:
    """Newest first. Each word of `text` must stand in number, title, project or author; `before` is the id of the last
    one of the page before."""
    rows = await every(
        conn,
        SQL["summaries"],
        {
            "words": text.split(),
            "project": project,
            "statuses": list(statuses) if statuses else None,
            "parent": parent,
            "before": before,
            "limit": limit,
        },
    )
    return [summary_of(row) for row in rows]


def summary_of(row: DictRow) -> DecisionSetSummary:
    """A row of the fragment `summary_rows`."""
    return DecisionSetSummary.model_validate(
        {
            **row,
            "gate": _gate(row),
            "cost_likely": None if row["cost_likely"] is None else format(row["cost_likely"], "f"),
            "cost_delta": None if row["cost_delta"] is None else format(row["cost_delta"], "f"),
        }
    )


async def insert(
    conn: Connection,
    decision_set: DecisionSetId,
    *,
    project: ProjectId,
    title: str,
    parent: DecisionSetId | None,
    by: str,
    constraints: ConstraintSchema,
    inputs_seq: int,
    forked_from: str | None = None,
) -> int:
    """Answers the number within the project."""
    row = await one(
        conn,
        SQL["insert"],
        {
            "id": decision_set,
            "project": project,
            "title": title,
            "parent": parent,
            "by": by,
            "constraints": Jsonb(constraints.model_dump(mode="json")),
            "inputs_seq": inputs_seq,
            "forked_from": forked_from,
        },
    )
    if row is None:
        raise NotFound("There is no such project.")
    await conn.execute(queries("events")["open_head"], {"decision_set": decision_set})
    return row["number"]


async def lock(conn: Connection, decision_set: DecisionSetId) -> DecisionSetRow:
    """The row, held until the transaction ends. Raises NotFound."""
    row = await one(conn, SQL["lock"], {"id": decision_set})
    if row is None:
        raise NotFound(f"There is no decision set {decision_set}.")
    return DecisionSetRow.model_validate(row)


async def fence(conn: Connection, decision_set: DecisionSetId) -> None:
    """Gives out a new lease, so that whoever holds the last one can write no more."""
    await conn.execute(SQL["fence"], {"id": decision_set})


async def change(conn: Connection, decision_set: DecisionSetId, version: int, patch: Mapping[str, Any]) -> int:
    """Writes the columns in `patch` and answers the new version. Raises StaleVersion when `version` is no longer the
    current one."""
    row = await one(conn, SQL["change"], {"id": decision_set, "version": version, "patch": Jsonb(dict(patch))})
    if row is None:
        raise StaleVersion(decision_set)
    return row["version"]


async def retry_when_stale(attempt: Callable[[], Awaitable[T]], *, tries: int = 8) -> T:
    """Runs `attempt` again, from its reads on, while another writer got in between; waits 5 ms, then twice as long each
    time, with jitter. The last StaleVersion is raised."""
    for number in range(tries):
        try:
            return await attempt()
        except StaleVersion:
            if number == tries - 1:
                raise
            await asyncio.sleep(0.005 * 2**number * random.uniform(0.5, 1.5))  # noqa: S311 (jitter, no secret)
    raise AssertionError("unreachable")
