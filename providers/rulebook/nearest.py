"""Of each place that fell out, the option that is nearest to what was asked, and what it lacks.

A place that is barred is barred whatever runs there. Elsewhere what nothing could let in comes last, before it what
would take absurdly long; of the rest the one that gives up fewest constraints is nearest, and of those the one that
gives way least, as in `relax`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil
from operator import itemgetter

from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.capacity import capacity_of
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.fit import Misfit
from providers.rulebook.nearness import reach
from providers.rulebook.options import Option, Violation
from providers.rulebook.relax import LATENCY_STEPS

PLACE_FIELDS = ("cloud", "data_residency", "regions")
"""What speaks against a place whatever runs there."""
NO_PRICE = Violation(None, "the price book has no price for it")
Place = tuple[str, str]
Key = tuple[bool, bool, int, bool, int, float, float, Decimal]
_REST = (0.0, 0.0, Decimal(0))


@dataclass(frozen=True, slots=True)
class Nearest:
    """`lacks` is empty for what meets the constraints and fell out over something else."""

    option: Option
    lacks: tuple[Violation, ...]
    key: Key

    @property
    def barred(self) -> bool:
        """By its place."""
        return self.key[0]


def place_of(option: Option) -> Place:
    return option.machine.cloud, option.machine.region


def nearest(catalogue: Catalogue, but: Collection[Place]) -> dict[Place, Nearest]:
    """By place, of those that are not in `but`."""
    there: dict[Place, list[Option]] = {}
    for option in catalogue.options:
        place = place_of(option)
        if place not in but:
            there.setdefault(place, []).append(option)
    search = _Search(catalogue)
    return {place: search.nearest(options) for place, options in sorted(there.items())}


@dataclass(slots=True)
class _Search:
    catalogue: Catalogue
    _fewest: dict[str, int] = field(default_factory=dict)
    """By type of machine; the same in every region."""

    def nearest(self, options: list[Option]) -> Nearest:
        barred = tuple(item for item in options[0].violations if item.field in PLACE_FIELDS)
        if barred:
            return Nearest(options[0], barred, (True, False, 0, False, len(barred), *_REST))
        best: Nearest | None = None
        for least, option in _fewest_first(options):
            if best is not None and best.key < least:
                break
            found = _measured(option, option.violations, self.catalogue)
            if best is None or found.key < best.key:
                if dear := self._dear(option):
                    found = _measured(option, (*option.violations, *dear), self.catalogue)
                best = found if best is None or found.key < best.key else best
        assert best is not None
        return best

    def _dear(self, option: Option) -> tuple[Violation, ...]:
        """What speaks against the price of machines that are too slow, however late they may answer."""
        if option.capacity is not None or not option.relaxable:
            return ()
        machine, values = option.machine, self.catalogue.values
        prices = (machine.on_demand, machine.spot if values.spot_ok else None)
        known = [price for price in prices if price is not None]
        if not known:
            return (NO_PRICE,)
        count = self._machines(option)
        budget, least = values.monthly_budget_usd, min(known) * option.hours * count + option.services
        if budget is None or least <= Decimal(repr(budget)):
            return ()
        taken = "one alone makes" if count == 1 else f"the {count:,} that it takes at the least make"
        reason = f"{taken} it ${least:,.0f} a month; the budget is ${budget:,.0f}"
        return (Violation("monthly_budget_usd", reason, float(least)),)

    def _machines(self, option: Option) -> int:
        """How many it takes when they may answer later still, as far as `relax` goes."""
        name = option.machine.type
        if name not in self._fewest:
            asked = max(float(item.needed or 0) for item in option.violations if item.field == "latency_p95_ms")
            slower = replace(self.catalogue.workload, latency_ms=asked * LATENCY_STEPS[-1])
            size = capacity_of(slower, option.machine)
            self._fewest[name] = 1 if isinstance(size, Misfit) else max(1, ceil(slower.rps / size.rate))
        return self._fewest[name]


def _fewest_first(options: list[Option]) -> list[tuple[Key, Option]]:
    """With the least that its key can be. Of those that are over the budget and nothing else, the cheapest stands for
    all, which spares most of the time."""
    marked: list[tuple[bool, int, int, Option]] = []
    cheapest: Option | None = None
    for option in options:
        lacks = option.violations
        if len(lacks) == 1 and lacks[0].field == "monthly_budget_usd":
            cheapest = option if cheapest is None or option.compared < cheapest.compared else cheapest
        else:
            marked.append((_unfit(option), _unrelaxable(lacks), len(lacks), option))
    marked.sort(key=itemgetter(0, 1, 2))
    if cheapest is not None:
        marked.insert(0, (False, 0, 1, cheapest))
    return [((False, unfit, fixed, False, number, *_REST), option) for unfit, fixed, number, option in marked]


def _measured(option: Option, lacks: tuple[Violation, ...], catalogue: Catalogue) -> Nearest:
    far, late = reach(lacks, option, catalogue)
    unfit = _unfit(option)
    number, room = 0 if late else len(lacks), -room_of(option) if unfit else 0.0
    return Nearest(option, lacks, (False, unfit, _unrelaxable(lacks), late, number, far, room, option.compared))


def _unfit(option: Option) -> bool:
    """No figure of the request would let the workload fit the machine."""
    return option.capacity is None and option.violations[-1].field is None


def _unrelaxable(violations: Iterable[Violation]) -> int:
    return [item.field for item in violations].count(None)


def room_of(option: Option) -> float:
    """GiB of the machine's accelerators, or of the machine: where memory is short, most is nearest."""
    machine = option.machine
    chip = ACCELERATORS.get(machine.accelerator)
    return float(chip.memory_gib * machine.accelerators if chip else machine.memory_gib)
