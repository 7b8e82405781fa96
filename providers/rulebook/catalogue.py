"""Every option the price book offers for a workload, each with all hard constraints it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import ceil

from providers.pricing import HOURS_A_MONTH, Instance, PriceBook
from providers.rulebook.capacity import capacity_of
from providers.rulebook.fit import Capacity, Misfit
from providers.rulebook.limits import Limits
from providers.rulebook.money import cents
from providers.rulebook.options import Option, Purchase, Violation, lasting, price_of
from providers.rulebook.services import Service, needs_of, priced
from providers.rulebook.unpriced import weighed
from providers.rulebook.workload import Workload, workload_of
from storage.records.constraints import ConstraintValues

START_HOURS = 0.1
"""Pulling the image and reading the model, per run of a job. Assumption."""
SCALING = 0.9
"""What several machines do together of what they would do alone. Assumption."""
IDLE_SHARE = Decimal("0.5")
"""Share of the month without a request when the plan may scale to zero. Assumption."""
MOST_SERVING, MOST_JOB = 200, 64

_UNPRICED = Decimal("Infinity")


@dataclass
class Catalogue:
    """One search. `options` are in the order of the book and include those that break a constraint."""

    values: ConstraintValues
    book: PriceBook
    _sizes: dict[str, Capacity | Misfit] = field(default_factory=dict)
    _priced: dict[tuple[str, str], tuple[Service, ...]] = field(default_factory=dict)
    _around: dict[tuple[str, str, int, int], tuple[Decimal, Decimal, bool]] = field(default_factory=dict)

    @cached_property
    def workload(self) -> Workload:
        return workload_of(self.values)

    @cached_property
    def options(self) -> list[Option]:
        return weighed([option for machine in self.book.instances for option in self._of(machine)], self.services)

    @cached_property
    def feasible(self) -> list[Option]:
        """Best first."""
        return sorted((option for option in self.options if option.feasible), key=lambda option: option.rank)

    def services(self, cloud: str, region: str) -> tuple[Service, ...]:
        key = (cloud, region)
        if key not in self._priced:
            self._priced[key] = priced(self._needs, cloud, region, self.book)
        return self._priced[key]

    @cached_property
    def _needs(self):
        return needs_of(self.workload, self.values)

    @cached_property
    def _limits(self) -> Limits:
        return Limits(self.values, self.workload, self.book)

    def _of(self, machine: Instance) -> Iterator[Option]:
        barred = self._limits.barred(machine)
        size = self._sizes.get(machine.type)
        if size is None:
            size = self._sizes[machine.type] = capacity_of(self.workload, machine)
        if isinstance(size, Misfit):
            misfit = Violation(size.field, size.reason, size.needed)
            yield self._option(machine, "on_demand", 1, 0, 0, None, 0.0, (*barred, misfit))
        elif self.workload.family == "serving":
            yield from self._serving(machine, size, barred)
        else:
            yield from self._runs(machine, size, barred)

    def _serving(self, machine: Instance, size: Capacity, barred: tuple[Violation, ...]) -> Iterator[Option]:
        limits, needed = self._limits, max(1, ceil(self.workload.rps / size.rate))
        if needed > MOST_SERVING:
            fault = Violation(None, f"{needed:,} machines would be needed")
            yield self._option(machine, "on_demand", 1, needed, needed, size, 0.0, (*barred, fault))
            return
        for zones, least in _spreads(needed, machine.zones):
            count = max(least, limits.fewest(machine))
            counted = (*limits.too_many_machines(count), *limits.too_many_gpus(machine, count))
            broken = (*barred, *limits.availability(zones), *counted)
            yield self._option(machine, "on_demand", zones, count, needed, size, 0.0, broken)
            if machine.spot is not None and (zones == 1 or self.values.spot_ok):
                yield self._option(machine, "spot", zones, count, needed, size, 0.0, (*broken, *limits.spot()))

    def _runs(self, machine: Instance, size: Capacity, barred: tuple[Violation, ...]) -> Iterator[Option]:
        limits = self._limits
        work = 1.0 if self.workload.family == "training" else self.workload.items
        alone = work / size.rate / 3600
        time = max(0.01, self.workload.deadline_hours - START_HOURS)
        count = max(size.least, 1 if alone <= time else ceil(alone / (SCALING * time)), limits.fewest(machine))
        bounds = (MOST_JOB, self.values.max_replicas, limits.most(machine))
        most = min(bound for bound in bounds if bound is not None)
        for purchase in self._purchases(machine):
            broken = (*barred, *(limits.spot() if purchase == "spot" else ()))
            if count <= MOST_JOB:
                hours = START_HOURS + alone / (count if count == 1 else count * SCALING)
                counted = (*limits.too_many_machines(count), *limits.too_many_gpus(machine, count))
                yield self._option(machine, purchase, 1, count, count, size, hours, (*broken, *counted))
            if size.least <= most < count:
                hours = START_HOURS + alone / (most if most == 1 else most * SCALING)
                late = Violation(
                    "deadline_hours", f"a run takes {lasting(hours)} on {most} × {machine.type}", ceil(hours)
                )
                yield self._option(machine, purchase, 1, most, most, size, hours, (*broken, late))

    def _option(
        self,
        machine: Instance,
        purchase: Purchase,
        zones: int,
        count: int,
        needed: int,
        size: Capacity | None,
        run_hours: float,
        broken: tuple[Violation, ...],
    ) -> Option:
        hours = self._hours(run_hours)
        price = price_of(machine, purchase)
        compute = None if price is None or not count else cents(price * hours * count)
        services, reserve, unpriced = self._services_usd(machine, zones, count)
        if compute is None and count:
            broken = (*broken, Violation(None, "the price book has no price for it"))
        total = _UNPRICED if compute is None else compute + services + reserve
        return Option(
            machine, purchase, zones, count, needed, size, hours, run_hours, compute, services, reserve, total,
            (*broken, *self._limits.over_budget(total, reserve)), self.workload.family == "serving", unpriced,
            transfers=(machine.cloud, machine.region) in self._limits.outside_eea,
        )  # fmt: skip

    def _hours(self, run_hours: float) -> Decimal:
        if self.workload.family == "serving":
            return HOURS_A_MONTH * IDLE_SHARE if self.values.scale_to_zero else HOURS_A_MONTH
        hours = Decimal(repr(run_hours * self.workload.runs_a_month))
        return min(HOURS_A_MONTH, max(Decimal("0.01"), hours.quantize(Decimal("0.01"), ROUND_HALF_UP)))

    def _services_usd(self, machine: Instance, zones: int, count: int) -> tuple[Decimal, Decimal, bool]:
        """US dollars a month, the reserve for what has no price, and whether there is any."""
        key = (machine.cloud, machine.region, zones, count)
        if key not in self._around:
            found = self.services(machine.cloud, machine.region)
            usd = sum((service.usd(zones, count) for service in found), Decimal(0))
            reserve = sum((service.reserve * service.times(zones, count) for service in found), Decimal(0))
            self._around[key] = (usd, reserve, any(service.figure is None for service in found))
        return self._around[key]

    def _purchases(self, machine: Instance) -> tuple[Purchase, ...]:
        return ("on_demand",) if machine.spot is None else ("on_demand", "spot")


def _spreads(needed: int, zones: int) -> list[tuple[int, int]]:
    """(zones, machines): one zone; two zones that carry the peak together; and what still carries it when a zone is
    lost."""
    spreads = [(1, needed)]
    if zones >= 2:
        spreads.append((2, max(2, needed)))
        full = min((across * ceil(needed / (across - 1)), across) for across in range(2, min(3, zones) + 1))
        if (full[1], full[0]) not in spreads:
            spreads.append((full[1], full[0]))
    return spreads
