"""What a policy may look at: the constraints, and what plan and cost come to. Every name is always present; what is
not known is null. Names are added and never change their meaning."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from providers.pricing import REGIONS, regions_for, regions_named
from providers.pricing.accelerators import ACCELERATORS, accelerators_named
from providers.pricing.staleness import day_of
from storage.records.constraints import FIELD_NAMES, SENSITIVE, ConstraintValues, FieldName
from storage.records.plans import Cost, CostLine, Plan, Resource

SERVING = frozenset({"realtime_inference", "streaming_inference", "rag", "feature_store"})
MACHINE_UNIT = "machine-hour"
EGRESS_ITEMS = ("Answers sent out", "Model downloads to devices")
"""How the cost lines begin that pay for data leaving the cloud."""
TAGS = ("data_sensitivity", "project", "workload")
"""The keys that generated code puts on every resource it can; with a residency, that one too."""

Document = dict[str, dict[str, Any]]


def document_of(
    values: ConstraintValues,
    plan: Plan,
    cost: Cost,
    *,
    assumed: Collection[FieldName] = (),
    today: date | None = None,
) -> Document:
    """`assumed` names the fields whose values nobody stated. Amounts are US dollars a month as floats: a policy
    compares, it does not add up. Ages count to `today`; without it, to the newest figure of the cost, so that the same
    inputs give the same document."""
    return {
        "constraints": {name: getattr(values, name) for name in FIELD_NAMES}
        | {"sensitive": values.data_sensitivity in SENSITIVE, "assumed": sorted(assumed)},
        "plan": _plan(plan) | _machines(values, plan) | _places(values, plan),
        "cost": _cost(cost) | _ages(cost, today),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    chosen = next((item for item in plan.candidates if item.chosen), None)
    return {
        "feasible": plan.feasible,
        "workload_type": plan.workload_type,
        "serving": plan.workload_type in SERVING,
        "patterns": [pattern.name for pattern in plan.patterns],
        "kinds": sorted({item.kind for item in plan.resources}),
        "clouds": sorted({item.cloud for item in plan.resources}),
        "regions": sorted({item.region for item in plan.resources}),
        "min_replicas": plan.min_replicas,
        "max_replicas": plan.max_replicas,
        "zones": plan.zones,
        "public_endpoint": plan.public_endpoint,
        "encrypted": plan.encrypted,
        "latency_p95_ms": chosen.latency_p95_ms if chosen else None,
        "capacity_rps": chosen.capacity_rps if chosen else None,
    }


def _machines(values: ConstraintValues, plan: Plan) -> dict[str, Any]:
    """`other_accelerators` are those that a stated `gpu_type` does not mean."""
    machines = [item for item in plan.resources if item.kind == "compute"]
    chips = sorted({item.accelerator for item in machines if item.accelerator})
    wanted = accelerators_named(values.gpu_type) if values.gpu_type else frozenset(chips)
    return {
        "cloud": machines[0].cloud if machines else "",
        "skus": sorted({item.sku for item in machines}),
        "replicas": sum(item.count for item in machines),
        "spot": any(item.purchase == "spot" for item in machines),
        "gpus": sum(item.count * item.accelerator_count for item in machines),
        "gpu_vcpus": sum(item.count * item.vcpus for item in machines if item.accelerator),
        "accelerators": chips,
        "other_accelerators": [name for name in chips if name not in wanted],
        "retired": sorted({item.accelerator for item in machines if _retired(item)}),
        "tags": sorted([*TAGS, *(["data_residency"] if values.data_residency else [])]),
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
        "outside_eea": sorted(region for cloud, region in places if (cloud, region) not in regions_for("EEA")),
        "outside_residency": sorted(region for cloud, region in places if (cloud, region) not in residency),
        "outside_regions": sorted(region for cloud, region in places if (cloud, region) not in allowed),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    machines = [line for line in cost.lines if line.unit == MACHINE_UNIT]
    egress = _usd(line for line in cost.lines if line.item.startswith(EGRESS_ITEMS))
    return {
        "low": float(cost.low),
        "likely": float(cost.likely),
        "high": float(cost.high),
        "unknown": cost.unknown,
        "unknown_share": len(cost.unknown) / max(1, len(cost.lines)),
        "machines_priced": bool(machines) and all(line.usd is not None for line in machines),
        "egress": float(egress),
        "egress_share": float(egress / cost.likely) if cost.likely else 0.0,
    }


def _usd(lines: Any) -> Decimal:
    return sum((line.usd for line in lines if line.usd is not None), Decimal(0))


def _ages(cost: Cost, today: date | None) -> dict[str, Any]:
    """`ages` has, for each priced line, its amount and the days since its figure stood where it was read."""
    dated = sorted((line for line in cost.lines if line.as_of), key=lambda line: line.as_of)
    until = today or (max(day_of(line.as_of) for line in dated) if dated else None)
    return {
        "oldest_price": dated[0].as_of if dated else "",
        "newest_price": dated[-1].as_of if dated else "",
        "price_age_months": _months(dated[-1].as_of) - _months(dated[0].as_of) if dated else 0,
        "ages": [_age(line, until) for line in dated if until and line.usd is not None],
    }


def _age(line: CostLine, until: date) -> dict[str, Any]:
    return {"days": (until - day_of(line.as_of)).days, "usd": float(line.usd or 0)}


def _months(as_of: str) -> int:
    """Of a date or month in ISO 8601, counted from year 0."""
    year, month = as_of.split("-")[:2]
    return int(year) * 12 + int(month)
