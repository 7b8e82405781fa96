"""The words and signs of the console: each state is an icon, a word and a tone; each constraint field has a label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from intake.schema import MEANINGS, name_of, show
from storage.records.constraints import (
    FIELD_NAMES,
    Cloud,
    Compliance,
    ConstraintValue,
    DataSensitivity,
    FieldName,
    WorkloadType,
)
from storage.records.decision_sets import Gate

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
    """How a form asks for a constraint field."""

    name: FieldName
    kind: Kind
    choices: tuple[Choice, ...] = ()

    @property
    def label(self) -> str:
        return MEANINGS[self.name].label

    @property
    def unit(self) -> str:
        """What stands behind the box."""
        unit = MEANINGS[self.name].unit
        return f"USD {unit}" if self.name == "monthly_budget_usd" else unit


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
    "process_approval_feedback": "Approval comment",
    "codegen": "Code",
    "validators": "Validators",
    "diff_and_persist": "Commit",
}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _choices(literal: object) -> tuple[Choice, ...]:
    return tuple(Choice(value, _capital(name_of(value))) for value in get_args(literal))


FIELDS: dict[str, FieldWords] = {
    words.name: words
    for words in (
        FieldWords("workload_type", "choice", choices=_choices(WorkloadType)),
        FieldWords("latency_p95_ms", "number"),
        FieldWords("throughput_rps", "number"),
        FieldWords("monthly_budget_usd", "number"),
        FieldWords("cloud", "many", choices=_choices(Cloud)),
        FieldWords("regions", "words"),
        FieldWords("data_residency", "word"),
        FieldWords("compliance", "many", choices=_choices(Compliance)),
        FieldWords("data_sensitivity", "choice", choices=_choices(DataSensitivity)),
        FieldWords("gpu_required", "yes_no"),
        FieldWords("gpu_type", "word"),
        FieldWords("gpu_count", "whole"),
        FieldWords("model_framework", "word"),
        FieldWords("model_size_params", "whole"),
        FieldWords("dataset_size_gb", "number"),
        FieldWords("availability_slo", "number"),
        FieldWords("spot_ok", "yes_no"),
        FieldWords("deadline_hours", "number"),
        FieldWords("orchestrator", "word"),
        FieldWords("scale_to_zero", "yes_no"),
        FieldWords("max_replicas", "whole"),
        FieldWords("ci_cd", "word"),
        FieldWords("monitoring", "words"),
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
    words = FIELDS.get(name)
    if words is None:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    shown = show(words.name, value)
    return _capital(shown) if words.choices else shown


_CONVERTED = re.compile(r"\d[\d,.]* [A-Z]{3}\b.* at [\d.]+ USD.*$")


def converted(source: str) -> str:
    """What the reader converted a sum from, at which rate and of which day; empty where it did not."""
    found = _CONVERTED.search(source)
    return found[0] if found else ""


def stage_word(stage: str) -> str:
    return "Done" if stage == "done" else STAGES.get(stage, stage)


def node_word(node: str | None) -> str:
    return NODES.get(node or "", (node or "").replace("_", " "))


def blocks(gate: Gate | None) -> bool:
    """Whether a gate is open that allows no approval."""
    return gate is not None and "approve" not in gate.allowed


def status_mark(status: str, stage: str, *, asks: bool = False, blocked: bool = False) -> Mark:
    """`asks`: a question is open in the intake. `blocked`: what waits cannot be approved as it is."""
    match status:
        case "intake":
            return (
                Mark("question", "Waiting for your answer", "waiting")
                if asks
                else Mark("running", "Reading", "running")
            )
        case "planning":
            return Mark("running", "Planning", "running")
        case "awaiting_approval" if blocked:
            return Mark("failed", "Blocked", "fail")
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
