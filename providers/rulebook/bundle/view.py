"""What the templates see: the request's values, sized and named for code."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from providers.base import CodeRequest
from providers.rulebook.bundle.built import FAMILIES, Family, built_names
from providers.rulebook.bundle.escape import label_value, resource_name
from providers.rulebook.counted import requests
from providers.rulebook.services import disk_gb
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues
from storage.records.plans import Pattern, Plan, Resource

PACKAGES: dict[Family, str] = {"realtime": "service", "batch": "job", "training": "training"}
NATIVE_TYPES = ("realtime_inference", "batch_inference", "training")

_LOAD = 0.7
"""Of what a replica can take before another is started."""
_DEFAULT_DAY_H = 24.0
_MODEL_REQUIREMENTS: tuple[tuple[str, list[str]], ...] = (
    ("torch", ["torch>=2.2"]),
    ("onnx", ["onnxruntime>=1.17", "numpy>=1.26"]),
    ("xgboost", ["xgboost>=2.0", "numpy>=1.26"]),
    ("scikit", ["scikit-learn>=1.4", "joblib>=1.3"]),
    ("sklearn", ["scikit-learn>=1.4", "joblib>=1.3"]),
)
_STORE_REQUIREMENTS = {
    "aws": ["boto3>=1.34"],
    "gcp": ["google-cloud-storage>=2.14"],
    "azure": ["azure-identity>=1.15", "azure-storage-blob>=12.19"],
    "onprem": ["boto3>=1.34"],
}


class NothingToBuild(ValueError):
    """The plan has no machines, so there is nothing to generate."""


@dataclass(frozen=True, slots=True)
class BundleView:
    """Money in US dollars a month; `requests_per_minute` is what one replica should take before another starts."""

    project: str
    name: str
    family: Family
    package: str
    workload_type: str
    summary: str
    cloud: str
    region: str
    sku: str
    spot: bool
    arm: bool
    gpus: int
    vcpus: int
    memory_mib: int
    disk_gib: int
    min_replicas: int
    replicas: int
    max_replicas: int
    zones: int
    public: bool
    budget_usd: str
    budget_note: str
    latency_p95_ms: float | None
    throughput_rps: float | None
    requests_per_minute: int | None
    attempt_seconds: int
    tags: tuple[tuple[str, str], ...]
    requirements: tuple[str, ...]
    model_requirements: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    documents: tuple[str, ...]
    ci: Literal["github", "gitlab"]

    @property
    def service(self) -> bool:
        return self.family == "realtime"

    @property
    def built(self) -> list[Pattern]:
        """The plan's patterns that this bundle has; the others are the owner's to add."""
        names = built_names(self.workload_type, self.cloud)
        return [pattern for pattern in self.patterns if pattern.name in names]

    @property
    def left(self) -> list[Pattern]:
        return [pattern for pattern in self.patterns if pattern not in self.built]

    @property
    def tag_width(self) -> int:
        return max(len(key) for key, _ in self.tags)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The figures of the plan, for people."""
        machines = f"{self.replicas} × {self.sku}{' (spot)' if self.spot else ''}, {self.max_replicas} at most"
        found = [("Workload", self.workload_type), ("Where", f"{self.cloud}, {self.region}"), ("Machines", machines)]
        if self.latency_p95_ms is not None:
            found.append(("p95 latency", f"{self.latency_p95_ms:g} ms"))
        if self.throughput_rps is not None:
            found.append(("Peak", requests(f"{self.throughput_rps:g}")))
        return [*found, ("Budget alarm", f"${self.budget_usd} a month")]


def view_of(request: CodeRequest) -> BundleView:
    """Raises NothingToBuild for a plan without machines."""
    plan, values = request.plan, request.values
    compute = next((resource for resource in plan.resources if resource.kind == "compute"), None)
    if compute is None:
        raise NothingToBuild(str(NothingToBuild.__doc__))
    family = FAMILIES[plan.workload_type]
    most = plan.max_replicas or values.max_replicas or compute.count
    budget, note = _budget(request)
    return BundleView(
        project=request.project,
        name=resource_name(request.project),
        family=family,
        package=PACKAGES[family],
        workload_type=plan.workload_type,
        summary=plan.summary,
        cloud=compute.cloud,
        region=compute.region,
        sku=compute.sku,
        spot=compute.purchase == "spot",
        arm=_is_arm(compute),
        gpus=compute.accelerator_count,
        vcpus=max(1, compute.vcpus),
        memory_mib=max(512, int(compute.memory_gib * 1024 * 0.8)),
        disk_gib=disk_gb(workload_of(values)),
        min_replicas=min(plan.min_replicas, most),
        replicas=min(compute.count, most),
        max_replicas=most,
        zones=plan.zones,
        public=plan.public_endpoint,
        budget_usd=budget,
        budget_note=note,
        latency_p95_ms=values.latency_p95_ms,
        throughput_rps=values.throughput_rps,
        requests_per_minute=_requests_per_minute(plan),
        attempt_seconds=math.ceil((values.deadline_hours or _DEFAULT_DAY_H) * 3600),
        tags=_tags(request),
        requirements=_requirements(family, compute.cloud),
        model_requirements=_model_requirements(family, values),
        patterns=tuple(plan.patterns),
        documents=tuple(sorted(request.documents)),
        ci="gitlab" if "gitlab" in (values.ci_cd or "").lower() else "github",
    )


def _budget(request: CodeRequest) -> tuple[str, str]:
    """The stated budget, or the high estimate in whole dollars."""
    stated = request.values.monthly_budget_usd
    if stated is not None:
        return format(Decimal(str(stated)).normalize(), "f"), "The budget alarm is set to the stated budget."
    high = max(Decimal(1), request.cost.high.to_integral_value(ROUND_CEILING))
    return str(high), "No budget was stated: the alarm is set to the high estimate."


def _requests_per_minute(plan: Plan) -> int | None:
    chosen = next((candidate for candidate in plan.candidates if candidate.chosen), None)
    if chosen is None or not chosen.capacity_rps or not chosen.count:
        return None
    return max(1, int(chosen.capacity_rps / chosen.count * 60 * _LOAD))


def _is_arm(compute: Resource) -> bool:
    """By the vendors' naming: AWS a "g" after the generation, Google t2a and c4a, Azure a "p" after the size."""
    pattern = {"aws": r"[a-z]+\d+g", "gcp": r"(t2a|c4a|n4a)-", "azure": r"Standard_[A-Z]+\d+p"}.get(compute.cloud)
    return bool(pattern and re.match(pattern, compute.sku))


def _tags(request: CodeRequest) -> tuple[tuple[str, str], ...]:
    tags = {
        "data_sensitivity": request.values.data_sensitivity or "unstated",
        "project": resource_name(request.project),
        "workload": request.plan.workload_type,
    }
    if request.values.data_residency:
        tags["data_residency"] = request.values.data_residency
    return tuple((key, label_value(value)) for key, value in sorted(tags.items()))


def _requirements(family: Family, cloud: str) -> tuple[str, ...]:
    served = ["fastapi>=0.110", "pydantic>=2.6", "uvicorn>=0.29"] if family == "realtime" else []
    return tuple(sorted([*served, *_STORE_REQUIREMENTS[cloud]]))


def _model_requirements(family: Family, values: ConstraintValues) -> tuple[str, ...]:
    framework = (values.model_framework or "").lower()
    if family != "realtime":
        return ()
    return tuple(next((lines for word, lines in _MODEL_REQUIREMENTS if word in framework), []))
