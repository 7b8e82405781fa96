"""Every option the price book offers for a workload, each with all hard constraints it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import ceil

from providers.pricing import HOURS_A_MONTH, Instance, PriceBook, regions_for, regions_named
from providers.pricing.accelerators import ACCELERATORS, accelerators_named
from providers.rulebook.capacity import Capacity, Misfit, capacity_of
from providers.rulebook.options import Option, Purchase, Violation
from providers.rulebook.services import Service, needs_of, priced
from providers.rulebook.workload import Workload, workload_of
from storage.records.constraints import ConstraintValues

START_HOURS = 0.1
"""Pulling the image and reading the model, per run of a job. Assumption."""
SCALING = 0.9
"""What several machines do together of what they would do alone. Assumption."""
IDLE_SHARE = Decimal("0.5")
"""Share of the month without a request when the plan may scale to zero. Assumption."""
MOST_SERVING, MOST_JOB = 200, 64
ONE_ZONE_SLO, ZONES_SLO = 99.5, 99.99
"""Percent a month: the instance-level and the multi-zone commitment of AWS's Compute Service Level Agreement; GCP and
Azure promise no less."""

_UNPRICED = Decimal("Infinity")
_BURSTABLE = re.compile(r"t\d\w*\.|Standard_B\d")
_ARM = re.compile(r"\w\dg\w*\.|Standard_\w\d+p")


@dataclass
class Catalogue:
    """One search. `options` are in the order of the book and include those that break a constraint."""

    values: ConstraintValues
    book: PriceBook
    _sizes: dict[str, Capacity | Misfit] = field(default_factory=dict)
    _priced: dict[tuple[str, str], tuple[Service, ...]] = field(default_factory=dict)
    _around: dict[tuple[str, str, int, int], tuple[Decimal, Decimal]] = field(default_factory=dict)

    @cached_property
    def workload(self) -> Workload:
        return workload_of(self.values)

    @cached_property
    def options(self) -> list[Option]:
        return [option for machine in self.book.instances for option in self._of(machine)]

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
    def _regions(self) -> frozenset[tuple[str, str]] | None:
        if self.values.regions is None:
            return None
        return frozenset().union(*(regions_named(word) for word in self.values.regions))

    @cached_property
    def _residency(self) -> frozenset[tuple[str, str]] | None:
        return None if self.values.data_residency is None else regions_for(self.values.data_residency)

    @cached_property
    def _gpus(self) -> frozenset[str] | None:
        return None if self.values.gpu_type is None else accelerators_named(self.values.gpu_type)

    def _of(self, machine: Instance) -> Iterator[Option]:
        barred = self._barred(machine)
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
        needed = max(1, ceil(self.workload.rps / size.rate), self._for_gpu_count(machine))
        if needed > MOST_SERVING:
            fault = Violation(None, f"{needed:,} machines would be needed")
            yield self._option(machine, "on_demand", 1, needed, needed, size, 0.0, (*barred, fault))
            return
        for zones, count in _spreads(needed, machine.zones):
            broken = (*barred, *self._slo(zones), *self._cap(count))
            yield self._option(machine, "on_demand", zones, count, needed, size, 0.0, broken)
            if machine.spot is not None and (zones == 1 or self.values.spot_ok):
                yield self._option(machine, "spot", zones, count, needed, size, 0.0, (*broken, *self._spot()))

    def _runs(self, machine: Instance, size: Capacity, barred: tuple[Violation, ...]) -> Iterator[Option]:
        work = 1.0 if self.workload.family == "training" else self.workload.items
        alone = work / size.rate / 3600
        time = max(0.01, self.workload.deadline_hours - START_HOURS)
        count = max(size.least, 1 if alone <= time else ceil(alone / (SCALING * time)), self._for_gpu_count(machine))
        for purchase in self._purchases(machine):
            broken = (*barred, *(self._spot() if purchase == "spot" else ()))
            if count <= MOST_JOB:
                hours = START_HOURS + alone / (count if count == 1 else count * SCALING)
                yield self._option(machine, purchase, 1, count, count, size, hours, (*broken, *self._cap(count)))
            most = min(MOST_JOB, self.values.max_replicas or MOST_JOB)
            if size.least <= most < count:
                hours = START_HOURS + alone / (most if most == 1 else most * SCALING)
                late = Violation("deadline_hours", f"a run takes {hours:,.1f} hours on {most}", ceil(hours))
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
        price = machine.spot if purchase == "spot" else machine.on_demand
        compute = None if price is None or not count else price * hours * count
        services, reserve = self._services_usd(machine, zones, count)
        if compute is None and count:
            broken = (*broken, Violation(None, "the price book has no price for it"))
        total = _UNPRICED if compute is None else compute + services + reserve
        return Option(
            machine, purchase, zones, count, needed, size, hours, run_hours, compute, services, reserve, total,
            (*broken, *self._over_budget(total, reserve)), self.workload.family == "serving",
        )  # fmt: skip

    def _over_budget(self, total: Decimal, reserve: Decimal) -> tuple[Violation, ...]:
        if total <= self._budget or total == _UNPRICED:
            return ()
        unknown = f", ${reserve:,.0f} of it for unknown prices" if reserve else ""
        reason = f"${total:,.0f} a month{unknown}; the budget is ${self._budget:,.0f}"
        return (Violation("monthly_budget_usd", reason, float(total)),)

    @cached_property
    def _budget(self) -> Decimal:
        stated = self.values.monthly_budget_usd
        return _UNPRICED if stated is None else Decimal(repr(stated))

    def _hours(self, run_hours: float) -> Decimal:
        if self.workload.family == "serving":
            return HOURS_A_MONTH * IDLE_SHARE if self.values.scale_to_zero else HOURS_A_MONTH
        hours = Decimal(repr(run_hours * self.workload.runs_a_month))
        return max(Decimal("0.01"), hours.quantize(Decimal("0.01"), ROUND_HALF_UP))

    def _services_usd(self, machine: Instance, zones: int, count: int) -> tuple[Decimal, Decimal]:
        key = (machine.cloud, machine.region, zones, count)
        if key not in self._around:
            found = self.services(machine.cloud, machine.region)
            usd = sum((service.usd(zones, count) for service in found), Decimal(0))
            reserve = sum((service.reserve * service.times(zones, count) for service in found), Decimal(0))
            self._around[key] = (usd, reserve)
        return self._around[key]

    def _purchases(self, machine: Instance) -> tuple[Purchase, ...]:
        return ("on_demand",) if machine.spot is None else ("on_demand", "spot")

    def _for_gpu_count(self, machine: Instance) -> int:
        wanted = self.values.gpu_count
        return ceil(wanted / machine.accelerators) if wanted and machine.accelerators else 1

    def _cap(self, count: int) -> tuple[Violation, ...]:
        most = self.values.max_replicas
        if most is None or count <= most:
            return ()
        return (Violation("max_replicas", f"{count} machines are needed; {most} are allowed", count),)

    def _slo(self, zones: int) -> tuple[Violation, ...]:
        slo, promised = self.values.availability_slo, ONE_ZONE_SLO if zones == 1 else ZONES_SLO
        if slo is None or slo <= promised:
            return ()
        where = "one zone" if zones == 1 else "several zones"
        return (Violation("availability_slo", f"{where} is promised {promised} %; {slo:g} % is required", promised),)

    def _spot(self) -> tuple[Violation, ...]:
        if self.values.spot_ok:
            return ()
        words = "spot is not wanted" if self.values.spot_ok is False else "nobody said interruptions are acceptable"
        return (Violation("spot_ok", words, "yes"),)

    def _barred(self, machine: Instance) -> tuple[Violation, ...]:
        """What speaks against the machine and its region, whatever the count."""
        values = self.values
        found: list[Violation] = []
        if values.cloud is not None and machine.cloud not in values.cloud:
            found.append(Violation("cloud", f"only {', '.join(values.cloud)} is allowed", machine.cloud))
        place = (machine.cloud, machine.region)
        if self._regions is not None and place not in self._regions:
            found.append(Violation("regions", f"only {', '.join(values.regions or ())} is allowed", machine.region))
        if self._residency is not None and place not in self._residency:
            found.append(Violation("data_residency", f"outside {values.data_residency}", machine.region))
        return (*found, *self._barred_chip(machine))

    def _barred_chip(self, machine: Instance) -> Iterator[Violation]:
        chip = ACCELERATORS.get(machine.accelerator)
        asked = self._gpus is not None and machine.accelerator in self._gpus
        if self._gpus is not None and not asked:
            yield Violation("gpu_type", f"{self.values.gpu_type} is required", machine.accelerator or "none")
        if chip is None and self._gpus is None and (self.values.gpu_required or self.values.gpu_count):
            yield Violation("gpu_required", "a GPU is required", "no")
        if chip is not None and self.values.gpu_required is False:
            yield Violation("gpu_required", "no GPU is wanted", "yes")
        wanted = asked or self.values.gpu_required or self.values.gpu_count
        if chip is not None and self.workload.classical and not wanted:
            yield Violation(None, "the workload has no use for an accelerator")
        if chip is not None and chip.retired and not asked:
            yield Violation(None, f"{chip.name} is being withdrawn by the clouds")
        if chip is not None and chip.compiled and not asked:
            yield Violation(None, f"{chip.name} runs only models compiled for it")
        if _BURSTABLE.match(machine.type):
            yield Violation(None, "burstable: its CPU credits run out under steady load")
        if _ARM.match(machine.type):
            yield Violation(None, "an ARM machine; the images are built for x86-64")


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
