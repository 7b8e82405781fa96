"""The Pareto front: options that no other beats in cost, latency and risk at once."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from providers.rulebook.options import Option

MOST = 12
"""Options of the front that a plan keeps: the chosen one and the cheapest. Fronts had 1 to 11 when this was set."""


def pareto(feasible: Iterable[Option]) -> list[Option]:
    """Cheapest first. Of options that are equal in all three, the one that comes first stands for the rest."""
    front: list[Option] = []
    quickest: dict[int, float] = {}
    for option in sorted(feasible, key=lambda option: (option.compared, quickness(option))):
        slowness = quickness(option)
        if slowness >= quickest.get(0, inf):  # beaten by one without any risk: no need to count its own
            continue
        risk = option.risk
        if all(slowness < other for level, other in quickest.items() if level <= risk):
            front.append(option)
            quickest[risk] = slowness
    return front


def kept(front: list[Option], chosen: Option) -> list[Option]:
    """At most MOST, with the chosen one among them where it is on the front."""
    if len(front) <= MOST:
        return front
    first = front[:MOST]
    return first if chosen in first or chosen not in front else [*first[:-1], chosen]


def quickness(option: Option) -> float:
    """Milliseconds of a service's p95, hours of a job's run: what a faster option has less of."""
    if option.serving:
        return option.capacity.latency_ms if option.capacity and option.capacity.latency_ms is not None else inf
    return option.run_hours
