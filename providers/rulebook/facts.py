"""A plan's own figures as sentences, each with the constraints it is held against: what a critic may call evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from providers.base import CriticName
from providers.rulebook.case import WANTED, Case, looks
from providers.rulebook.counted import machines, plain
from providers.rulebook.options import PURCHASE_WORDS
from storage.records.constraints import FieldName
from storage.records.plans import CostLine


@dataclass(frozen=True, slots=True)
class Fact:
    """`rests_on` names the constraints whose values its figures are held against."""

    words: str
    rests_on: tuple[FieldName, ...] = ()


def facts(critic: CriticName, case: Case) -> list[Fact]:
    """What this critic looks at first, then the plan and its cost line by line. None holds a critic's words."""
    found = [Fact(str(look), look.rests_on) for look in looks(critic, case)]
    found += [Fact(f"Nobody stated {name}", (name,)) for name in WANTED[critic] if getattr(case.values, name) is None]
    return [*found, *_machines(case), *_standing(case), *_money(case)]


def _machines(case: Case) -> Iterator[Fact]:
    machine, plan = case.machine, case.plan
    if machine is not None:
        zones = "1 zone" if plan.zones == 1 else f"{plan.zones} zones"
        bought = PURCHASE_WORDS.get(machine.purchase, machine.purchase)
        yield Fact(f"{machine.count} × {machine.sku} {bought} on {machine.cloud} in {machine.region}, {zones}")
        chips = f", {machine.accelerator_count} × {machine.accelerator}" if machine.accelerator else ""
        yield Fact(f"Each machine has {machine.vcpus} vCPUs and {plain(machine.memory_gib)} GiB of memory{chips}")
    if plan.max_replicas is not None:
        fields: tuple[FieldName, ...] = ("max_replicas",) if case.values.max_replicas is not None else ()
        yield Fact(f"Autoscaling keeps {plan.min_replicas} to {machines(plan.max_replicas)}", fields)
    chosen = case.chosen
    if chosen is not None and not case.serving and chosen.run_hours is not None:
        limit = case.values.deadline_hours
        allowed = f", {plain(limit)} may pass" if limit is not None else ""
        yield Fact(
            f"A run takes {plain(chosen.run_hours)} hours{allowed}", ("deadline_hours",) if limit is not None else ()
        )


def _standing(case: Case) -> Iterator[Fact]:
    plan, values = case.plan, case.values
    if values.availability_slo is not None:
        yield Fact(f"Availability of {plain(values.availability_slo)} % is asked for", ("availability_slo",))
    about: tuple[FieldName, ...] = ("data_sensitivity",) if values.data_sensitivity is not None else ()
    kind = f"; the data is {values.data_sensitivity}" if values.data_sensitivity is not None else ""
    yield Fact(f"The endpoint is {'public' if plan.public_endpoint else 'not public'}{kind}", about)
    yield Fact(f"Data at rest is {'encrypted' if plan.encrypted else 'not encrypted'}{kind}", about)
    for risk in plan.risks:
        yield Fact(f"Taken as a risk: {risk}")
    if plan.patterns:
        yield Fact(f"The plan has: {', '.join(item.name for item in plan.patterns)}")
    for assumption in plan.assumptions:
        yield Fact(f"Assumed: {assumption.rstrip('.')}")


def _money(case: Case) -> Iterator[Fact]:
    cost, budget = case.cost, case.budget
    about: tuple[FieldName, ...] = ("monthly_budget_usd",) if budget is not None else ()
    against = f"; the budget is ${budget:,.2f}" if budget is not None else ""
    yield Fact(
        f"A month costs ${cost.likely:,.2f} likely, ${cost.low:,.2f} low, ${cost.high:,.2f} high{against}", about
    )
    for line in cost.lines:
        yield Fact(_line(line))
    for assumption in cost.assumptions:
        yield Fact(f"The cost rests on: {assumption.rstrip('.')}")


def _line(line: CostLine) -> str:
    if line.usd is None:
        return f"{line.item}: its price is unknown"
    return f"{line.item}: ${line.usd:,.2f} a month, by a price of {line.as_of}"
