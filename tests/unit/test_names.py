"""Names the product's documents use, where their readers would look for them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from graphs.registry import decision, intake
from storage.postgres import Pool, every
from storage.records.events import EVENT_TYPES
from web import stream

pytestmark = pytest.mark.anyio

EDGES = {
    ("__start__", "planner"),
    ("planner", "critic_tech"),
    ("critic_tech", "critic_cost"),
    ("critic_cost", "critic_risk"),
    ("critic_risk", "reconcile"),
    ("reconcile", "planner"),
    ("reconcile", "policy_eval"),
    ("policy_eval", "gate_hitl"),
    ("gate_hitl", "process_approval_feedback"),
    ("process_approval_feedback", "codegen"),
    ("process_approval_feedback", "gate_hitl"),
    ("process_approval_feedback", "planner"),
    ("process_approval_feedback", "__end__"),
    ("codegen", "validators"),
    ("validators", "diff_and_persist"),
    ("diff_and_persist", "__end__"),
}
INTAKE_EDGES = {
    ("__start__", "extract_constraints"),
    ("extract_constraints", "coverage_check"),
    ("coverage_check", "adaptive_questioner"),
    ("coverage_check", "__end__"),
    ("adaptive_questioner", "gate_user_input"),
    ("gate_user_input", "extract_constraints"),
}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("graphs.state", "MLOpsProjectState"),
        ("intake.state", "IntakeState"),
        ("intake.schema", "ConstraintSchema"),
        ("storage.records.events", "ReasonCard"),
        ("storage.events", "log_event"),
        ("providers.base", "OrchestrationProvider"),
        ("providers.base", "CodeGenProvider"),
        ("storage.records.errors", "DeterminismBudgetExceeded"),
    ],
)
def test_the_name_stands_where_it_is_looked_for(module: str, name: str) -> None:
    assert getattr(import_module(module), name).__name__ == name


def test_the_decision_graph_has_these_edges_and_no_others() -> None:
    assert {(edge.source, edge.target) for edge in decision().get_graph().edges} == EDGES


def test_the_intake_graph_has_these_edges_and_no_others() -> None:
    assert {(edge.source, edge.target) for edge in intake().get_graph().edges} == INTAKE_EDGES


def test_the_events_have_their_names() -> None:
    assert {"reason-card", "policy-update", "cost-update", "run-complete"} <= set(EVENT_TYPES)
    assert stream._ping().event == "ping"


async def test_the_rows_have_their_names(pool: Pool) -> None:
    async with pool.connection() as conn:
        columns = await every(conn, b"select table_name || '.' || column_name as name from information_schema.columns")
    assert {"agent_runs.task_id", "agent_runs.input_sha", "runs.stream_abandoned"} <= {row["name"] for row in columns}


def test_the_variables_of_tracing_are_documented() -> None:
    operating = (Path(__file__).parents[2] / "docs/operating.md").read_text()
    assert "`LANGCHAIN_TRACING_V2" in operating
    assert "`LANGCHAIN_API_KEY" in operating
