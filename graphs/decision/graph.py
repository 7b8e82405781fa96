"""The decision graph. Fixed edges, two forks."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graphs.decision.codegen import Codegen, CodegenInput, Validators, ValidatorsInput
from graphs.decision.critics import Critic
from graphs.decision.feedback import FeedbackInput, ProcessApprovalFeedback, after_feedback
from graphs.decision.gate import Gate, GateInput
from graphs.decision.persist import DiffAndPersist, PersistInput
from graphs.decision.planner import Planner, PlannerInput
from graphs.decision.policy_eval import PolicyEval, PolicyInput
from graphs.decision.reconcile import Reconcile, ReconcileInput, after_reconcile
from graphs.services import Services
from graphs.state import CriticInput, MLOpsProjectState
from intake.graph import Wrap
from storage.records.steps import RunContext

DecisionGraph = StateGraph[MLOpsProjectState, RunContext]

READS: dict[str, type] = {
    "planner": PlannerInput,
    "critic_tech": CriticInput,
    "critic_cost": CriticInput,
    "critic_risk": CriticInput,
    "reconcile": ReconcileInput,
    "policy_eval": PolicyInput,
    "process_approval_feedback": FeedbackInput,
    "codegen": CodegenInput,
    "validators": ValidatorsInput,
    "diff_and_persist": PersistInput,
}
"""The channels that each ledgered node is given, and its `input_sha` is taken over."""


def decision_graph(services: Services, wrap: Wrap, *, with_ledger: bool) -> DecisionGraph:
    graph: DecisionGraph = StateGraph(MLOpsProjectState, context_schema=RunContext)
    nodes = {
        "planner": Planner(services),
        "critic_tech": Critic(services, "tech"),
        "critic_cost": Critic(services, "cost"),
        "critic_risk": Critic(services, "risk"),
        "reconcile": Reconcile(services),
        "policy_eval": PolicyEval(services),
        "process_approval_feedback": ProcessApprovalFeedback(services),
        "codegen": Codegen(services),
        "validators": Validators(services),
        "diff_and_persist": DiffAndPersist(services),
    }
    for name, node in nodes.items():
        reads = READS[name]
        graph.add_node(name, wrap(name, node, schema=MLOpsProjectState, reads=reads), input_schema=reads)
    gate = Gate(services)
    graph.add_node("gate_hitl", gate.ledgered if with_ledger else gate.plain, input_schema=GateInput)

    graph.add_edge(START, "planner")
    graph.add_edge("planner", "critic_tech")
    graph.add_edge("critic_tech", "critic_cost")
    graph.add_edge("critic_cost", "critic_risk")
    graph.add_edge("critic_risk", "reconcile")
    graph.add_conditional_edges("reconcile", after_reconcile, ["planner", "policy_eval"])
    graph.add_edge("policy_eval", "gate_hitl")
    graph.add_edge("gate_hitl", "process_approval_feedback")
    graph.add_conditional_edges(
        "process_approval_feedback",
        after_feedback,
        {"codegen": "codegen", "gate_hitl": "gate_hitl", "planner": "planner", "rejected": END},
    )
    graph.add_edge("codegen", "validators")
    graph.add_edge("validators", "diff_and_persist")
    graph.add_edge("diff_and_persist", END)
    return graph
