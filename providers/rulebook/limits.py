"""The hard constraints, each as what an option breaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from math import ceil

from providers.pricing import REGIONS, Instance, PriceBook, regions_for, regions_named
from providers.pricing.accelerators import ACCELERATORS, accelerators_named
from providers.rulebook.counted import plain
from providers.rulebook.options import Violation
from providers.rulebook.workload import Workload
from storage.records.constraints import ConstraintValues

ONE_ZONE_SLO, ZONES_SLO = 99.5, 99.99
"""Percent a month: the instance-level and the multi-zone commitment of AWS's Compute Service Level Agreement; GCP and
Azure promise no less."""

_UNBOUNDED = Decimal("Infinity")
_BURSTABLE = re.compile(r"t\d\w*\.|Standard_B\d")
_ARM = re.compile(r"\w\dg\w*\.|Standard_\w\d+p")


@dataclass
class Limits:
    values: ConstraintValues
    workload: Workload
    book: PriceBook
    _places: dict[tuple[str, str], tuple[Violation, ...]] = field(default_factory=dict)
    _types: dict[str, tuple[Violation, ...]] = field(default_factory=dict)

    def barred(self, machine: Instance) -> tuple[Violation, ...]:
        """What speaks against the machine and its region, whatever the count."""
        place = (machine.cloud, machine.region)
        if place not in self._places:
            self._places[place] = tuple(self._barred_place(*place))
        if machine.type not in self._types:
            self._types[machine.type] = tuple(self._barred_type(machine))
        return self._places[place] + self._types[machine.type]

    def _barred_place(self, cloud: str, region: str) -> Iterator[Violation]:
        values = self.values
        if values.cloud is not None and cloud not in values.cloud:
            yield Violation("cloud", f"only {', '.join(values.cloud)} is allowed", cloud)
        if self._regions is not None and (cloud, region) not in self._regions:
            yield Violation("regions", f"only {', '.join(values.regions or ())} is allowed", region)
        if self._residency is not None and (cloud, region) not in self._residency:
            yield Violation("data_residency", f"outside {values.data_residency}", region)

    def _barred_type(self, machine: Instance) -> Iterator[Violation]:
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

    def fewest(self, machine: Instance) -> int:
        """Machines that have the stated number of accelerators."""
        wanted = self.values.gpu_count
        return ceil(wanted / machine.accelerators) if wanted and machine.accelerators else 1

    def most(self, machine: Instance) -> int | None:
        """Machines that have no more accelerators than stated, or than the cloud sells at the least in that region,
        since an eight-GPU host is sold whole. None where no number is stated; 0 where one machine has too many."""
        wanted = self.values.gpu_count
        if not wanted or not machine.accelerators:
            return None
        piece = self._pieces[machine.cloud, machine.region, machine.accelerator]
        return ceil(wanted / piece) * piece // machine.accelerators

    def too_many_gpus(self, machine: Instance, count: int) -> tuple[Violation, ...]:
        most = self.most(machine)
        if most is None or count <= most:
            return ()
        planned, stated = count * machine.accelerators, self.values.gpu_count
        return (Violation("gpu_count", f"{planned} × {machine.accelerator} are needed; {stated} are stated", planned),)

    def too_many_machines(self, count: int) -> tuple[Violation, ...]:
        most = self.values.max_replicas
        if most is None or count <= most:
            return ()
        return (Violation("max_replicas", f"{count} machines are needed; {most} are allowed", count),)

    def availability(self, zones: int) -> tuple[Violation, ...]:
        slo, promised = self.values.availability_slo, ONE_ZONE_SLO if zones == 1 else ZONES_SLO
        if slo is None or slo <= promised:
            return ()
        where = "one zone" if zones == 1 else "several zones"
        return (
            Violation("availability_slo", f"{where} is promised {promised} %; {plain(slo)} % is required", promised),
        )

    def spot(self) -> tuple[Violation, ...]:
        if self.values.spot_ok:
            return ()
        return (Violation("spot_ok", "nobody said interruptions are acceptable", "yes"),)

    def over_budget(self, total: Decimal, reserve: Decimal) -> tuple[Violation, ...]:
        """`total` is infinite for what has no price, which is told elsewhere."""
        if total <= self._budget or total == _UNBOUNDED:
            return ()
        unknown = f", ${reserve:,.0f} of it for unknown prices" if reserve else ""
        reason = f"${total:,.0f} a month{unknown}; the budget is ${self._budget:,.0f}"
        return (Violation("monthly_budget_usd", reason, float(total)),)

    @cached_property
    def _budget(self) -> Decimal:
        stated = self.values.monthly_budget_usd
        return _UNBOUNDED if stated is None else Decimal(repr(stated))

    @cached_property
    def _regions(self) -> frozenset[tuple[str, str]] | None:
        if self.values.regions is None:
            return None
        return frozenset().union(*(regions_named(word) for word in self.values.regions))

    @cached_property
    def _residency(self) -> frozenset[tuple[str, str]] | None:
        return None if self.values.data_residency is None else regions_for(self.values.data_residency)

    @cached_property
    def outside_eea(self) -> frozenset[tuple[str, str]]:
        """Where data under the GDPR would be transferred to; empty where it does not apply or a residency is stated."""
        if "gdpr" not in (self.values.compliance or ()) or self.values.data_residency is not None:
            return frozenset()
        return frozenset(REGIONS) - regions_for("EEA")

    @cached_property
    def _gpus(self) -> frozenset[str] | None:
        return None if self.values.gpu_type is None else accelerators_named(self.values.gpu_type)

    @cached_property
    def _pieces(self) -> dict[tuple[str, str, str], int]:
        """The fewest accelerators of a kind that one machine has, by cloud and region."""
        found: dict[tuple[str, str, str], int] = {}
        for machine in self.book.instances:
            if machine.accelerators:
                key = (machine.cloud, machine.region, machine.accelerator)
                found[key] = min(machine.accelerators, found.get(key, machine.accelerators))
        return found
