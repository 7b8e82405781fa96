"""The bill of one option, line by line, between a low and a high month.

Low: autoscaling halves the machines above the minimum, and half the traffic; a job takes a fifth less. High: a quarter
more machines within the cap, or a quarter more work for a job; twice the traffic; a fifth of spot hours at the
on-demand price and a tenth of them done twice; prices taken from another region of the same cloud may be a quarter
dearer there; unknown prices at the dearest known of another cloud. All of these are assumptions and are listed with the
cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from providers.rulebook.catalogue import IDLE_SHARE, Catalogue
from providers.rulebook.counted import plain
from providers.rulebook.money import cents, dollars
from providers.rulebook.options import PURCHASE_WORDS, Option, lasting, price_of
from providers.rulebook.services import AVERAGE_LOAD, LOGGED_A_SECOND, Service, audited, faces_internet
from providers.rulebook.workload import DAILY, HOURS_OF_A_MONTH, WEEKLY, Workload
from storage.records.plans import Cost, CostLine

GROWTH, ROOM = 1.25, 3
ELSEWHERE, TRAFFIC_LOW, TRAFFIC_HIGH = Decimal("1.25"), Decimal("0.5"), Decimal("2")
RERUN, FALLBACK = Decimal("1.10"), Decimal("0.20")
SHORTER, LONGER = Decimal("0.8"), Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Bounds:
    low: Decimal
    likely: Decimal
    high: Decimal

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.likely + other.likely, self.high + other.high)


def replicas(option: Option, cap: int | None, scale_to_zero: bool) -> tuple[int, int]:
    """(least, most) machines that autoscaling keeps: up to three times the planned number where no cap is stated. A job
    has as many as it was planned with."""
    if not option.serving:
        return option.count, option.count
    least = 0 if scale_to_zero else max(option.zones, ceil(option.count / 2))
    most = option.count * ROOM
    return min(least, option.count), most if cap is None else max(option.count, min(cap, most))


def cost_of(option: Option, catalogue: Catalogue) -> Cost:
    services = catalogue.services(option.machine.cloud, option.machine.region)
    line, total = _compute(option, catalogue)
    lines, unknown = [line], ([] if option.compute is not None else [line.item])
    for service in services:
        line, bounds = _service(service, option)
        if bounds is None:
            unknown.append(service.need.words)
            total += Bounds(Decimal(0), Decimal(0), service.reserve * service.times(option.zones, option.count))
        else:
            total += bounds
        lines.append(line)
    return Cost(
        low=cents(total.low),
        likely=cents(total.likely),
        high=cents(total.high),
        lines=lines,
        price_book=catalogue.book.sha256,
        assumptions=_assumptions(option, catalogue, services),
        unknown=unknown,
    )


def _compute(option: Option, catalogue: Catalogue) -> tuple[CostLine, Bounds]:
    machine, values = option.machine, catalogue.values
    price = price_of(machine, option.purchase)
    quantity = option.hours * option.count
    usd = cents(quantity * price) if price is not None else None
    line = CostLine(
        item=f"{option.count} × {machine.type}, {PURCHASE_WORDS[option.purchase]}",
        quantity=quantity,
        unit="machine-hour",
        unit_usd=price,
        usd=usd,
        source=machine.source.reference,
        as_of=machine.source.as_of,
    )
    if usd is None or not option.count:
        return line, Bounds(Decimal(0), Decimal(0), Decimal(0))
    least, most = replicas(option, values.max_replicas, bool(values.scale_to_zero))
    low = high = usd
    if option.serving:
        low = usd * Decimal(least + option.count) / (2 * option.count)
        high = usd * min(most, ceil(option.count * GROWTH)) / option.count
        if values.scale_to_zero:
            high /= IDLE_SHARE
    else:
        low, high = usd * SHORTER, usd * LONGER
    if option.purchase == "spot" and price:
        dear = machine.on_demand or price
        high = high * RERUN * (1 - FALLBACK + FALLBACK * dear / price)
    return line, Bounds(low, usd, high)


def _service(service: Service, option: Option) -> tuple[CostLine, Bounds | None]:
    figure, need = service.figure, service.need
    quantity = service.quantity * service.times(option.zones, option.count)
    if figure is None:
        line = CostLine(
            item=need.words, quantity=quantity, unit=need.unit, unit_usd=None, usd=None, source="unknown", as_of="",
        )  # fmt: skip
        return line, None
    where = "" if figure.exact else f" (the figure of {figure.region})"
    usd = cents(quantity * figure.usd)
    line = CostLine(
        item=f"{need.words}: {figure.sku}",
        quantity=quantity,
        unit=figure.unit,
        unit_usd=figure.usd,
        usd=usd,
        source=figure.source.reference + where,
        as_of=figure.source.as_of,
    )
    low, high = usd, usd
    if need.swing == "traffic":
        low, high = usd * TRAFFIC_LOW, usd * TRAFFIC_HIGH
    elif need.swing == "machines":
        high = usd * Decimal(repr(GROWTH))
    return line, Bounds(low, usd, high if figure.exact else high * ELSEWHERE)


def _traffic(catalogue: Catalogue) -> list[str]:
    workload, values = catalogue.workload, catalogue.values
    found = ["Traffic: half in low, twice in high."]
    if not faces_internet(workload, values):
        found.append(
            "Egress: none, since what calls the private endpoint runs in the same cloud. Between zones: not priced."
        )
    if workload.rps * AVERAGE_LOAD > LOGGED_A_SECOND:
        audit = "; each has an audit line" if audited(values) else ""
        found.append(f"Logs: {plain(LOGGED_A_SECOND)} requests a second on average, a sample of what comes{audit}.")
    return found


def runs_assumed(option: Option, workload: Workload) -> str:
    """How often a job runs, and what one run costs."""
    usd, runs = option.run_usd, workload.runs_a_month
    often = {DAILY: f"{runs} runs a month assumed, one a day", WEEKLY: f"{runs} runs a month assumed, one a week"}
    said = often.get(runs, f"{runs} run a month assumed")
    if option.run_hours > HOURS_OF_A_MONTH:
        said = f"A run lasts {option.run_hours / HOURS_OF_A_MONTH:.1f} months, and each month is full"
    return f"{said}; one run costs {'an unknown sum' if usd is None else dollars(usd)} of machines."


def _kept(option: Option, scale_to_zero: bool) -> str:
    """How many machines of a service run for how long, in each bound."""
    whole = "the one machine" if option.count == 1 else f"all {option.count} machines"
    if scale_to_zero:
        share = f"{IDLE_SHARE:.0%} of the month, scaled to zero for the rest"
        return f"likely keeps {whole} for {share}, low half of that, high never scales to zero"
    if option.count == 1:
        return f"low and likely keep {whole} the whole month"
    return f"likely keeps {whole} the whole month, low lets autoscaling halve those above the minimum"


def _assumptions(option: Option, catalogue: Catalogue, services: tuple[Service, ...]) -> list[str]:
    found = ["No discounts, commitments or taxes."]
    if option.serving:
        kept = _kept(option, bool(catalogue.values.scale_to_zero))
        found.append(f"Utilisation: {kept}. Average load is {AVERAGE_LOAD:.0%} of the peak.")
        found.append("Growth: high adds a quarter of the machines, within the cap.")
        found += _traffic(catalogue)
    else:
        found.append(runs_assumed(option, catalogue.workload))
        found.append(f"Utilisation: a run takes {lasting(option.run_hours)}; low a fifth shorter.")
        found.append("Growth: high has a quarter more to do.")
        edge = catalogue.workload.type == "edge"
        moved = "half of the downloads in low, twice in high" if edge else "none; data stays in its region"
        found.append(f"Egress: {moved}.")
    if option.purchase == "spot":
        found.append("Spot: high does a tenth of the work twice and a fifth of it at the on-demand price.")
    elsewhere = [service.need.words for service in services if service.figure and not service.figure.exact]
    if elsewhere:
        found.append(f"Priced by another region of the cloud, a quarter dearer in high: {', '.join(elsewhere)}.")
    for known, words in ((True, "high has another cloud's price"), (False, "nor is one of another cloud in high")):
        missing = [item.need.words for item in services if item.figure is None and bool(item.reserve) is known]
        if missing:
            found.append(f"No price is known and none is in the sum: {', '.join(missing)}; {words}.")
    return found
