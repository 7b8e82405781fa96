"""Two documents that a bundle is tried on when it loads: one with nothing stated, one with everything."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from providers.policies.document import Document, document_of
from storage.records.constraints import ConstraintValues
from storage.records.ids import Sha256
from storage.records.plans import Candidate, Cost, CostLine, Pattern, Plan, Resource

_EVERYTHING = ConstraintValues(
    workload_type="realtime_inference",
    latency_p95_ms=80,
    throughput_rps=300,
    monthly_budget_usd=4000,
    cloud=["aws"],
    regions=["eu-west-1"],
    data_residency="EU",
    compliance=["fedramp", "gdpr", "hipaa"],
    data_sensitivity="pii",
    gpu_required=True,
    gpu_type="T4",
    gpu_count=1,
    model_framework="pytorch",
    model_size_params=110_000_000,
    dataset_size_gb=10,
    availability_slo=99.9,
    spot_ok=False,
    deadline_hours=8,
    orchestrator="kubernetes",
    scale_to_zero=False,
    max_replicas=6,
    ci_cd="github_actions",
    monitoring=["prometheus"],
)
_PATTERNS = (
    "Autoscaling",
    "Multi-zone",
    "Canary release",
    "Encryption at rest",
    "Private networking",
    "Audit logging",
    "Drift and quality monitoring",
    "Alerting",
)


@cache
def specimens() -> tuple[Document, Document]:
    amount = Decimal("1000.00")
    line = CostLine(
        item="3 × g4dn.xlarge", quantity=Decimal(2190), unit="machine-hour", unit_usd=Decimal("0.5"), usd=amount,
        source="specimen", as_of="2026-05",
    )  # fmt: skip
    cost = Cost(low=amount, likely=amount, high=amount, lines=[line], price_book=Sha256("0" * 64))
    machine = Resource(
        kind="compute", cloud="aws", region="eu-west-1", sku="g4dn.xlarge", count=3, purchase="on_demand", vcpus=4,
        memory_gib=16, accelerator="T4", accelerator_count=1,
    )  # fmt: skip
    chosen = Candidate(
        label="3 × g4dn.xlarge", cost_usd_month=amount, chosen=True, rejected_because=None, latency_p95_ms=70,
        capacity_rps=500,
    )  # fmt: skip
    stated = Plan(
        summary="", workload_type="realtime_inference", patterns=[Pattern(name=name, reason="") for name in _PATTERNS],
        resources=[machine], candidates=[chosen], min_replicas=3, max_replicas=6, zones=3,
    )  # fmt: skip
    nothing = Plan(summary="", workload_type="batch_inference", patterns=[], resources=[machine], candidates=[chosen])
    return document_of(ConstraintValues(), nothing, cost), document_of(_EVERYTHING, stated, cost)
