"""Three critics that argue from the plan's own figures. None sees another's critique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from providers.base import CriticName
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.case import WANTED, Case, Look, looks, weigh
from providers.rulebook.options import SPOT
from providers.rulebook.services import SENSITIVE
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost, Critique, Plan

Severity = Literal["low", "medium", "high"]
_ORDER: tuple[Severity, ...] = ("low", "medium", "high")
LATENCY_SHARE, BUDGET_SHARE, MEMORY_SHARE, IDLE_SHARE = 0.95, 0.85, 0.85, 0.20
PRICE_AGE_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Objection:
    severity: Severity
    claim: str
    evidence: tuple[str, ...]
    about: str = ""
    """The look it is taken from; empty for what is read off the plan."""
    counter_proposal: str | None = None
    avoid: tuple[str, ...] = ()


def critique(critic: CriticName, values: ConstraintValues, plan: Plan, cost: Cost) -> Critique:
    """The gravest objection is the claim; the others stand in the evidence."""
    case = Case(values, plan, cost)
    found, looked = list(_CRITICS[critic](case)), list(looks(critic, case))
    found.sort(key=lambda objection: -_ORDER.index(objection.severity))
    if not found:
        return _no_objection(critic, case, looked)
    first, rest = found[0], found[1:]
    relevant = [look for look in looked if look.name == first.about]
    confidence, basis = weigh(relevant, ())
    return Critique(
        critic=critic,
        claim=first.claim,
        evidence=[*first.evidence, *(f"{item.severity}: {item.claim}" for item in rest)],
        severity=first.severity,
        confidence=confidence,
        confidence_basis=basis,
        rests_on=sorted({name for look in relevant for name in look.rests_on}),
        counter_proposal=first.counter_proposal,
        avoid=sorted({label for item in found for label in item.avoid}),
    )


def _no_objection(critic: CriticName, case: Case, looked: list[Look]) -> Critique:
    """As sure as the closest call was, less for each thing that it had nothing to hold the plan against."""
    wanted = WANTED[critic] if case.serving else ()
    confidence, basis = weigh(looked, [name for name in wanted if getattr(case.values, name) is None])
    return Critique(
        critic=critic,
        claim="No objection.",
        evidence=[],
        severity="none",
        confidence=confidence,
        confidence_basis=basis,
        rests_on=sorted({name for look in looked for name in look.rests_on}),
    )


def _tech(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        yield Objection("high", "Nothing meets the constraints.", tuple(case.plan.relax))
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
        "capacity",
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
        "p95",
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
        counter_proposal="Keep one machine running.",
    )


def _memory(case: Case) -> Iterator[Objection]:
    if case.weights is None:
        return
    needed, there = case.weights
    if needed <= there * MEMORY_SHARE:
        return
    severity: Severity = "high" if needed > there else "medium"
    evidence = (f"weights need {needed:,.0f} GiB, the machine has {there:,.0f} GiB",)
    avoid = (case.chosen.label,) if case.chosen and severity == "high" else ()
    yield Objection(severity, "The model leaves little memory for requests.", evidence, "memory", None, avoid)


def _assumed_size(case: Case) -> Iterator[Objection]:
    if case.values.model_size_params is None and any("parameters" in item for item in case.plan.assumptions):
        said = next(item for item in case.plan.assumptions if "parameters" in item)
        claim = "The size of the model is assumed; everything scales with it."
        yield Objection("low", claim, (said,), counter_proposal="State it.")


def _cost(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        return
    yield from _against_budget(case)
    yield from _at_its_cap(case)
    yield from _idle(case)
    if case.cost.unknown:
        known = f"{len(case.cost.lines) - len(case.cost.unknown)} of {len(case.cost.lines)} lines have a price"
        yield Objection("medium", f"No price is known for {', '.join(case.cost.unknown)}.", (known,))
    yield from _stale(case)


def _against_budget(case: Case) -> Iterator[Objection]:
    budget, cost = case.budget, case.cost
    if budget is None:
        yield Objection("low", "No budget is stated, so nothing holds the cost down.", (), "", "State a budget.")
        return
    share = float(cost.likely) / budget
    if share > BUDGET_SHARE:
        severity: Severity = "high" if share > 1 else "medium"
        evidence = (f"${cost.likely:,.0f} of ${budget:,.0f} a month",)
        yield Objection(
            severity, f"The likely cost takes {share:.0%} of the budget.", evidence, "likely cost", _cheaper(case)
        )
    if float(cost.high) > budget:
        evidence = (f"high ${cost.high:,.0f} a month, budget ${budget:,.0f}",)
        yield Objection("medium", "A high month overruns the budget.", evidence, "high cost", "Cap the replicas.")


def _cheaper(case: Case) -> str | None:
    savers = [item for item in case.plan.candidates if item.saves_usd_month is not None]
    return f"Take {savers[0].label}: {savers[0].rejected_because}" if savers else None


def _at_its_cap(case: Case) -> Iterator[Objection]:
    machine, most, budget, total = case.machine, case.plan.max_replicas, case.budget, case.at_cap
    if machine is None or budget is None or total is None or total <= budget:
        return
    cap = max(machine.count, machine.count + int((budget - float(case.cost.likely)) / case.machine_usd))
    evidence = (f"{most} machines all month cost ${total:,.0f}, the budget is ${budget:,.0f}",)
    yield Objection(
        "medium", "Autoscaling may go past the budget.", evidence, "cost at the cap", f"Cap replicas at {cap}."
    )


def _idle(case: Case) -> Iterator[Objection]:
    machine, chosen, wanted = case.machine, case.chosen, case.values.throughput_rps
    if machine is None or not machine.accelerator or chosen is None or not chosen.capacity_rps or not wanted:
        return
    share = wanted / chosen.capacity_rps
    if share < IDLE_SHARE:
        evidence = (f"{wanted:g} of {chosen.capacity_rps:,.0f} requests a second at the peak",)
        counter = "Share the accelerator, or serve from CPUs with a smaller model."
        yield Objection("medium", f"The accelerators would be {1 - share:.0%} idle.", evidence, "load", counter)


def _stale(case: Case) -> Iterator[Objection]:
    dates = sorted((line.as_of, line.item) for line in case.cost.lines if line.as_of)
    if dates and _months(dates[-1][0]) - _months(dates[0][0]) > PRICE_AGE_MONTHS:
        evidence = (f"{dates[0][1]}: {dates[0][0]}; newest {dates[-1][0]}",)
        yield Objection("low", "A price is more than two years older than the rest.", evidence)


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
        yield Objection("medium", f"{chip.name} is being withdrawn by the clouds.", (machine.sku,), avoid=label)
    patterns = {pattern.name for pattern in case.plan.patterns}
    if machine is not None and machine.purchase == "spot" and not case.serving and not _restartable(patterns):
        claim = "A reclaimed spot machine would lose the run."
        yield Objection("high", claim, ("no checkpointing",), "", "Add checkpointing.")


def _restartable(patterns: set[str]) -> bool:
    return bool(patterns & {"Spot with checkpointing", "Checkpointing"})


def _zones(case: Case) -> Iterator[Objection]:
    slo = case.values.availability_slo
    if case.machine is None:
        return
    if case.plan.zones == 1:
        severity: Severity = "high" if slo is not None and slo > 99.5 else "medium"
        wanted = f"availability {slo:g} %" if slo is not None else "no availability is stated"
        counter = "Spread the machines over two zones."
        yield Objection(severity, "The loss of its one zone stops the service.", ("1 zone", wanted), "", counter)
        return
    peak, left = case.values.throughput_rps, case.without_zone
    if peak is None or left is None:
        return
    if left < peak:
        evidence = (f"{left:,.0f} requests a second without one zone, {peak:,.0f} at the peak",)
        yield Objection(
            "low", "Without one zone the peak is not carried.", evidence, "capacity without a zone", "Add a machine."
        )


def _spot_serving(case: Case) -> Iterator[Objection]:
    if case.machine is None or case.machine.purchase != "spot":
        return
    slo = case.values.availability_slo
    evidence = (f"availability {slo:g} %" if slo else "no availability is stated",)
    severity: Severity = "high" if slo else "medium"
    claim = "People wait for machines that can be taken back."
    yield Objection(severity, claim, evidence, "", "Buy on demand.", (SPOT,))


def _sensitive(case: Case) -> Iterator[Objection]:
    kind = case.values.data_sensitivity
    if kind not in SENSITIVE:
        return
    if case.plan.public_endpoint:
        claim = f"{kind} data would be reachable from the internet."
        yield Objection("high", claim, ("public endpoint",), "", "Use a private network.")
    if not case.plan.encrypted:
        yield Objection("high", f"{kind} data would lie unencrypted.", ("not encrypted",), "", "Encrypt at rest.")
    if case.values.data_residency is None and case.values.regions is None:
        claim = f"Nobody said where {kind} data may lie."
        where = ", ".join(sorted({item.region for item in case.plan.resources}))
        yield Objection("low", claim, (f"planned in {where}",), "", "State the residency.")


_CRITICS: dict[CriticName, Callable[[Case], Iterator[Objection]]] = {"tech": _tech, "cost": _cost, "risk": _risk}
