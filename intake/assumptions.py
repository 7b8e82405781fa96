"""What a plan takes for granted where nobody said anything. Each default is listed before planning and can be edited.

There is no default budget and no default residency: a limit that nobody set would be held against the plan.
"""

from __future__ import annotations

from collections.abc import Callable

from intake.requirements import WORKLOAD, required
from providers.rulebook.reading.places import CLOUD_OF
from providers.rulebook.workload import FIRST_TOKEN_MS, workload_of
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName, WorkloadType

_WITHOUT_GPU = {"sklearn", "xgboost", "lightgbm", "catboost", "prophet", "spark", "spacy"}
_BIG_MODEL = 1_000_000_000
"""From a billion parameters on, a model is served and trained on GPUs."""

_THROUGHPUT: dict[WorkloadType, float] = {"streaming_inference": 100.0, "feature_store": 100.0}
_LATENCY: dict[WorkloadType, float] = {
    "realtime_inference": 200.0,
    "streaming_inference": 500.0,
    "rag": 3000.0,
    "feature_store": 20.0,
    "edge": 100.0,
}
_DEADLINE: dict[WorkloadType, float] = {"batch_inference": 8.0, "data_pipeline": 6.0}
_SENSITIVITY = {"hipaa": "phi", "pci": "financial", "gdpr": "pii"}


def assumptions(schema: ConstraintSchema) -> dict[FieldName, Constraint]:
    """A value for each required fact that is missing and has a default; empty when nothing has to be assumed."""
    assumed: dict[FieldName, Constraint] = {}
    if not WORKLOAD.resolved(schema) and "workload_type" not in schema.root:
        assumed["workload_type"] = _assumed("realtime_inference", "the commonest workload")
    whole = schema.with_changes(dict(assumed))
    for fact in required(whole):
        if any(field in whole.root for field in fact.fields):
            continue
        default = _DEFAULTS.get(fact.field)
        found = default(whole) if default is not None else None
        if found is not None:
            assumed[fact.field] = _assumed(*found)
    return assumed


_OPEN_WORDS: dict[FieldName, str] = {
    "monthly_budget_usd": "no limit is checked",
    "data_residency": "anywhere",
    "gpu_required": "machines with and without one are compared",
}


def left_open(schema: ConstraintSchema) -> dict[FieldName, str]:
    """The required facts that are missing and get no default, each with what that means for the plan."""
    assumed = assumptions(schema)
    whole = schema.with_changes(dict(assumed))
    return {
        fact.field: _OPEN_WORDS.get(fact.field, "left open")
        for fact in required(whole)
        if not any(field in whole.root for field in fact.fields)
    }


def _assumed(value: ConstraintValue, reason: str) -> Constraint:
    return Constraint(value=value, status="assumed", source=f"default:{reason}")


Default = tuple[ConstraintValue, str] | None


def _workload(schema: ConstraintSchema) -> WorkloadType:
    return schema.values.workload_type or "realtime_inference"


def _cloud(schema: ConstraintSchema) -> Default:
    clouds = sorted({CLOUD_OF[name] for name in schema.values.regions or () if name in CLOUD_OF})
    if clouds:
        return list(clouds), "the cloud of the stated regions"
    return ["aws", "azure", "gcp"], "nobody ruled a cloud out, so all with prices are compared"


def _throughput(schema: ConstraintSchema) -> Default:
    return _THROUGHPUT.get(_workload(schema), 10.0), "a modest load"


def _latency(schema: ConstraintSchema) -> Default:
    workload, generative = _workload(schema), workload_of(schema.values).generative
    if workload == "realtime_inference" and generative:
        return float(FIRST_TOKEN_MS), "usual for the first token of a language model"
    if workload == "rag" and not generative:
        return 200.0, "usual for a search"
    return _LATENCY.get(workload, 200.0), "usual for the workload"


def _deadline(schema: ConstraintSchema) -> Default:
    return _DEADLINE.get(_workload(schema), 24.0), "usual for the workload"


def _gpu(schema: ConstraintSchema) -> Default:
    values = schema.values
    if (values.model_size_params or 0) >= _BIG_MODEL:
        return True, "a model of a billion parameters or more"
    if values.model_framework in _WITHOUT_GPU:
        return False, "the framework runs on CPUs"
    if values.workload_type == "training" and values.model_framework in {"pytorch", "tensorflow", "jax"}:
        return True, "deep learning is trained on GPUs"
    return None  # left open: the planner compares machines with and without one


def _sensitivity(schema: ConstraintSchema) -> Default:
    for regime, sensitivity in _SENSITIVITY.items():
        if regime in (schema.values.compliance or ()):
            return sensitivity, f"follows from {regime}"
    return "internal", "neither public nor personal"


_DEFAULTS: dict[FieldName, Callable[[ConstraintSchema], Default]] = {
    "cloud": _cloud,
    "throughput_rps": _throughput,
    "latency_p95_ms": _latency,
    "deadline_hours": _deadline,
    "gpu_required": _gpu,
    "data_sensitivity": _sensitivity,
    "availability_slo": lambda _: (99.5, "one zone keeps it; more are planned where the budget allows"),
    "spot_ok": lambda _: (False, "nobody said interruptions are acceptable"),
    "dataset_size_gb": lambda _: (50.0, "fits one machine"),
    "model_size_params": lambda schema: (
        (7_000_000_000, "the commonest open model size") if _workload(schema) in {"fine_tuning", "rag"} else None
    ),
    "model_framework": lambda _: ("pytorch", "the commonest framework"),
}
