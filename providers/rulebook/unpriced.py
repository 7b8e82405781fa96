"""Which options unknown prices speak against. What every option that meets the constraints lacks a price for tells none
of them from another; of the rest, what would matter beside the cheapest of them is a risk, the same sum for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from providers.rulebook.options import Option
from providers.rulebook.services import Service

MATTERS = Decimal("0.01")
"""Share of the cheapest option's cost from which on an unknown price counts. Assumption."""

Around = Callable[[str, str], tuple[Service, ...]]
"""The services of a cloud's region."""


def weighed(options: list[Option], around: Around) -> list[Option]:
    """The same options in the same order; of those that meet the constraints, marked where unknown prices count."""
    feasible = [option for option in options if option.feasible]
    if not feasible:
        return options
    places = {(option.machine.cloud, option.machine.region) for option in feasible}
    shared = frozenset.intersection(*(_lacking(around(*place)) for place in places))
    least = min(option.compared for option in feasible) * MATTERS
    return [
        replace(option, unpriced_counts=True) if option.feasible and _own(option, shared, around, least) else option
        for option in options
    ]


def _own(option: Option, shared: frozenset[str], around: Around, least: Decimal) -> bool:
    if not option.unpriced:
        return False
    own = [
        service
        for service in around(option.machine.cloud, option.machine.region)
        if service.figure is None and service.need.item not in shared
    ]
    reserve = sum((service.reserve * service.times(option.zones, option.count) for service in own), Decimal(0))
    return bool(own) and (reserve > least or any(not service.reserve for service in own))


def _lacking(services: tuple[Service, ...]) -> frozenset[str]:
    return frozenset(service.need.item for service in services if service.figure is None)
