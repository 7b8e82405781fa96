"""Code requests for the tests of generated bundles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from providers.base import CodeRequest
from storage.records.constraints import ConstraintValues
from storage.records.ids import Sha256
from storage.records.plans import Candidate, Cost, Pattern, Plan, Resource

CLOUDS = ("aws", "gcp", "azure", "onprem")
WORKLOADS = ("realtime_inference", "batch_inference", "training")
PLACES = {
    "aws": ("eu-central-1", "g4dn.xlarge"),
    "gcp": ("europe-west3", "g2-standard-4"),
    "azure": ("westeurope", "Standard_NC4as_T4_v3"),
    "onprem": ("rack-1", "server"),
}


def code_request(
    cloud: str = "aws",
    workload: str = "realtime_inference",
    *,
    project: str = "fraud-model",
    summary: str = "2 × g4dn.xlarge on demand",
    documents: dict[str, str] | None = None,
    gpus: int = 1,
    sku: str = "",
    plan: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
) -> CodeRequest:
    """A plan for 300 requests a second within 80 ms, six replicas and $4,000 a month at most."""
    region, usual = PLACES[cloud]
    compute = Resource(
        kind="compute",
        cloud=cloud,
        region=region,
        sku=sku or usual,
        count=2,
        purchase="on_demand",
        vcpus=4,
        memory_gib=16,
        accelerator="T4" if gpus else "",
        accelerator_count=gpus,
    )
    chosen = Candidate(
        label="chosen", cost_usd_month=Decimal("812.40"), chosen=True, rejected_because=None, count=2, capacity_rps=400
    )
    stated = {
        "latency_p95_ms": 80,
        "throughput_rps": 300,
        "monthly_budget_usd": 4000,
        "data_sensitivity": "pii",
        "model_framework": "PyTorch",
    }
    planned: dict[str, Any] = {
        "summary": summary,
        "workload_type": workload,
        "patterns": [Pattern(name="Autoscaling", reason="2 to 6 machines")],
        "resources": [compute],
        "candidates": [chosen],
        "max_replicas": 6,
        "zones": 2,
    }
    cost = Cost(
        low=Decimal("700"), likely=Decimal("812.40"), high=Decimal("1203.2"), lines=[], price_book=Sha256("0" * 64)
    )
    return CodeRequest(
        project=project,
        values=ConstraintValues.model_validate({**stated, **(values or {})}),
        plan=Plan.model_validate({**planned, **(plan or {})}),
        cost=cost,
        documents={"docs/plan.md": "# Plan\n\nThe words as given.\n"} if documents is None else documents,
    )
