"""What a policy may look at: the constraints, and what plan and cost come to. Every name is always present; what is
not known is null."""

from __future__ import annotations

from typing import Any

from providers.pricing import REGIONS, regions_for, regions_named
from providers.pricing.accelerators import ACCELERATORS
from storage.records.constraints import FIELD_NAMES, ConstraintValues
from storage.records.plans import Cost, Plan, Resource

SENSITIVE = frozenset({"pii", "phi", "financial"})
SERVING = frozenset({"realtime_inference", "streaming_inference", "rag", "feature_store"})

Document = dict[str, dict[str, Any]]


def document_of(values: ConstraintValues, plan: Plan, cost: Cost) -> Document:
    """Amounts are US dollars a month as floats: a policy compares, it does not add up."""
    return {
        "constraints": {name: getattr(values, name) for name in FIELD_NAMES}
        | {"sensitive": values.data_sensitivity in SENSITIVE},
        "plan": _plan(plan) | _places(values, plan),
        "cost": _cost(cost),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    machines = [item for item in plan.resources if item.kind == "compute"]
    chosen = next((item for item in plan.candidates if item.chosen), None)
    return {
        "feasible": plan.feasible,
        "workload_type": plan.workload_type,
        "serving": plan.workload_type in SERVING,
        "patterns": [pattern.name for pattern in plan.patterns],
        "cloud": machines[0].cloud if machines else "",
        "clouds": sorted({item.cloud for item in plan.resources}),
        "regions": sorted({item.region for item in plan.resources}),
        "skus": sorted({item.sku for item in machines}),
        "replicas": sum(item.count for item in machines),
        "min_replicas": plan.min_replicas,
        "max_replicas": plan.max_replicas,
        "zones": plan.zones,
        "spot": any(item.purchase == "spot" for item in machines),
        "gpus": sum(item.count * item.accelerator_count for item in machines),
        "gpu_vcpus": sum(item.count * item.vcpus for item in machines if item.accelerator),
        "retired": sorted({item.accelerator for item in machines if _retired(item)}),
        "public_endpoint": plan.public_endpoint,
        "encrypted": plan.encrypted,
        "latency_p95_ms": chosen.latency_p95_ms if chosen else None,
        "capacity_rps": chosen.capacity_rps if chosen else None,
    }


def _retired(machine: Resource) -> bool:
    chip = ACCELERATORS.get(machine.accelerator)
    return chip is not None and chip.retired


def _places(values: ConstraintValues, plan: Plan) -> dict[str, Any]:
    places = {(item.cloud, item.region) for item in plan.resources}
    residency = regions_for(values.data_residency) if values.data_residency else places
    allowed = frozenset().union(*(regions_named(word) for word in values.regions)) if values.regions else places
    countries = {REGIONS[place].country if place in REGIONS else "unknown" for place in places}
    return {
        "countries": sorted(countries),
        "outside_residency": sorted(region for cloud, region in places if (cloud, region) not in residency),
        "outside_regions": sorted(region for cloud, region in places if (cloud, region) not in allowed),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    dates = sorted(line.as_of for line in cost.lines if line.as_of)
    return {
        "low": float(cost.low),
        "likely": float(cost.likely),
        "high": float(cost.high),
        "unknown": cost.unknown,
        "oldest_price": dates[0] if dates else "",
        "newest_price": dates[-1] if dates else "",
        "price_age_months": _months(dates[-1]) - _months(dates[0]) if dates else 0,
    }


def _months(as_of: str) -> int:
    """Of a date or month in ISO 8601, counted from year 0."""
    year, month = as_of.split("-")[:2]
    return int(year) * 12 + int(month)
