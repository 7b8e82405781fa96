"""What the planner has to say to one kind of objection: to that alone, or a short sentence that is true whatever it
is."""

from __future__ import annotations

from collections.abc import Callable

from providers.rulebook.counted import machines
from providers.rulebook.options import RISK_WORDS, risk_weight
from storage.records.plans import Candidate, Critique, Plan

Reply = Callable[[Critique, Plan, Candidate], str]


def reply(critique: Critique, plan: Plan, chosen: Candidate) -> str | None:
    """None for a kind that the figures of other options answer, and for what a model worded."""
    found = _REPLIES.get(critique.kind)
    if found is None:
        return None
    return found if isinstance(found, str) else found(critique, plan, chosen)


def _unpriced(critique: Critique, plan: Plan, chosen: Candidate) -> str:
    unknown = RISK_WORDS["price"]
    known = [item for item in _met(plan) if unknown not in item.risks]
    high = "The high month has the dearest price that another cloud asks for it, where one is known."
    if not known:
        return f"{high} Every option shown that meets the constraints lacks prices as well."
    nearest = min(known, key=lambda item: item.cost_usd_month or 0)
    return f"{high} {nearest.label}, has all its prices: {nearest.rejected_because}"


def _safer(name: str) -> Reply:
    """The nearest option that risks less and not that, whether it meets the constraints or not."""

    def found(critique: Critique, plan: Plan, chosen: Candidate) -> str:
        less = [item for item in plan.candidates if risk_weight(item.risks) < risk_weight(chosen.risks)]
        others = [item for item in less if RISK_WORDS[name] not in item.risks]
        if not others:
            return "No option that meets the constraints is without that risk."
        nearest = min(others, key=lambda item: (not item.pareto, item.cloud != chosen.cloud, item.cost_usd_month or 0))
        proposed = f"{plan.reason} " if plan.reason else ""
        return f"{proposed}The nearest without that risk, {nearest.label}: {nearest.rejected_because}"

    return found


def _cap(critique: Critique, plan: Plan, chosen: Candidate) -> str:
    return (
        f"No lower cap than {machines(plan.max_replicas or 0)} is stated; the budget is held against the likely month."
    )


def _accelerators(critique: Critique, plan: Plan, chosen: Candidate) -> str:
    """Only machines that come with more than was stated are planned past it."""
    machine = next(item for item in plan.resources if item.kind == "compute")
    return f"{machine.cloud} {machine.region} sells them by {machine.accelerator_count}."


def _residency(critique: Critique, plan: Plan, chosen: Candidate) -> str:
    return f"Nothing stated rules {chosen.region} out; a stated residency would."


def _met(plan: Plan) -> list[Candidate]:
    """The options shown that meet the constraints: those on the front, and those that nothing but cost kept out."""
    return [item for item in plan.candidates if not item.chosen and (item.pareto or item.saves_usd_month is not None)]


_REPLIES: dict[str, str | Reply] = {
    "unpriced": _unpriced,
    "cap": _cap,
    "high month": "The budget is held against the likely month; a cap on the machines bounds a high one.",
    "logs": "Each request is written down because of the class of the data; what is written is the owner's to decide.",
    "accelerators": _accelerators,
    "stale": "The price book has no newer figure for it.",
    "cold start": "Scaling to zero was asked for.",
    "memory": "Model and runtime fit; what is left bounds how many requests run at once, and the rate counts that.",
    "store": "It was not sized for these figures.",
    "store size": "One server is what is planned; splitting the store is the owner's to decide.",
    "device": "The cloud's part stays the same whichever device or model is taken.",
    "size": "Nothing stated speaks for another size; the plan follows as soon as one is stated.",
    "zone": _safer("zone"),
    "partial": _safer("partial"),
    "spot": _safer("spot"),
    "promise": "The promise is the cloud's, whatever machines are planned.",
    "residency": _residency,
    "retired": "It is the stated accelerator, or the only one that meets the constraints.",
    "checkpoint": "The plan names no checkpointing.",
    "exposed": "No private network is planned.",
    "unencrypted": "The generated infrastructure does not encrypt everything at rest on this cloud.",
}
