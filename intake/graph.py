"""The intake graph: read, measure, ask, wait; again until enough is known or the operator says start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from intake.nodes import IntakeNodes, after_coverage
from intake.state import IntakeState
from intake.worth import Weigh
from providers.base import OrchestrationProvider
from storage.records.steps import NodeResult, RunContext


class Wrap(Protocol):
    """Turns a node of ours into LangGraph's."""

    def __call__(
        self, name: str, node: Callable[[Any, RunContext | None], Awaitable[NodeResult]], *, schema: type, reads: type
    ) -> Callable[..., Awaitable[Any]]: ...


async def gate_user_input(state: IntakeState) -> IntakeState:
    """Waits for a person. The resume value is the list of what came in."""
    question = state.get("question")
    return {"inputs": interrupt({"question": question.model_dump(mode="json") if question else None})}


def intake_graph(
    provider: OrchestrationProvider, wrap: Wrap, weigh: Weigh | None = None
) -> StateGraph[IntakeState, RunContext]:
    nodes = IntakeNodes(provider, weigh)
    graph: StateGraph[IntakeState, RunContext] = StateGraph(IntakeState, context_schema=RunContext)
    for name, node in (
        ("extract_constraints", nodes.extract_constraints),
        ("coverage_check", nodes.coverage_check),
        ("adaptive_questioner", nodes.adaptive_questioner),
    ):
        graph.add_node(name, wrap(name, node, schema=IntakeState, reads=IntakeState))
    graph.add_node("gate_user_input", gate_user_input)
    graph.add_edge(START, "extract_constraints")
    graph.add_edge("extract_constraints", "coverage_check")
    graph.add_conditional_edges(
        "coverage_check", after_coverage, {"planning": END, "adaptive_questioner": "adaptive_questioner"}
    )
    graph.add_edge("adaptive_questioner", "gate_user_input")
    graph.add_edge("gate_user_input", "extract_constraints")
    return graph
