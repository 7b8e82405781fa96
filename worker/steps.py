"""What is due for a decision set, read from rows and checkpoints alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from langgraph.types import Command, StateSnapshot

from intake.coverage import coverage
from storage import decision_sets, events, gates
from storage.decision_sets import SummaryRow
from storage.postgres import Connection
from storage.records.ids import DecisionSetId, GateId
from storage.records.intake import IntakeInput
from storage.records.plans import Baseline, Plan
from storage.records.steps import GraphName


@dataclass(frozen=True, slots=True)
class Step:
    """`send` is what the graph is given: an input, a resume, or None to go on."""

    graph: GraphName
    send: Any


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is due."""

    outcome: Literal["completed", "waiting", "rejected"]


async def intake_step(conn: Connection, row: SummaryRow, state: StateSnapshot) -> Step | Rest | None:
    """None when the intake is over."""
    if not state.created_at:
        inputs = await pending_inputs(conn, row)
        # What a parent was approved without is not asked of its child.
        settled = coverage(row.constraints).missing if row.parent_id else []
        begun = {"given": row.constraints, "settled": settled, "skipped": settled, "asked": []}
        return Step("intake", {**begun, "constraints": row.constraints, "inputs": inputs})
    if state.interrupts:
        inputs = await pending_inputs(conn, row)
        if not inputs:
            return Rest("waiting")
        # Named by its id: a bare resume that is delivered twice would answer the next interrupt.
        return Step("intake", Command(resume={state.interrupts[0].id: inputs}))
    return Step("intake", None) if state.next else None


async def pending_inputs(conn: Connection, row: SummaryRow) -> list[IntakeInput]:
    """What a person said or did that the intake graph has not read."""
    said = await events.messages(conn, row.id, after=row.inputs_through)
    return [IntakeInput(seq=seq, **message.model_dump()) for seq, message in said.items()]


async def decision_step(conn: Connection, row: SummaryRow, state: StateSnapshot) -> Step | Rest:
    if not state.created_at:
        if row.inputs_seq > row.inputs_through:  # accepted while the intake decided that it was over
            return Step("intake", {"inputs": await pending_inputs(conn, row)})
        return Step("decision", await decision_start(conn, row))
    if state.interrupts:
        gate = GateId(state.tasks[0].id)
        answer = await gates.answer_of(conn, row.id, gate)
        if answer is None:
            return Rest("waiting")
        return Step("decision", Command(resume={state.interrupts[0].id: answer.model_dump(mode="json")}))
    if state.next:
        return Step("decision", None)
    match state.values["outcome"]:
        case "completed" | "rejected" as outcome:
            return Rest(outcome)
        case other:
            raise ValueError(f"the decision graph ended with the outcome {other!r}")


async def decision_start(conn: Connection, row: SummaryRow) -> dict[str, Any]:
    """What the decision graph begins with."""
    return {
        "project": row.project,
        "constraints": row.constraints,
        "baseline": await baseline_of(conn, row.parent_id),
        "round": 1,
        "revision": 0,
        "avoid": [],
        "feedback": "",
    }


async def baseline_of(conn: Connection, parent: DecisionSetId | None) -> Baseline | None:
    if parent is None:
        return None
    state = await decision_sets.state_of(conn, parent)
    found = await decision_sets.read(conn, parent)
    plan = Plan.model_validate(state["plan"]) if state.get("plan") else None
    return Baseline(
        decision_set=parent,
        cost_likely=found.cost.likely if found.cost else None,
        resources=plan.resources if plan else [],
        commit=found.commit,
    )
