"""The words and signs of the console: each state is an icon, a word and a tone; each constraint field has a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from intake.schema import name_of, show
from storage.records.constraints import (
    FIELD_NAMES,
    Cloud,
    Compliance,
    ConstraintValue,
    DataSensitivity,
    FieldName,
    WorkloadType,
)
from web.filters import quantity, usd

Tone = Literal["running", "waiting", "ok", "fail", "stale", "policy", "plain"]
Kind = Literal["choice", "many", "number", "whole", "yes_no", "word", "words"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state is shown: never by colour alone. `icon` is a symbol of the sprite."""

    icon: str
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How a constraint field is named, asked for and shown. `unit` stands behind the value."""

    name: FieldName
    label: str
    kind: Kind
    unit: str = ""
    choices: tuple[Choice, ...] = ()


STAGES: dict[str, str] = {
    "intake": "Intake",
    "planner": "Plan",
    "critics": "Critics",
    "reconcile": "Reconcile",
    "policy": "Policy",
    "approval": "Approve",
    "codegen": "Code",
    "validators": "Validate",
    "diff": "Commit",
}
NODES: dict[str, str] = {
    "extract_constraints": "Reader",
    "coverage_check": "Coverage",
    "adaptive_questioner": "Questioner",
    "gate_user_input": "Questioner",
    "planner": "Planner",
    "critic_tech": "Critic · technology",
    "critic_cost": "Critic · cost",
    "critic_risk": "Critic · risk",
    "reconcile": "Reconcile",
    "policy_eval": "Policy",
    "gate_hitl": "Approval",
    "process_approval_feedback": "Answer",
    "codegen": "Code",
    "validators": "Validators",
    "diff_and_persist": "Commit",
}
WORKLOADS: dict[str, str] = {
    "realtime_inference": "Real-time inference",
    "batch_inference": "Batch inference",
    "training": "Training",
    "fine_tuning": "Fine-tuning",
    "data_pipeline": "Data pipeline",
    "rag": "Retrieval (RAG)",
    "feature_store": "Feature store",
    "streaming_inference": "Streaming inference",
    "edge": "Edge",
}
NAMES: dict[str, str] = {
    **WORKLOADS,
    "aws": "AWS",
    "gcp": "Google Cloud",
    "azure": "Azure",
    "onprem": "On premises",
    "gdpr": "GDPR",
    "hipaa": "HIPAA",
    "pci": "PCI DSS",
    "soc2": "SOC 2",
    "fedramp": "FedRAMP",
    "iso27001": "ISO 27001",
    "public": "Public",
    "internal": "Internal",
    "pii": "Personal (PII)",
    "phi": "Health (PHI)",
    "financial": "Financial",
}


def _choices(literal: object) -> tuple[Choice, ...]:
    return tuple(Choice(value, NAMES[value]) for value in get_args(literal))


FIELDS: dict[str, FieldWords] = {
    words.name: words
    for words in (
        FieldWords("workload_type", "Workload", "choice", choices=_choices(WorkloadType)),
        FieldWords("latency_p95_ms", "Latency p95", "number", "ms"),
        FieldWords("throughput_rps", "Throughput", "number", "req/s"),
        FieldWords("monthly_budget_usd", "Budget", "number", "USD /mo"),
        FieldWords("cloud", "Cloud", "many", choices=_choices(Cloud)),
        FieldWords("regions", "Regions", "words"),
        FieldWords("data_residency", "Data residency", "word"),
        FieldWords("compliance", "Compliance", "many", choices=_choices(Compliance)),
        FieldWords("data_sensitivity", "Data sensitivity", "choice", choices=_choices(DataSensitivity)),
        FieldWords("gpu_required", "GPU needed", "yes_no"),
        FieldWords("gpu_type", "GPU type", "word"),
        FieldWords("gpu_count", "GPU count", "whole"),
        FieldWords("model_framework", "Framework", "word"),
        FieldWords("model_size_params", "Model size", "whole", "parameters"),
        FieldWords("dataset_size_gb", "Dataset", "number", "GB"),
        FieldWords("availability_slo", "Availability SLO", "number", "%"),
        FieldWords("spot_ok", "Spot capacity", "yes_no"),
        FieldWords("deadline_hours", "Deadline", "number", "h"),
        FieldWords("orchestrator", "Orchestrator", "word"),
        FieldWords("scale_to_zero", "Scale to zero", "yes_no"),
        FieldWords("max_replicas", "Replicas at most", "whole"),
        FieldWords("ci_cd", "CI/CD", "word"),
        FieldWords("monitoring", "Monitoring", "words"),
    )
}
assert tuple(FIELDS) == FIELD_NAMES


def field_label(name: str) -> str:
    words = FIELDS.get(name)
    return words.label if words else name


def value_words(name: str, value: ConstraintValue | None) -> str:
    """The value as an operator reads it, with its unit."""
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(NAMES.get(item) or name_of(item) for item in value)
    if name == "monthly_budget_usd":
        return f"{usd(value)} /mo"
    if name == "model_size_params":
        return show("model_size_params", value)
    words = FIELDS.get(name)
    if isinstance(value, int | float):
        return f"{quantity(value)} {words.unit if words else ''}".strip()
    return NAMES.get(value) or name_of(value)


def stage_word(stage: str) -> str:
    return "Done" if stage == "done" else STAGES.get(stage, stage)


def node_word(node: str | None) -> str:
    return NODES.get(node or "", (node or "").replace("_", " "))


def status_mark(status: str, stage: str, *, asks: bool = False) -> Mark:
    """`asks`: a question is open in the intake."""
    match status:
        case "intake":
            return (
                Mark("question", "Waiting for your answer", "waiting")
                if asks
                else Mark("running", "Reading", "running")
            )
        case "planning":
            return Mark("running", "Planning", "running")
        case "awaiting_approval":
            return Mark("waiting", "Waiting for approval", "waiting")
        case "building":
            return Mark("running", "Building", "running")
        case "completed":
            return Mark("done", "Completed", "ok")
        case "rejected":
            return Mark("failed", "Rejected", "fail")
        case "failed":
            return Mark("failed", f"Failed at {stage_word(stage)}", "fail")
        case "cancelled":
            return Mark("cancelled", "Cancelled", "stale")
        case _:
            return Mark("info", status.replace("_", " "), "plain")


def outcome_mark(outcome: str) -> Mark:
    """Of a policy result or a check."""
    match outcome:
        case "pass" | "passed":
            return Mark("done", "pass", "ok")
        case "warn":
            return Mark("warning", "warn", "waiting")
        case "fail" | "failed":
            return Mark("failed", "fail", "fail")
        case "not_run":
            return Mark("not-run", "not run", "stale")
        case _:
            return Mark("info", outcome, "plain")
