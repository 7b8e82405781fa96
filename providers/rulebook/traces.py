"""Why each resource is there and as large as it is, and which stated constraints ask for it."""

from __future__ import annotations

from collections.abc import Collection

from providers.rulebook.catalogue import Catalogue
from providers.rulebook.counted import plain, requests
from providers.rulebook.devices import UNMEASURED
from providers.rulebook.options import RISK_WORDS, Option
from providers.rulebook.workload import Workload
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Resource, Trace

_WHERE: tuple[FieldName, ...] = ("cloud", "regions", "data_residency")
_CHIP: tuple[FieldName, ...] = ("gpu_required", "gpu_type", "gpu_count")
_SIZE: tuple[FieldName, ...] = ("model_framework", "model_size_params", "max_replicas", "spot_ok")
_SERVING: tuple[FieldName, ...] = ("throughput_rps", "latency_p95_ms", "availability_slo", "scale_to_zero")
_JOB: tuple[FieldName, ...] = ("dataset_size_gb", "deadline_hours", "throughput_rps", "orchestrator")
_AROUND: dict[str, tuple[FieldName, ...]] = {
    "load_balancer": ("workload_type", "throughput_rps"),
    "storage": ("workload_type", "model_size_params", "dataset_size_gb"),
    "registry": ("workload_type",),
    "logs": ("workload_type", "throughput_rps"),
    "network": ("workload_type", "throughput_rps", "data_sensitivity"),
    "queue": ("workload_type", "throughput_rps"),
    "database": ("workload_type", "dataset_size_gb", "throughput_rps", "availability_slo"),
    "cluster": ("orchestrator",),
}


def traces(
    resources: list[Resource],
    chosen: Option,
    catalogue: Catalogue,
    avoid: Collection[str] = (),
    *,
    by_rank: bool = True,
) -> list[Trace]:
    """One for each resource, in their order. `avoid` is what critics ruled out; `by_rank` says that nothing which they
    left ranks before the chosen option."""
    stated = stated_fields(catalogue.values)
    leaves = "the constraints and the critics leave" if avoid else "the constraints leave"
    stands = f"Of what {leaves}, the cheapest with the least risk" if by_rank else f"Proposed among what {leaves}"
    return [_trace(item.kind, chosen, catalogue, stated, stands) for item in resources]


def stated_fields(values: ConstraintValues) -> frozenset[str]:
    return frozenset(name for name in values.model_fields_set if getattr(values, name) is not None)


def _trace(kind: str, chosen: Option, catalogue: Catalogue, stated: frozenset[str], stands: str) -> Trace:
    if kind == "compute":
        sized = _SERVING if chosen.serving else _JOB
        fields = ("workload_type", *sized, *_SIZE, *_CHIP, *_WHERE, "monthly_budget_usd")
        reason = _machines(chosen, catalogue.workload, stands)
    else:
        fields, needs = _AROUND[kind], catalogue.services(chosen.machine.cloud, chosen.machine.region)
        reason = "; ".join(dict.fromkeys(item.need.words for item in needs if item.need.kind == kind)) + "."
    asked = [name for name in fields if name in stated]
    return Trace.model_validate({"kind": kind, "reason": reason, "from": asked})


def _machines(chosen: Option, workload: Workload, stands: str) -> str:
    """What they carry against what is asked, and how they stand among the options."""
    capacity, rate = chosen.capacity, chosen.rate
    if chosen.serving and capacity is not None and rate is not None:
        who = "It carries" if chosen.count == 1 else "They carry"
        asked = f"{plain(workload.rps)} {'is' if workload.rps == 1 else 'are'} asked"
        carried = (
            f"{who} {requests(f'{rate:,.0f}')} where {asked}, at a p95 of"
            f" {plain(capacity.latency_ms)} ms where {plain(workload.latency_ms)} ms may pass"
        )
    else:
        work = "build and check a release" if workload.type == "edge" else "finish a run"
        carried = f"They {work} in {chosen.run_hours:.1f} hours where {plain(workload.deadline_hours)} may pass"
    named = [RISK_WORDS[name] for name in chosen.risks] + ([UNMEASURED] if workload.type == "edge" else [])
    risks = "; ".join(named) or "none is named"
    return f"{carried}. {stands}; risks: {risks}."
