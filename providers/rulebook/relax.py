"""When nothing meets the constraints: which one to relax, by how much, and what that would cost."""

from __future__ import annotations

from collections.abc import Iterator

from providers.pricing import regions_for, regions_named
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.options import Option, Violation

MOST = 5
FURTHEST = 10


def within_reach(catalogue: Catalogue) -> list[Option]:
    """The options that only relaxable constraints keep out, nearest first: fewest constraints broken, then cost."""
    found = [
        option
        for option in _tried(catalogue)
        if option.relaxable and option.compute is not None and not _absurd(option, catalogue)
    ]
    return sorted(found, key=lambda option: (len(_fields(option)), option.order))


def _absurd(option: Option, catalogue: Catalogue) -> bool:
    """A run that would take more than FURTHEST times as long as it may is no advice to anybody."""
    allowed = catalogue.workload.deadline_hours
    return any(
        violation.field == "deadline_hours" and bool(allowed) and float(violation.needed or 0) > FURTHEST * allowed
        for violation in option.violations
    )


def relaxations(catalogue: Catalogue, reachable: list[Option]) -> list[str]:
    """One sentence per single constraint that would do, cheapest first; pairs and more only where none would alone."""
    found = _without_figures(catalogue)
    if not reachable:
        return [*found, "No machine in the price book can run this workload."]
    fewest = len(_fields(reachable[0]))
    seen: set[frozenset[object]] = set()
    for option in reachable:
        way = frozenset(_way(violation) for violation in option.violations)
        if len(_fields(option)) == fewest and way not in seen and len(found) < MOST:
            seen.add(way)
            found.append(_sentence(option, catalogue))
    return found


def _way(violation: Violation) -> object:
    """Each step down in availability is a way of its own; of the rest, the cheapest value stands for its field."""
    return (violation.field, violation.needed) if violation.field == "availability_slo" else violation.field


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
    """Every option; those that another constraint would size anew, as they would then be."""
    if _size_follows_from_gpu(catalogue):
        yield from (option for option in catalogue.options if not option.machine.accelerator)
        yield from _with_gpus(catalogue)
    else:
        yield from catalogue.options
    if not any(option.capacity is not None for option in catalogue.options):
        yield from _slower(catalogue)


def _size_follows_from_gpu(catalogue: Catalogue) -> bool:
    """The model was assumed to be small because no GPU is wanted; with one, that would not be assumed."""
    return catalogue.values.gpu_required is False and "model_size_params" in catalogue.workload.assumed


def _with_gpus(catalogue: Catalogue) -> Iterator[Option]:
    other = Catalogue(catalogue.values.model_copy(update={"gpu_required": None}), catalogue.book)
    broken = Violation("gpu_required", "no GPU is wanted", "yes")
    yield from (option.with_violation(broken) for option in other.options if option.machine.accelerator)


def _slower(catalogue: Catalogue) -> Iterator[Option]:
    """Latency keeps every option out: the options at the least latency that any can have."""
    too_slow = [
        float(violation.needed)
        for option in catalogue.options
        for violation in option.violations
        if violation.field == "latency_p95_ms" and violation.needed is not None
    ]
    if not too_slow:
        return
    needed = min(too_slow)
    slower = Catalogue(catalogue.values.model_copy(update={"latency_p95_ms": needed}), catalogue.book)
    broken = Violation("latency_p95_ms", f"p95 of {needed:,.0f} ms", needed)
    yield from (option.with_violation(broken) for option in slower.options if option.compute is not None)


def _sentence(option: Option, catalogue: Catalogue) -> str:
    parts = [_words(violation, catalogue) for violation in option.violations]
    cost = f"about ${option.compared:,.0f} a month"
    return f"{' and '.join(parts)}: {option.label}, {cost}."


def _words(violation: Violation, catalogue: Catalogue) -> str:
    values, needed = catalogue.values, violation.needed
    match violation.field:
        case "monthly_budget_usd":
            short = float(needed or 0) - (values.monthly_budget_usd or 0)
            return f"Raise the budget to ${float(needed or 0):,.0f} a month (${short:,.0f} more)"
        case "latency_p95_ms":
            return f"Allow a p95 of {float(needed or 0):,.0f} ms instead of {catalogue.workload.latency_ms:g} ms"
        case "max_replicas":
            return f"Allow {needed} machines instead of {values.max_replicas}"
        case "deadline_hours":
            return f"Allow {needed} hours a run instead of {catalogue.workload.deadline_hours:g}"
        case "availability_slo":
            return f"Accept an availability of {needed} % instead of {values.availability_slo:g} %"
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
