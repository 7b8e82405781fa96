"""Three critics that argue from the plan's own figures. None sees another's critique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

from providers.base import CriticName
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.capacity import GIB, WEIGHT_OVERHEAD
from providers.rulebook.services import SENSITIVE
from providers.rulebook.workload import FAMILY
from storage.records.constraints import ConstraintValues
from storage.records.plans import Candidate, Cost, Critique, Plan, Resource

Severity = Literal["low", "medium", "high"]
_ORDER: tuple[Severity, ...] = ("low", "medium", "high")
LATENCY_SHARE, BUDGET_SHARE, MEMORY_SHARE, IDLE_SHARE = 0.95, 0.85, 0.85, 0.20
PRICE_AGE_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Objection:
    severity: Severity
    claim: str
    evidence: tuple[str, ...]
    confidence: float
    counter_proposal: str | None = None
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What a critic looks at."""

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
    def chosen(self) -> Candidate | None:
        return next((item for item in self.plan.candidates if item.chosen), None)

    @property
    def budget(self) -> float | None:
        return self.values.monthly_budget_usd


def critique(critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique:
    """The gravest objection is the claim; the others stand in the evidence."""
    found = list(_CRITICS[critic](Case(values, plan, cost)))
    found.sort(key=lambda objection: -_ORDER.index(objection.severity))
    if not found:
        return Critique(critic=critic, claim="No objection.", evidence=[], severity="none", confidence=0.8)
    first, rest = found[0], found[1:]
    return Critique(
        critic=critic,
        claim=first.claim,
        evidence=[*first.evidence, *(f"{item.severity}: {item.claim}" for item in rest)],
        severity=first.severity,
        confidence=first.confidence,
        counter_proposal=first.counter_proposal,
        avoid=sorted({label for item in found for label in item.avoid}),
    )


def _tech(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        yield Objection("high", "Nothing meets the constraints.", tuple(case.plan.relax), 0.9)
        return
    if case.serving:
        yield from _too_little(case)
        yield from _latency_margin(case)
        yield from _cold_start(case)
    yield from _memory(case)
    yield from _assumed_size(case)


def _too_little(case: Case) -> Iterator[Objection]:
    chosen, wanted = case.chosen, case.values.throughput_rps
    if chosen is None or chosen.capacity_rps is None or wanted is None or chosen.capacity_rps >= wanted:
        return
    yield Objection(
        "high",
        "The machines do not carry the peak.",
        (f"{chosen.capacity_rps:,.0f} requests a second against {wanted:,.0f}",),
        0.9,
        "Add machines.",
        (chosen.label,),
    )


def _latency_margin(case: Case) -> Iterator[Objection]:
    target = case.values.latency_p95_ms
    if target is None:
        return
    tight = [
        item
        for item in case.plan.candidates
        if item.latency_p95_ms is not None and item.latency_p95_ms > target * LATENCY_SHARE
    ]
    chosen = next((item for item in tight if item.chosen), None)
    if chosen is None or chosen.latency_p95_ms is None:
        return
    over = chosen.latency_p95_ms > target
    yield Objection(
        "high" if over else "medium",
        "The latency target would be missed." if over else "The latency target leaves no margin.",
        (f"p95 {chosen.latency_p95_ms:g} ms estimated, {target:g} ms required",),
        0.8,
        "Choose a faster accelerator.",
        tuple(item.label for item in tight),
    )


def _cold_start(case: Case) -> Iterator[Objection]:
    target = case.values.latency_p95_ms
    if case.plan.min_replicas or target is None:
        return
    yield Objection(
        "high" if target < 1000 else "medium",
        "The first request after an idle hour waits for a machine to start.",
        ("minimum of 0 machines", f"p95 target {target:g} ms"),
        0.9,
        "Keep one machine running.",
    )


def _memory(case: Case) -> Iterator[Objection]:
    machine, params = case.machine, case.values.model_size_params
    if machine is None or params is None or not machine.accelerator or not case.serving:
        return
    chip = ACCELERATORS.get(machine.accelerator)
    if chip is None:
        return
    there, needed = chip.memory_gib * machine.accelerator_count, params * 2 * WEIGHT_OVERHEAD / GIB
    if needed <= there * MEMORY_SHARE:
        return
    severity: Severity = "high" if needed > there else "medium"
    evidence = (f"weights need {needed:,.0f} GiB, the machine has {there:,.0f} GiB",)
    avoid = (case.chosen.label,) if case.chosen and severity == "high" else ()
    yield Objection(severity, "The model leaves little memory for requests.", evidence, 0.8, None, avoid)


def _assumed_size(case: Case) -> Iterator[Objection]:
    if case.values.model_size_params is None and any("parameters" in item for item in case.plan.assumptions):
        said = next(item for item in case.plan.assumptions if "parameters" in item)
        yield Objection(
            "low", "The size of the model is assumed; everything scales with it.", (said,), 0.7, "State it."
        )


def _cost(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        return
    yield from _against_budget(case)
    yield from _at_its_cap(case)
    yield from _idle(case)
    if case.cost.unknown:
        known = f"{len(case.cost.lines) - len(case.cost.unknown)} of {len(case.cost.lines)} lines have a price"
        yield Objection("medium", f"No price is known for {', '.join(case.cost.unknown)}.", (known,), 0.9)
    yield from _stale(case)


def _against_budget(case: Case) -> Iterator[Objection]:
    budget, cost = case.budget, case.cost
    if budget is None:
        yield Objection("low", "No budget is stated, so nothing holds the cost down.", (), 0.9, "State a budget.")
        return
    share = float(cost.likely) / budget
    if share > BUDGET_SHARE:
        severity: Severity = "high" if share > 1 else "medium"
        evidence = (f"${cost.likely:,.0f} of ${budget:,.0f} a month",)
        yield Objection(severity, f"The likely cost takes {share:.0%} of the budget.", evidence, 0.9, _cheaper(case))
    if float(cost.high) > budget:
        evidence = (f"high ${cost.high:,.0f} a month, budget ${budget:,.0f}",)
        yield Objection("medium", "A high month overruns the budget.", evidence, 0.7, "Cap the replicas.")


def _cheaper(case: Case) -> str | None:
    """Only an option that was kept out for nothing but its rank is worth proposing: its reason says what it saves."""
    savers = [item for item in case.plan.candidates if (item.rejected_because or "").startswith("Saves")]
    return f"Take {savers[0].label}: {savers[0].rejected_because}" if savers else None


def _at_its_cap(case: Case) -> Iterator[Objection]:
    machine, most, budget = case.machine, case.plan.max_replicas, case.budget
    if machine is None or most is None or budget is None or most <= machine.count:
        return
    compute = next((float(line.usd) for line in case.cost.lines if line.unit == "machine-hour" and line.usd), 0.0)
    each = compute / machine.count if machine.count else 0.0
    total = float(case.cost.likely) + each * (most - machine.count)
    if not each or total <= budget:
        return
    cap = max(machine.count, machine.count + int((budget - float(case.cost.likely)) / each))
    evidence = (f"{most} machines all month cost ${total:,.0f}, the budget is ${budget:,.0f}",)
    yield Objection("medium", "Autoscaling may go past the budget.", evidence, 0.8, f"Cap replicas at {cap}.")


def _idle(case: Case) -> Iterator[Objection]:
    machine, chosen, wanted = case.machine, case.chosen, case.values.throughput_rps
    if machine is None or not machine.accelerator or chosen is None or not chosen.capacity_rps or not wanted:
        return
    share = wanted / chosen.capacity_rps
    if share < IDLE_SHARE:
        evidence = (f"{wanted:g} of {chosen.capacity_rps:,.0f} requests a second at the peak",)
        counter = "Share the accelerator, or serve from CPUs with a smaller model."
        yield Objection("medium", f"The accelerators would be {1 - share:.0%} idle.", evidence, 0.7, counter)


def _stale(case: Case) -> Iterator[Objection]:
    dates = sorted((line.as_of, line.item) for line in case.cost.lines if line.as_of)
    if dates and _months(dates[-1][0]) - _months(dates[0][0]) > PRICE_AGE_MONTHS:
        evidence = (f"{dates[0][1]}: {dates[0][0]}; newest {dates[-1][0]}",)
        yield Objection("low", "A price is more than two years older than the rest.", evidence, 0.8)


def _months(as_of: str) -> int:
    year, month = as_of.split("-")[:2]
    return int(year) * 12 + int(month)


def _risk(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        return
    if case.serving:
        yield from _zones(case)
        yield from _spot_serving(case)
    yield from _sensitive(case)
    machine = case.machine
    if machine is not None and (chip := ACCELERATORS.get(machine.accelerator)) and chip.retired:
        label = (case.chosen.label,) if case.chosen and case.values.gpu_type is None else ()
        yield Objection("medium", f"{chip.name} is being withdrawn by the clouds.", (machine.sku,), 0.8, None, label)
    patterns = {pattern.name for pattern in case.plan.patterns}
    if machine is not None and machine.purchase == "spot" and not case.serving and not _restartable(patterns):
        claim = "A reclaimed spot machine would lose the run."
        yield Objection("high", claim, ("no checkpointing",), 0.9, "Add checkpointing.")


def _restartable(patterns: set[str]) -> bool:
    return bool(patterns & {"Spot with checkpointing", "Checkpointing"})


def _zones(case: Case) -> Iterator[Objection]:
    machine, chosen, slo = case.machine, case.chosen, case.values.availability_slo
    if machine is None:
        return
    if case.plan.zones == 1:
        severity: Severity = "high" if slo is not None and slo > 99.5 else "medium"
        wanted = f"availability {slo:g} %" if slo is not None else "no availability is stated"
        counter = "Spread the machines over two zones."
        yield Objection(severity, "The loss of its one zone stops the service.", ("1 zone", wanted), 0.9, counter)
        return
    peak, capacity = case.values.throughput_rps, chosen.capacity_rps if chosen else None
    if peak is None or capacity is None:
        return
    left = capacity * (machine.count - ceil(machine.count / case.plan.zones)) / machine.count
    if left < peak:
        evidence = (f"{left:,.0f} requests a second without one zone, {peak:,.0f} at the peak",)
        yield Objection("low", "Without one zone the peak is not carried.", evidence, 0.8, "Add a machine.")


def _spot_serving(case: Case) -> Iterator[Objection]:
    if case.machine is None or case.machine.purchase != "spot":
        return
    slo = case.values.availability_slo
    label = (case.chosen.label,) if case.chosen else ()
    evidence = (f"availability {slo:g} %" if slo else "no availability is stated",)
    severity: Severity = "high" if slo else "medium"
    yield Objection(
        severity, "People wait for machines that can be taken back.", evidence, 0.9, "Buy on demand.", label
    )


def _sensitive(case: Case) -> Iterator[Objection]:
    kind = case.values.data_sensitivity
    if kind not in SENSITIVE:
        return
    if case.plan.public_endpoint:
        claim = f"{kind} data would be reachable from the internet."
        yield Objection("high", claim, ("public endpoint",), 0.95, "Use a private network.")
    if not case.plan.encrypted:
        yield Objection("high", f"{kind} data would lie unencrypted.", ("not encrypted",), 0.95, "Encrypt at rest.")
    if case.values.data_residency is None and case.values.regions is None:
        claim = f"Nobody said where {kind} data may lie."
        where = ", ".join(sorted({item.region for item in case.plan.resources}))
        yield Objection("low", claim, (f"planned in {where}",), 0.8, "State the residency.")


_CRITICS: dict[CriticName, Callable[[Case], Iterator[Objection]]] = {"tech": _tech, "cost": _cost, "risk": _risk}
