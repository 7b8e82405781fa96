"""What it costs against what it may cost, and how well that is known."""

from __future__ import annotations

from collections.abc import Iterator

from providers.rulebook.case import Case
from providers.rulebook.counted import machines, plain, requests
from providers.rulebook.critics.objection import Objection, Severity
from providers.rulebook.services import AUDIT_LOGS, REQUEST_LOGS

BUDGET_SHARE, IDLE_SHARE = 0.85, 0.20
PRICE_AGE_MONTHS = 24
FAR_MORE = 2
"""Times the stated number of accelerators from which on the objection is severe."""


def objections(case: Case) -> Iterator[Objection]:
    if not case.plan.feasible:
        yield from _beyond_budget(case)
        return
    yield from _against_budget(case)
    yield from _at_its_cap(case)
    yield from _more_than_stated(case)
    yield from _idle(case)
    yield from _logs(case)
    if case.cost.unknown:
        known = f"{len(case.cost.lines) - len(case.cost.unknown)} of {len(case.cost.lines)} lines have a price"
        yield Objection("unpriced", "medium", f"No price is known for {', '.join(case.cost.unknown)}.", (known,))
    yield from _stale(case)


def _against_budget(case: Case) -> Iterator[Objection]:
    budget, cost = case.budget, case.cost
    if budget is None:
        yield Objection(
            "no budget", "low", "No budget is stated, so nothing holds the cost down.", (), "", "State a budget."
        )
        return
    yield from _beyond_budget(case)
    share = float(cost.likely) / budget
    if BUDGET_SHARE < share <= 1:
        claim, evidence = f"The likely cost takes {share:.0%} of the budget.", (_of_budget(case, budget),)
        yield Objection("budget", "medium", claim, evidence, "likely cost", _cheaper(case))
    if float(cost.high) > budget:
        evidence = (f"high ${cost.high:,.0f} a month, budget ${budget:,.0f}",)
        yield Objection(
            "high month", "medium", "A high month overruns the budget.", evidence, "high cost", "Cap the replicas."
        )


def _beyond_budget(case: Case) -> Iterator[Objection]:
    """Of a plan, or of the nearest option where nothing meets the constraints."""
    budget, likely = case.budget, float(case.cost.likely)
    if budget is None or likely <= budget:
        return
    times = likely / budget
    said = "more than ten times" if times > 10 else f"{times:.1f} times" if times >= 1.1 else "more than"
    claim, evidence = f"The likely cost is {said} the budget.", (_of_budget(case, budget),)
    yield Objection("budget", "high", claim, evidence, "likely cost", _cheaper(case))


def _of_budget(case: Case, budget: float) -> str:
    return f"${case.cost.likely:,.0f} of ${budget:,.0f} a month"


def _cheaper(case: Case) -> str | None:
    savers = [item for item in case.plan.candidates if item.saves_usd_month is not None]
    return f"Take {savers[0].label}: {savers[0].rejected_because}" if savers else None


def _at_its_cap(case: Case) -> Iterator[Objection]:
    machine, most, budget, total = case.machine, case.plan.max_replicas, case.budget, case.at_cap
    if machine is None or most is None or budget is None or total is None or total <= budget:
        return
    cap = max(machine.count, machine.count + int((budget - float(case.cost.likely)) / case.machine_usd))
    evidence = (f"{machines(most)} all month cost ${total:,.0f}, the budget is ${budget:,.0f}",)
    yield Objection(
        "cap", "medium", "Autoscaling may go past the budget.", evidence, "cost at the cap", f"Cap replicas at {cap}."
    )


def _idle(case: Case) -> Iterator[Objection]:
    machine, chosen, wanted = case.machine, case.chosen, case.values.throughput_rps
    if machine is None or not machine.accelerator or chosen is None or not chosen.capacity_rps or not wanted:
        return
    share = wanted / chosen.capacity_rps
    if share < IDLE_SHARE:
        evidence = (f"{plain(wanted)} of {requests(f'{chosen.capacity_rps:,.0f}')} at the peak",)
        counter = "Share the accelerator, or serve from CPUs with a smaller model."
        yield Objection("idle", "medium", f"The accelerators would be {1 - share:.0%} idle.", evidence, "load", counter)


def _logs(case: Case) -> Iterator[Objection]:
    logs = sum(float(line.usd or 0) for line in case.cost.lines if line.item.startswith((REQUEST_LOGS, AUDIT_LOGS)))
    machines = case.machine_usd * (case.machine.count if case.machine else 0)
    if not 0 < machines < logs:
        return
    evidence = (f"logs ${logs:,.0f} a month, machines ${machines:,.0f}",)
    counter = "Write one audit line for each caller and second instead of each request."
    yield Objection("logs", "medium", "The logs cost more than the machines.", evidence, "", counter)


def _more_than_stated(case: Case) -> Iterator[Objection]:
    machine, stated = case.machine, case.values.gpu_count
    planned = machine.count * machine.accelerator_count if machine else 0
    if machine is None or stated is None or planned <= stated:
        return
    severity: Severity = "high" if planned > FAR_MORE * stated else "medium"
    evidence = (f"{machine.count} × {machine.sku} have {planned} × {machine.accelerator}, {stated} are stated",)
    yield Objection(
        "accelerators", severity, "More accelerators are planned than stated.", evidence, "", "Choose smaller machines."
    )


def _stale(case: Case) -> Iterator[Objection]:
    dates = sorted((line.as_of, line.item) for line in case.cost.lines if line.as_of)
    if dates and _months(dates[-1][0]) - _months(dates[0][0]) > PRICE_AGE_MONTHS:
        evidence = (f"{dates[0][1]}: {dates[0][0]}; newest {dates[-1][0]}",)
        yield Objection("stale", "low", "A price is more than two years older than the rest.", evidence)


def _months(as_of: str) -> int:
    year, month = as_of.split("-")[:2]
    return int(year) * 12 + int(month)
