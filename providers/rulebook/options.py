"""One way to run the workload: machines, region, purchase and spread over zones, with its cost and what speaks against
it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from providers.pricing import Instance
from providers.rulebook.fit import Capacity
from storage.records.constraints import FieldName
from storage.records.plans import Candidate

Purchase = Literal["on_demand", "spot"]
PURCHASE_WORDS: dict[str, str] = {"on_demand": "on demand", "spot": "spot"}

RISK_WEIGHTS = {"zone": 4, "spot": 4, "partial": 2, "transfer": 2, "price": 1}
RISK_WORDS = {
    "zone": "the loss of its one zone stops it",
    "spot": "spot machines can be taken back at two minutes' notice",
    "partial": "the loss of a zone leaves less than the peak needs",
    "transfer": "data under the GDPR would leave the EEA",
    "price": "part of its price is unknown",
}
SPOT = "every spot machine"
"""What a critic rules out instead of a label, since each spot machine is followed by the next."""


def price_of(machine: Instance, purchase: Purchase) -> Decimal | None:
    """US dollars an hour."""
    return machine.spot if purchase == "spot" else machine.on_demand


def lasting(hours: float) -> str:
    """Hours, and from two days on days: "6.5 hours", "10 days"."""
    return f"{hours:,.1f} hours" if hours < 48 else f"{hours / 24:,.0f} days"


@dataclass(frozen=True, slots=True)
class Violation:
    """A hard constraint that an option does not meet. `needed` is the value of `field` that would let it in; a
    violation without a field cannot be relaxed."""

    field: FieldName | None
    reason: str
    needed: float | str | None = None


@dataclass(slots=True, eq=False)  # not frozen: a search makes thousands, and freezing took a quarter of its time
class Option:
    """Not changed once it is made. `hours` are hours a month that each machine is paid for, never more than a month
    has; `compute` and `services` US dollars a month, `compute` None when the book has no price; `reserve` stands for
    service prices the book does not have. `needed` is how many machines the peak takes. `unpriced`: the book lacks a
    price of something around the machines; `unpriced_counts`: and that speaks against this option (see
    `unpriced.weighed`). `transfers`: data under the GDPR would leave the EEA without a stated residency."""

    machine: Instance
    purchase: Purchase
    zones: int
    count: int
    needed: int
    capacity: Capacity | None
    hours: Decimal
    run_hours: float
    compute: Decimal | None
    services: Decimal
    reserve: Decimal
    compared: Decimal
    """The likely cost with the reserve for unknown prices: what options are ranked and held to the budget by."""
    violations: tuple[Violation, ...]
    serving: bool
    unpriced: bool = False
    unpriced_counts: bool = False
    transfers: bool = False

    @property
    def label(self) -> str:
        spread = f", {self.zones} zones" if self.zones > 1 else ""
        machine = self.machine
        count = f"{self.count} × " if self.count else ""
        return f"{count}{machine.type} {PURCHASE_WORDS[self.purchase]}, {machine.cloud} {machine.region}{spread}"

    @property
    def feasible(self) -> bool:
        return not self.violations and self.compute is not None

    @property
    def likely(self) -> Decimal | None:
        """US dollars a month of everything that has a price."""
        return None if self.compute is None else self.compute + self.services

    @property
    def run_usd(self) -> Decimal | None:
        """US dollars of machines that one run of a job takes, however many months it lasts."""
        price = price_of(self.machine, self.purchase)
        return None if self.serving or price is None else price * self.count * Decimal(repr(self.run_hours))

    @property
    def risks(self) -> tuple[str, ...]:
        found: list[str] = []
        if self.serving and self.zones == 1:
            found.append("zone")
        if self.serving and self.purchase == "spot":
            found.append("spot")
        if self.serving and self.zones > 1 and self.count - -(-self.count // self.zones) < self.needed:
            found.append("partial")
        if self.transfers:
            found.append("transfer")
        if self.unpriced:
            found.append("price")
        return tuple(found)

    @property
    def risk(self) -> int:
        """What options are ranked by: an unknown price counts only where others do not share it."""
        return sum(RISK_WEIGHTS[name] for name in self.risks if name != "price" or self.unpriced_counts)

    @property
    def order(self) -> tuple[Decimal, float, str, str, str, int]:
        """By cost, then latency; the rest settles what is still equal."""
        latency = self.capacity.latency_ms if self.capacity and self.capacity.latency_ms else 0.0
        machine = self.machine
        return self.compared, latency, machine.cloud, machine.region, machine.type, self.zones

    @property
    def rank(self) -> tuple[int, tuple[Decimal, float, str, str, str, int]]:
        """Least risk first."""
        return self.risk, self.order

    @property
    def relaxable(self) -> bool:
        return bool(self.violations) and all(violation.field for violation in self.violations)

    @property
    def rate(self) -> float | None:
        """Requests or records a second at the utilisation target."""
        return None if self.capacity is None else self.capacity.rate * self.count

    def with_violation(self, violation: Violation) -> Option:
        return replace(self, violations=(*self.violations, violation))


def risk_weight(words: Iterable[str]) -> int:
    """Of risks in words."""
    taken = set(words)
    return sum(weight for name, weight in RISK_WEIGHTS.items() if RISK_WORDS[name] in taken)


def ruled_out(option: Option | Candidate, avoid: Collection[str]) -> bool:
    """By its label, or as a spot machine."""
    return option.label in avoid or (option.purchase == "spot" and SPOT in avoid)
