"""From constraints to a plan: search, choose, explain, price. Deterministic: same inputs, same bytes.

Hard constraints filter; of what is left, the least risky option is taken, and of those the cheapest, unless the request
names another one of what is left. The budget is a hard constraint, so a smaller one leads to a plan with more risk,
which says so, and then to none.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from providers.base import PlanRequest, Proposal
from providers.pricing import REGIONS, PriceBook, with_staleness
from providers.rulebook.assumptions import assumptions, risks_of, sizing
from providers.rulebook.bundle.built import encrypts
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.costing import cost_of, replicas
from providers.rulebook.fallen import fell_out
from providers.rulebook.money import dollars
from providers.rulebook.options import PURCHASE_WORDS, Option, lasting, ruled_out
from providers.rulebook.patterns import patterns_for
from providers.rulebook.relax import relaxations, within_reach
from providers.rulebook.services import faces_internet
from providers.rulebook.shortlist import shortlist
from providers.rulebook.traces import traces
from providers.rulebook.workload import SIZING
from storage.records.constraints import FieldName, WorkloadType
from storage.records.plans import Cost, Plan, Resource

NAME, MODEL = "rulebook", "rulebook-1"
_SINGLE_KINDS = ("load_balancer", "storage", "registry", "logs", "network", "queue", "database", "cluster")


def plan(request: PlanRequest, book: PriceBook) -> Proposal:
    """Never raises for constraints that nothing can meet: the plan is then not feasible and says what to relax."""
    catalogue = Catalogue(request.values, book)
    chosen = _choose(catalogue, request)
    if chosen is None:
        return _infeasible(catalogue, request.today)
    return planned(catalogue, chosen, request)


def planned(catalogue: Catalogue, chosen: Option, request: PlanRequest) -> Proposal:
    """The plan of one option that meets the constraints."""
    cost = with_staleness(cost_of(chosen, catalogue), request.today)
    least, most = replicas(chosen, request.values.max_replicas, bool(request.values.scale_to_zero))
    resources = _resources(chosen, catalogue)
    made = Plan(
        summary=_summary(chosen, cost, catalogue.workload.type),
        proposed_by=f"{NAME}:{MODEL}",
        workload_type=catalogue.workload.type,
        patterns=patterns_for(catalogue, chosen),
        resources=resources,
        candidates=shortlist(catalogue.options, chosen, request.avoid),
        assumptions=assumptions(catalogue, chosen, request.avoid),
        max_replicas=most,
        min_replicas=least,
        public_endpoint=faces_internet(catalogue.workload, catalogue.values),
        encrypted=encrypts(catalogue.workload.type, chosen.machine.cloud),
        zones=chosen.zones,
        risks=risks_of(chosen, catalogue),
        traces=traces(resources, chosen, catalogue, request.avoid, by_rank=chosen is _best(catalogue, request.avoid)),
        fell_out=fell_out(catalogue, chosen, request.avoid),
    )
    confidence, basis = _confidence(catalogue, cost, request.assumed)
    return Proposal(plan=made, cost=cost, confidence=confidence, confidence_basis=basis)


def _choose(catalogue: Catalogue, request: PlanRequest) -> Option | None:
    """What was asked for where it meets the constraints and the critics left it, else the best."""
    for option in catalogue.feasible if request.take else ():
        if option.label == request.take and not ruled_out(option, request.avoid):
            return option
    return _best(catalogue, request.avoid)


def _best(catalogue: Catalogue, avoid: frozenset[str]) -> Option | None:
    """The critics' objections hold as long as they leave anything."""
    feasible = catalogue.feasible
    left = next((option for option in feasible if not ruled_out(option, avoid)), None)
    return left or next(iter(feasible), None)


def _infeasible(catalogue: Catalogue, today: date | None) -> Proposal:
    reachable = within_reach(catalogue)
    near = reachable[0] if reachable else None
    zero = Decimal("0.00")
    if near is None:
        unknown = ["Machines: none in the price book fits"]
        cost = Cost(low=zero, likely=zero, high=zero, lines=[], price_book=catalogue.book.sha256, unknown=unknown)
        summary = "No plan meets this: no machine in the price book can run the workload."
    else:
        cost = with_staleness(cost_of(near, catalogue), today)
        summary = f"No plan meets this. The nearest is {near.label}, {_monthly(cost)}."
    made = Plan(
        summary=summary,
        proposed_by=f"{NAME}:{MODEL}",
        workload_type=catalogue.workload.type,
        patterns=patterns_for(catalogue, None),
        resources=[],
        candidates=shortlist(catalogue.options, None, frozenset()),
        feasible=False,
        relax=relaxations(catalogue, reachable),
        assumptions=sizing(catalogue, near),
        max_replicas=catalogue.values.max_replicas,
        public_endpoint=faces_internet(catalogue.workload, catalogue.values),
        fell_out=fell_out(catalogue, None),
    )
    return Proposal(plan=made, cost=cost, confidence=0.9, confidence_basis="Every option in the price book was tried.")


def _resources(chosen: Option, catalogue: Catalogue) -> list[Resource]:
    """The machines, then one resource per kind of service around them."""
    machine = chosen.machine
    found = [
        Resource(
            kind="compute",
            cloud=machine.cloud,
            region=machine.region,
            sku=machine.type,
            count=chosen.count,
            purchase=chosen.purchase,
            vcpus=machine.vcpus,
            memory_gib=machine.memory_gib,
            accelerator=machine.accelerator,
            accelerator_count=machine.accelerators,
        )
    ]
    services = catalogue.services(machine.cloud, machine.region)
    for kind in _SINGLE_KINDS:
        first = next((service for service in services if service.need.kind == kind), None)
        if first is not None:
            sku = first.figure.sku if first.figure else first.need.words
            found.append(
                Resource(
                    kind=kind,
                    cloud=machine.cloud,
                    region=machine.region,
                    sku=sku,
                    count=1 if first.need.scale == "machine" else first.times(chosen.zones, chosen.count),
                    purchase="usage",
                    vcpus=first.vcpus,
                    memory_gib=round(first.gib, 1),
                )
            )
    return found


def _summary(chosen: Option, cost: Cost, workload: WorkloadType) -> str:
    machine = chosen.machine
    chip = f" ({machine.accelerators} × {machine.accelerator})" if machine.accelerator else ""
    city = REGIONS[machine.cloud, machine.region].city
    spread = f" over {chosen.zones} zones" if chosen.zones > 1 else ""
    usd = chosen.run_usd
    runs = "" if usd is None else f", {lasting(chosen.run_hours)} and about {dollars(usd)} a run"
    inference = (
        "Inference runs on the devices, which are not priced; releases are built on " if workload == "edge" else ""
    )
    return (
        f"{inference}{chosen.count} × {machine.type}{chip} {PURCHASE_WORDS[chosen.purchase]} on {machine.cloud} in"
        f" {machine.region} ({city}){spread}{runs}; {_monthly(cost)}."
    )


def _monthly(cost: Cost) -> str:
    """As the cost card has it."""
    return f"about ${cost.likely:,.0f} a month{' plus what has no price' if cost.unknown else ''}"


def _confidence(catalogue: Catalogue, cost: Cost, unstated: frozenset[FieldName]) -> tuple[float, str]:
    """0.9 less 0.1 for each sizing fact that was assumed, here or before, and 0.05 for each unknown price, 0.3 at
    least."""
    assumed, unknown = len({*catalogue.workload.assumed} | (unstated & SIZING)), len(cost.unknown)
    confidence = max(0.3, 0.9 - 0.1 * assumed - 0.05 * unknown)
    basis = f"{_counted(assumed, 'sizing fact')} assumed, {_counted(unknown, 'price')} unknown"
    return round(confidence, 2), f"{basis}; throughput is not measured."


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
