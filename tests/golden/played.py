"""Plays every case through the product: commands, a worker in a process of its own, Postgres, sandbox, git."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from storage import decision_sets
from storage.git import packs_of, repository
from storage.postgres import Connection, make_pool, one, unit_of_work
from storage.records.decision_sets import DecisionSet
from storage.records.events import Event
from storage.records.ids import ProjectId
from storage.records.plans import Cost, Plan, PolicyReport, Reconciliation, Validation
from tests.crash.house import ANA, House
from tests.golden.cases import CASES, PROJECTS, Case
from web import commands

SECONDS = 240
"""Until the last of all runs has ended."""


@dataclass(frozen=True, slots=True)
class Played:
    """What is recorded of one run, and the files of its commit."""

    decision_set: DecisionSet
    plan: Plan
    cost: Cost
    policy: PolicyReport
    reconciliation: Reconciliation
    validation: Validation
    events: list[Event]
    files: dict[str, bytes]


def play(database_url: str, folder: Path) -> dict[str, Played]:
    """By the case's name. Raises AssertionError with the last events of a run that does not end."""
    return asyncio.run(_play(database_url, folder))


async def _play(database_url: str, folder: Path) -> dict[str, Played]:
    async with make_pool(database_url, maximum=12) as pool:
        house = House(pool, database_url, folder)
        for slug, settling in PROJECTS.items():
            async with unit_of_work(pool) as work:
                await commands.create_project(work, ANA, slug)
                await commands.settle(work, ANA, slug, settling.model_dump())
        house.start_worker()
        try:
            ended = await asyncio.gather(*(_one(house, case) for case in CASES))
        finally:
            house.stop()
        async with pool.connection() as conn:
            return {
                case.name: await _recorded(house, conn, case, found) for case, found in zip(CASES, ended, strict=True)
            }


async def _one(house: House, case: Case) -> DecisionSet:
    async with unit_of_work(house.pool) as work:
        made = await commands.create_decision_set(work, ANA, project=case.project, message=case.sentence)
    await house.until(made.id, lambda now: now.question is not None or now.status != "intake", seconds=SECONDS)
    await house.start(made.id)
    gate = (
        await house.until(made.id, lambda now: now.gate is not None or now.status == "failed", seconds=SECONDS)
    ).gate
    if case.asks:
        await house.answer(made.id, "request_changes", case.asks)
        await house.until(made.id, lambda now: now.gate not in (None, gate), seconds=SECONDS)
    await house.answer(made.id, "approve", case.comment)
    ended = ("completed", "failed")
    return await house.until(made.id, lambda now: now.status in ended or now.gate is not None, seconds=SECONDS)


async def _recorded(house: House, conn: Connection, case: Case, found: DecisionSet) -> Played:
    told = await house.events(found.id)
    failures = [event.payload for event in told if event.type in ("run-failed", "validator-report")]
    assert (found.status, found.commit is not None) == ("completed", True), (case.name, found.gate, failures)
    state = await decision_sets.state_of(conn, found.id)
    project = await one(conn, b"select project_id from decision_sets where id = %(id)s", {"id": found.id})
    assert project is not None
    packs = await packs_of(conn, ProjectId(project["project_id"]))
    with repository.restored(packs) as restored:
        files = {path: blob.data for path, blob in repository.blobs_at(restored, found.commit or "").items()}
    return Played(
        decision_set=found,
        plan=Plan.model_validate(state["plan"]),
        cost=Cost.model_validate(state["cost_estimate"]),
        policy=PolicyReport.model_validate(state["policy_results"]),
        reconciliation=Reconciliation.model_validate(state["reconciliation"]),
        validation=Validation.model_validate(state["validation"]),
        events=told,
        files=files,
    )
