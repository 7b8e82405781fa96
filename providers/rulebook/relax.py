"""When nothing meets the constraints: which one to relax, by how much, and what that would cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import ceil, floor

from providers.pricing import Instance, regions_for, regions_named
from providers.rulebook.catalogue import MOST_SERVING, Catalogue
from providers.rulebook.counted import plain
from providers.rulebook.money import dollars
from providers.rulebook.nearness import FURTHEST, distance, step_of
from providers.rulebook.options import Option, Violation

MOST = 5
LATENCY_STEPS = (1.0, 1.5, 2.0, 4.0)
"""How far the latency is given way, as a multiple of the least that can be had."""
WORTH = Decimal("0.9")
"""A constraint is given way further only for a cost below this share of what less would cost."""
MUCH = Decimal("0.75")
"""The latency is given up as well only for a cost below this share of what the rest alone would cost."""


def within_reach(catalogue: Catalogue) -> list[Option]:
    """The ways out: first the nearest of each constraint alone, then what gives way further, then what gives up
    several. More than the fewest constraints, and further steps, only where that saves enough."""
    found = [
        option
        for option in _tried(catalogue)
        if option.relaxable and option.compute is not None and not _absurd(option, catalogue)
    ]
    cheapest: dict[frozenset[object], Option] = {}
    for option in sorted(found, key=lambda option: (len(_fields(option)), option.order)):
        way = frozenset((item.field, step_of(item, option, catalogue)) for item in option.violations)
        cheapest.setdefault(way, option)
    steps = {option: distance(option, catalogue, but="monthly_budget_usd") for option in cheapest.values()}
    kept: list[Option] = []
    for option in sorted(steps, key=lambda option: (len(_fields(option)), steps[option], option.order)):
        if _worth_it(option, kept):
            kept.append(option)
    return _nearest_first(kept, catalogue)[:MOST]


def _nearest_first(kept: list[Option], catalogue: Catalogue) -> list[Option]:
    """Of each set of constraints the nearest comes before what gives way further."""
    far = {option: distance(option, catalogue) for option in kept}
    near = sorted(kept, key=lambda option: (len(_fields(option)), far[option], option.order))
    first = {_fields(option): option for option in reversed(near)}
    return sorted(near, key=lambda option: (len(_fields(option)), first[_fields(option)] is not option))


def _worth_it(option: Option, kept: list[Option]) -> bool:
    """Against what relaxes fewer constraints, and against what relaxes the same less."""
    fields = _fields(option)
    if kept and len(fields) > len(_fields(kept[0])):
        rest = [other.compared for other in kept if _fields(other) == fields - {"latency_p95_ms"}]
        if not rest or option.compared > MUCH * min(rest):
            return False
    return all(option.compared < WORTH * other.compared for other in kept if _fields(other) == fields)


def _absurd(option: Option, catalogue: Catalogue) -> bool:
    """A run that would take more than FURTHEST times as long as it may is no advice to anybody, but where a number of
    accelerators was stated it is what follows from that."""
    allowed = catalogue.workload.deadline_hours
    if catalogue.values.gpu_count is not None and {item.field for item in option.violations} == {"deadline_hours"}:
        return False
    return any(
        violation.field == "deadline_hours" and bool(allowed) and float(violation.needed or 0) > FURTHEST * allowed
        for violation in option.violations
    )


def relaxations(catalogue: Catalogue, reachable: list[Option]) -> list[str]:
    """One sentence per way out, nearest first."""
    found = _without_figures(catalogue)
    if not reachable:
        return [*found, "No machine in the price book can run this workload."]
    return [*found, *(_sentence(option, catalogue) for option in reachable)][:MOST]


def _fields(option: Option) -> frozenset[str]:
    return frozenset(violation.field for violation in option.violations if violation.field)


def _without_figures(catalogue: Catalogue) -> list[str]:
    """What was asked for and cannot be priced at all."""
    values, priced = catalogue.values, catalogue.book.regions
    clouds = [cloud for cloud in values.cloud or () if not any(cloud == name for name, _ in priced)]
    regions = [word for word in values.regions or () if not regions_named(word) & priced]
    places = (
        [values.data_residency] if values.data_residency and not regions_for(values.data_residency) & priced else []
    )
    missing = [*clouds, *regions, *places]
    return [f"Add figures for {', '.join(missing)}: the price book has none."] if missing else []


def _tried(catalogue: Catalogue) -> Iterator[Option]:
    """Every option; those that another latency would size anew, as they would then be."""
    yield from catalogue.options
    if catalogue.workload.latency_ms is not None:
        yield from _slower(catalogue)


def _slower(catalogue: Catalogue) -> Iterator[Option]:
    """The options at some steps above the least latency that can be had, and above what is asked where it can."""
    asked, nearby = catalogue.workload.latency_ms or 0.0, _sized(catalogue)
    machines = _cheapest_places(nearby)
    least = _least_latency(nearby, asked)
    if least is None or least > FURTHEST * asked:
        machines, least = catalogue.book.instances, _least_latency(catalogue.options, asked)
    if least is None:
        return
    book = replace(catalogue.book, instances=machines)
    for step in LATENCY_STEPS:
        allowed = float(ceil(least * step))
        if allowed <= asked:
            continue
        slower = Catalogue(catalogue.values.model_copy(update={"latency_p95_ms": allowed}), book)
        broken = Violation("latency_p95_ms", f"p95 of {allowed:,.0f} ms", allowed)
        found = [option for option in slower.options if option.capacity is not None]
        yield from (option.with_violation(broken) for option in found)
        if step == LATENCY_STEPS[-1] and not any(option.relaxable or option.feasible for option in found):
            yield from (option.with_violation(broken) for option in _fewer(slower))


def _least_latency(options: list[Option], asked: float) -> float | None:
    """Milliseconds: what is asked where one of these can do it, else the least that one needs. None where latency is
    not what stands in the way."""
    if any(option.capacity is not None for option in options):
        return asked
    needed = [
        float(violation.needed)
        for option in options
        for violation in option.violations
        if violation.field == "latency_p95_ms" and violation.needed is not None
    ]
    return min(needed, default=None)


def _sized(catalogue: Catalogue) -> list[Option]:
    """Those that nothing but size, time and money speaks against. What needs too many machines now may do with fewer
    when it may answer later."""
    return [
        option
        for option in catalogue.options
        if all(item.field in _SIZED or (item.field is None and option.capacity) for item in option.violations)
    ]


def _cheapest_places(options: list[Option]) -> tuple[Instance, ...]:
    """Each type of machine once, since latency is the same everywhere."""
    found: dict[tuple[str, str], Instance] = {}
    for machine in {option.machine: None for option in options}:
        known = found.get((machine.cloud, machine.type))
        if known is None or _price(machine) < _price(known):
            found[machine.cloud, machine.type] = machine
    return tuple(found.values())


def _price(machine: Instance) -> Decimal:
    return Decimal("Infinity") if machine.on_demand is None else machine.on_demand


_SIZED = ("latency_p95_ms", "monthly_budget_usd", "max_replicas", "availability_slo", "spot_ok")


def _fewer(catalogue: Catalogue) -> Iterator[Option]:
    """The options at the most requests a second that any number of machines carries."""
    rates = [option.capacity.rate for option in catalogue.options if option.capacity is not None]
    if not rates:
        return
    carried = float(floor(max(rates) * MOST_SERVING))
    fewer = Catalogue(catalogue.values.model_copy(update={"throughput_rps": carried}), catalogue.book)
    broken = Violation("throughput_rps", f"{carried:,.0f} requests a second", carried)
    yield from (option.with_violation(broken) for option in fewer.options if option.compute is not None)


def _sentence(option: Option, catalogue: Catalogue) -> str:
    parts = [_words(violation, catalogue) for violation in option.violations]
    unknown = " plus what has no price" if option.unpriced else ""
    cost = f"about ${option.likely or Decimal(0):,.0f} a month{unknown}"
    if option.run_usd is not None:
        cost = f"about {dollars(option.run_usd)} a run, {cost}"
    words = " and ".join([*parts[:1], *(part[:1].lower() + part[1:] for part in parts[1:])])
    return f"{words}: {option.label}, {cost}."


def _words(violation: Violation, catalogue: Catalogue) -> str:
    values, needed = catalogue.values, violation.needed
    match violation.field:
        case "monthly_budget_usd":
            short = float(needed or 0) - (values.monthly_budget_usd or 0)
            return f"Raise the budget to ${float(needed or 0):,.0f} a month (${short:,.0f} more)"
        case "latency_p95_ms":
            return f"Allow a p95 of {float(needed or 0):,.0f} ms instead of {plain(catalogue.workload.latency_ms)} ms"
        case "throughput_rps":
            return f"Ask for {float(needed or 0):,.0f} requests a second instead of {plain(catalogue.workload.rps)}"
        case "max_replicas":
            return f"Allow {needed} machines instead of {values.max_replicas}"
        case "gpu_count":
            return f"Allow {needed} × {values.gpu_type or 'GPU'} instead of {values.gpu_count}"
        case "deadline_hours":
            allowed, asked = _spans(float(needed or 0), catalogue.workload.deadline_hours)
            return f"Allow {allowed} a run instead of {asked}"
        case "availability_slo":
            return f"Accept an availability of {needed} % instead of {plain(values.availability_slo)} %"
        case "spot_ok":
            return "Accept spot machines"
        case "gpu_required":
            return "Allow a GPU" if needed == "yes" else "Do without a GPU"
        case "gpu_type":
            return (
                f"Take {needed} instead of {values.gpu_type}" if needed != "none" else f"Do without {values.gpu_type}"
            )
        case "cloud":
            return f"Allow {needed}"
        case "regions":
            return f"Allow the region {needed}"
        case "data_residency":
            return f"Let data leave {values.data_residency} for {needed}"
        case _:
            return violation.reason


def _spans(allowed: float, asked: float) -> tuple[str, str]:
    """In days where days were asked, rounded up so that it is enough."""
    if asked >= 24 and asked % 24 == 0:
        return f"{ceil(allowed / 24):,} days", "1 day" if asked == 24 else f"{asked / 24:,.0f}"
    return f"{ceil(allowed):,} hours", plain(asked)
