"""How far an option is from the constraints that it does not meet.

What is a number counts as the logarithm of its ratio, so that twice the budget is as far as twice the latency;
availability as that of the time it may fail. A place counts by where it lies, and a yes for a no as much as 2.7 times a
number. The scale of places and switches is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import log

from providers.pricing import REGIONS, continent_of, countries_of, regions_named
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.options import Option, Violation
from storage.records.constraints import FieldName

SWITCH = 1.0
_PLACES = (0.2, 0.6, 2.0)
"""The same bloc or country, the same continent, elsewhere."""
_STEPS = (1.5, 3.0)
"""Ratios up to which ways out of the same constraint are one."""
FURTHEST = 10
"""Times as long as asked for from which on waiting is no advice to anybody."""
_ABSURD = log(FURTHEST)


def distance(option: Option, catalogue: Catalogue, *, but: str = "") -> float:
    """Leaving the field `but` out."""
    return sum(_far(violation, option, catalogue) for violation in option.violations if violation.field != but)


def reach(violations: Iterable[Violation], option: Option, catalogue: Catalogue) -> tuple[float, bool]:
    """How far these are, and whether one would take so much longer, or answer so much later, that nobody allows it."""
    total, absurd = 0.0, False
    for violation in violations:
        far = _far(violation, option, catalogue)
        total += far
        absurd = absurd or (far > _ABSURD and violation.field in ("deadline_hours", "latency_p95_ms"))
    return total, absurd


def step_of(violation: Violation, option: Option, catalogue: Catalogue) -> object:
    """Ways out of one constraint that differ by this are told apart; the cheapest stands for the rest."""
    if violation.field in ("availability_slo", "latency_p95_ms"):
        return violation.needed
    if violation.field in ("data_residency", "regions"):
        return _far(violation, option, catalogue)
    if violation.field in ("deadline_hours", "gpu_count", "max_replicas"):
        ratio = _ratio(violation, catalogue)
        return sum(ratio > bound for bound in _STEPS)
    return None


def _far(violation: Violation, option: Option, catalogue: Catalogue) -> float:
    match violation.field:
        case "data_residency" | "regions":
            return _PLACES[_place(violation, option, catalogue)]
        case "availability_slo":
            asked = catalogue.values.availability_slo or 0.0
            return log((100 - float(violation.needed or 0)) / max(1e-6, 100 - asked))
        case "cloud" | "gpu_type" | "gpu_required" | "spot_ok" | None:
            return SWITCH
        case _:
            return log(_ratio(violation, catalogue))


def _ratio(violation: Violation, catalogue: Catalogue) -> float:
    """What is needed over what is asked, or the other way round where less is needed; at least 1."""
    asked = _asked(violation.field, catalogue)
    needed = float(violation.needed or 0)
    if not asked or not needed:
        return 1.0
    return max(needed / asked, asked / needed)


def _asked(name: FieldName | None, catalogue: Catalogue) -> float | None:
    match name:
        case "monthly_budget_usd" | "gpu_count" | "max_replicas":
            return getattr(catalogue.values, name)
        case "latency_p95_ms":
            return catalogue.workload.latency_ms
        case "throughput_rps":
            return catalogue.workload.rps
        case "deadline_hours":
            return catalogue.workload.deadline_hours
        case _:
            return None


def _place(violation: Violation, option: Option, catalogue: Catalogue) -> int:
    """An index of _PLACES."""
    values, machine = catalogue.values, option.machine
    if violation.field == "regions":
        return _apart(machine.cloud, machine.region, tuple(values.regions or ()))
    return _apart(machine.cloud, machine.region, values.data_residency or "")


@lru_cache(maxsize=1024)
def _apart(cloud: str, name: str, wanted: tuple[str, ...] | str) -> int:
    """`wanted`: words for regions, or a residency."""
    region = REGIONS[cloud, name]
    if isinstance(wanted, str):
        countries = countries_of(wanted)
    else:
        countries = {REGIONS[place].country for word in wanted for place in regions_named(word)}
    if region.bloc in {other.bloc for other in REGIONS.values() if other.country in countries}:
        return 0
    return 1 if continent_of(region.country) in {continent_of(country) for country in countries} else 2
