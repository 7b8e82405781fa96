"""The decision log of policy: every evaluation, what each rule found, and what stood at past gates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict

from storage.postgres import Connection, UnitOfWork, every, one, queries
from storage.records.ids import DecisionSetId, Sha256
from storage.records.plans import PolicyLevel, PolicyOutcome, PolicyOverride, PolicyReport
from storage.records.steps import RunContext

SQL = queries("policy_decisions")
_BATCH = 100
"""Decision sets read at a time: a state has tens of kilobytes."""


class RuleResult(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    level: PolicyLevel
    outcome: PolicyOutcome
    actual: str
    required: str


class PolicyDecision(BaseModel):
    """One evaluation. `seq` is that of its policy-update event; `failed` and `warned` name the rules that were not met,
    `overrides` those of them that an approval let stand, by `overridden_by`."""

    model_config = ConfigDict(frozen=True)

    id: int
    decision_set_id: DecisionSetId
    number: int
    title: str
    project: str
    seq: int
    node: str
    bundle: Sha256
    input_sha256: Sha256
    outcome: PolicyOutcome
    failed: list[str]
    warned: list[str]
    results: list[RuleResult]
    overrides: list[PolicyOverride]
    overridden_by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What is to be logged. `offset` is the place of the policy-update among the events of its step, from 1."""

    node: str
    report: PolicyReport
    input_sha256: Sha256
    offset: int


@dataclass(frozen=True, slots=True)
class Totals:
    evaluations: int
    denied: int


@dataclass(frozen=True, slots=True)
class Unmet:
    """How often a rule failed, and how often it warned."""

    failed: int = 0
    warned: int = 0


@dataclass(frozen=True, slots=True)
class Gated:
    """A decision set as it stood when its last gate opened; `state` holds constraints, plan, cost_estimate and
    policy_results as JSON, where they were there."""

    id: DecisionSetId
    number: int
    title: str
    project: str
    opened_at: datetime
    state: dict[str, Any]


async def log(work: UnitOfWork, context: RunContext, evaluated: Evaluated) -> None:
    """Writes nothing when the lease has moved on; the step's own rows then raise Fenced."""
    report = evaluated.report
    await work.conn.execute(
        SQL["log"],
        {
            "decision_set": context.decision_set,
            "lease": context.lease,
            "offset": evaluated.offset,
            "node": evaluated.node,
            "bundle": report.bundle,
            "input_sha256": evaluated.input_sha256,
            "outcome": report.outcome,
            "results": Jsonb([item.model_dump(include=set(RuleResult.model_fields)) for item in report.results]),
            "failed": [item.id for item in report.results if item.outcome == "fail"],
            "warned": [item.id for item in report.results if item.outcome == "warn"],
        },
    )


async def recent(
    conn: Connection,
    *,
    outcome: str | None = None,
    rule: str | None = None,
    project: str | None = None,
    bundle: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[PolicyDecision]:
    """Newest first. `rule` asks for those in which it was not met; `before` is the last id of the page before."""
    asked = {"outcome": outcome, "rule": rule, "project": project, "bundle": bundle, "before": before, "limit": limit}
    return [PolicyDecision.model_validate(row) for row in await every(conn, SQL["recent"], asked)]


async def totals(conn: Connection) -> Totals:
    row = await one(conn, SQL["totals"])
    return Totals(row["evaluations"], row["denied"]) if row else Totals(0, 0)


async def unmet(conn: Connection) -> dict[str, Unmet]:
    """By rule; a rule that was always met is absent."""
    return {row["rule"]: Unmet(row["failed"], row["warned"]) for row in await every(conn, SQL["failures"])}


async def gated(conn: Connection) -> AsyncIterator[Gated]:
    """Every decision set that ever had a gate, oldest first."""
    after: str | None = None
    while rows := await every(conn, SQL["gated"], {"after": after, "limit": _BATCH}):
        for row in rows:
            yield Gated(**row)
        after = rows[-1]["id"]
