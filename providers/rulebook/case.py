"""What a critic looks at, and how far the figures it looks at are from their limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from providers.base import CriticName
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.capacity import WEIGHT_OVERHEAD
from providers.rulebook.counted import requests
from providers.rulebook.fit import GIB
from providers.rulebook.workload import FAMILY
from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Candidate, Cost, Plan, Resource

NEAR, FAR, CLEAR_SHARE, UNSTATED = 0.6, 0.95, 0.25, 0.1
"""Confidence in an estimate right at its limit and in one far from it; the share of the limit from which on it counts
as far, a quarter, since capacity and cost are estimates; what each figure that nobody stated takes away."""

REQUESTS = "requests a second"

WANTED: dict[CriticName, tuple[FieldName, ...]] = {
    "tech": ("throughput_rps", "latency_p95_ms", "model_size_params"),
    "cost": ("monthly_budget_usd",),
    "risk": ("availability_slo", "data_sensitivity"),
}
"""What a critic holds a plan of a service against."""


@dataclass(frozen=True, slots=True)
class Look:
    """One figure of the plan beside its limit; `name` is what an objection calls it by."""

    name: str
    figure: float
    limit: float
    unit: str
    rests_on: tuple[FieldName, ...]

    @property
    def distance(self) -> float:
        """As a share of the limit."""
        return abs(self.figure - self.limit) / self.limit if self.limit else 1.0

    def __str__(self) -> str:
        figure, limit = _plain(self.figure), _plain(self.limit)
        against = requests(limit) if self.unit == REQUESTS else f"{limit} {self.unit}"
        return f"{self.name} {figure} against {against}, {self._apart} apart"

    @property
    def _apart(self) -> str:
        return "more than ten times" if self.distance > 10 else f"{self.distance:.0%}"


def _plain(figure: float) -> str:
    """Four digits, and never an exponent."""
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.4g}"


@dataclass(frozen=True, slots=True)
class Case:
    values: ConstraintValues
    plan: Plan
    cost: Cost

    @property
    def serving(self) -> bool:
        return FAMILY.get(self.plan.workload_type) == "serving"  # pyright: ignore[reportArgumentType]

    @property
    def machine(self) -> Resource | None:
        return next((item for item in self.plan.resources if item.kind == "compute"), None)

    @property
    def database(self) -> Resource | None:
        return next((item for item in self.plan.resources if item.kind == "database"), None)

    @property
    def chosen(self) -> Candidate | None:
        return next((item for item in self.plan.candidates if item.chosen), None)

    @property
    def budget(self) -> float | None:
        return self.values.monthly_budget_usd

    @property
    def weights(self) -> tuple[float, float] | None:
        """GiB that the model's weights take in 16 bits, and GiB of the accelerators of one machine."""
        machine, params = self.machine, self.values.model_size_params
        chip = ACCELERATORS.get(machine.accelerator) if machine and machine.accelerator else None
        if machine is None or chip is None or params is None or not self.serving:
            return None
        return params * 2 * WEIGHT_OVERHEAD / GIB, chip.memory_gib * machine.accelerator_count

    @property
    def machine_usd(self) -> float:
        """One machine for a month; 0 where that is not priced."""
        compute = next((float(line.usd) for line in self.cost.lines if line.unit == "machine-hour" and line.usd), 0.0)
        return compute / self.machine.count if self.machine and self.machine.count else 0.0

    @property
    def at_cap(self) -> float | None:
        """USD a month with all machines that autoscaling may add; None where it may add none."""
        machine, most = self.machine, self.plan.max_replicas
        if machine is None or most is None or most <= machine.count or not self.machine_usd:
            return None
        return float(self.cost.likely) + self.machine_usd * (most - machine.count)

    @property
    def without_zone(self) -> float | None:
        """Requests a second that are left when a zone is lost."""
        machine, capacity = self.machine, self.chosen.capacity_rps if self.chosen else None
        if machine is None or capacity is None or self.plan.zones < 2:
            return None
        return capacity * (machine.count - ceil(machine.count / self.plan.zones)) / machine.count


def looks(critic: CriticName, case: Case) -> Iterator[Look]:
    """The estimates among what a critic looks at; the rest is read off the plan and is no estimate."""
    values, chosen, budget = case.values, case.chosen, case.budget
    wanted = values.throughput_rps
    if critic == "tech" and case.serving:
        if chosen and chosen.capacity_rps and wanted:
            yield Look("capacity", chosen.capacity_rps, wanted, REQUESTS, ("throughput_rps",))
        if chosen and chosen.latency_p95_ms and values.latency_p95_ms:
            yield Look("p95", chosen.latency_p95_ms, values.latency_p95_ms, "ms", ("latency_p95_ms",))
        if case.weights:
            yield Look("memory", *case.weights, "GiB", ("model_size_params",))
    if critic == "cost" and budget:
        yield Look("likely cost", float(case.cost.likely), budget, "USD a month", ("monthly_budget_usd",))
        yield Look("high cost", float(case.cost.high), budget, "USD a month", ("monthly_budget_usd",))
        if case.at_cap is not None:
            fields: tuple[FieldName, ...] = ("monthly_budget_usd", "max_replicas")
            yield Look("cost at the cap", case.at_cap, budget, "USD a month", fields)
    if critic == "cost" and case.serving and chosen and chosen.capacity_rps and wanted:
        yield Look("load", wanted, chosen.capacity_rps, REQUESTS, ("throughput_rps",))
    if critic == "risk" and case.serving and case.without_zone is not None and wanted:
        yield Look("capacity without a zone", case.without_zone, wanted, REQUESTS, ("throughput_rps",))


def weigh(looked: Sequence[Look], unstated: Sequence[FieldName]) -> tuple[float, str]:
    """Confidence, 0 to 1, and what it rests on: the estimate nearest to its limit, and what nobody stated."""
    nearest = min(looked, key=lambda look: look.distance, default=None)
    share = min(nearest.distance / CLEAR_SHARE, 1.0) if nearest else 1.0
    confidence = max(0.3, NEAR + (FAR - NEAR) * share - UNSTATED * len(unstated))
    basis = [str(nearest) if nearest else "read off the plan, nothing is estimated"]
    if unstated:
        basis.append(f"not stated: {', '.join(unstated)}")
    return round(confidence, 2), "; ".join(basis)
