"""The plans that tests ask for."""

from __future__ import annotations

from typing import Any

from providers.base import PlanRequest, Proposal
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues

FRAUD: dict[str, Any] = {
    "workload_type": "realtime_inference",
    "model_framework": "pytorch",
    "model_size_params": 110e6,
    "throughput_rps": 300,
    "latency_p95_ms": 80,
    "data_residency": "EU",
    "data_sensitivity": "pii",
    "monthly_budget_usd": 4000,
}


class Planning:
    """Plans from keyword constraints over the fraud model's, or over none."""

    def __init__(self, book: PriceBook) -> None:
        self.book = book

    def fraud(self, **changes: Any) -> tuple[ConstraintValues, Proposal]:
        return self.of(**{**FRAUD, **changes})

    def of(self, **stated: Any) -> tuple[ConstraintValues, Proposal]:
        values = ConstraintValues.model_validate(stated)
        return values, plan(PlanRequest(values), self.book)
