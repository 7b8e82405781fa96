"""What each kind of workload has to know before it can be planned well, and how much each fact weighs.

The weights are ours, by what a fact decides: 4 the size of the fleet, 3 which machines and clouds are candidates at
all, 2 what narrows or prices them, 1 what only trims the plan and is assumed rather than asked. A workload that nobody
named stands for everything that depends on it, and weighs so much that naming it never lowers the score. The table of
docs/intake.md is this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.records.constraints import ConstraintSchema, FieldName, WorkloadType


@dataclass(frozen=True, slots=True)
class Fact:
    """Resolved when any of `fields` is; asked and listed as the first of them."""

    fields: tuple[FieldName, ...]
    weight: int

    @property
    def field(self) -> FieldName:
        return self.fields[0]

    def resolved(self, schema: ConstraintSchema) -> bool:
        """An assumption resolves nothing."""
        return any((item := schema.root.get(name)) is not None and item.status != "assumed" for name in self.fields)


WORKLOAD = Fact(("workload_type",), 4)
_CLOUD = Fact(("cloud",), 3)
_BUDGET = Fact(("monthly_budget_usd",), 3)
_GPU = Fact(("gpu_required", "gpu_type", "gpu_count"), 2)
_PLACE = Fact(("data_residency", "regions"), 2)
_SENSITIVITY = Fact(("data_sensitivity",), 2)
_SPOT = Fact(("spot_ok",), 2)
_AVAILABILITY = Fact(("availability_slo",), 1)
_FRAMEWORK = Fact(("model_framework",), 1)
_COMMON = (_CLOUD, _BUDGET, _SENSITIVITY, _PLACE)

UNKNOWN_WORKLOAD = (Fact(("workload_type",), 22), *_COMMON, _GPU)
"""What every workload needs, as long as nobody said which one it is. Of all weights that would do, 22 is the least."""

REQUIRED: dict[WorkloadType, tuple[Fact, ...]] = {
    "realtime_inference": (
        WORKLOAD,
        Fact(("throughput_rps",), 4),
        Fact(("latency_p95_ms",), 4),
        *_COMMON,
        _GPU,
        _AVAILABILITY,
        _FRAMEWORK,
    ),
    "streaming_inference": (
        WORKLOAD,
        Fact(("throughput_rps",), 4),
        Fact(("latency_p95_ms",), 3),
        *_COMMON,
        _GPU,
        _AVAILABILITY,
        _FRAMEWORK,
    ),
    "batch_inference": (
        WORKLOAD,
        Fact(("dataset_size_gb", "throughput_rps"), 4),
        Fact(("deadline_hours",), 3),
        *_COMMON,
        _GPU,
        _SPOT,
        _FRAMEWORK,
    ),
    "training": (
        WORKLOAD,
        Fact(("dataset_size_gb",), 4),
        Fact(("gpu_required", "gpu_type", "gpu_count"), 3),
        Fact(("deadline_hours",), 3),
        *_COMMON,
        _SPOT,
        Fact(("model_size_params",), 1),
        _FRAMEWORK,
    ),
    "fine_tuning": (
        WORKLOAD,
        Fact(("model_size_params",), 4),
        Fact(("gpu_type", "gpu_count"), 1),
        Fact(("dataset_size_gb",), 3),
        Fact(("deadline_hours",), 2),
        *_COMMON,
        _SPOT,
        _FRAMEWORK,
    ),
    "rag": (
        WORKLOAD,
        Fact(("throughput_rps",), 4),
        Fact(("latency_p95_ms",), 3),
        Fact(("dataset_size_gb",), 2),
        Fact(("model_size_params",), 2),
        *_COMMON,
        _AVAILABILITY,
    ),
    "feature_store": (
        WORKLOAD,
        Fact(("throughput_rps",), 4),
        Fact(("latency_p95_ms",), 4),
        Fact(("dataset_size_gb",), 2),
        *_COMMON,
        _AVAILABILITY,
    ),
    "data_pipeline": (
        WORKLOAD,
        Fact(("dataset_size_gb", "throughput_rps"), 4),
        Fact(("deadline_hours",), 3),
        *_COMMON,
        _SPOT,
        Fact(("orchestrator",), 1),
    ),
    "edge": (
        WORKLOAD,
        Fact(("latency_p95_ms",), 4),
        Fact(("throughput_rps",), 2),
        Fact(("model_framework",), 2),
        Fact(("model_size_params",), 2),
        _SENSITIVITY,
        Fact(("gpu_required", "gpu_type"), 1),
    ),
}


def required(schema: ConstraintSchema) -> tuple[Fact, ...]:
    workload = schema.values.workload_type
    return UNKNOWN_WORKLOAD if workload is None else REQUIRED[workload]
