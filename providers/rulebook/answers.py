"""The planner's case against an objection, from the plan's own figures: what the gate shows beside the critic's."""

from __future__ import annotations

from collections.abc import Collection

from providers.rulebook.options import risk_weight, ruled_out
from providers.rulebook.replies import reply
from storage.records.plans import Candidate, Critique, Plan


def answer(critique: Critique, plan: Plan, avoided: Collection[str]) -> str:
    """`avoided` is what critics ruled out before this plan was made. Empty for no objection."""
    chosen = next((item for item in plan.candidates if item.chosen), None)
    if critique.severity == "none":
        return ""
    if chosen is None:
        return "No option meets the constraints; the plan lists what to relax."
    if ruled_out(chosen, avoided):
        return "It was ruled out and stands all the same: no option that the critics left meets the constraints."
    if (said := reply(critique, plan, chosen)) is not None:
        return said
    none = "Of what the critics left, no option" if avoided else "No option"
    front = [item for item in plan.candidates if item.pareto and not item.chosen]
    return {"tech": _tech, "cost": _cost, "risk": _risk}[critique.critic](plan, chosen, front, none)


def _tech(plan: Plan, chosen: Candidate, front: list[Candidate], none: str) -> str:
    sized = next((item.reason.split(". ")[0] for item in plan.traces if item.kind == "compute"), "")
    own, quick = _slowness(chosen), [item for item in front if _slowness(item) < _slowness(chosen)]
    if own == float("inf"):
        return f"{sized}."
    if not quick:
        return f"{sized}. {none} on the front is faster."
    nearest = min(quick, key=lambda item: (len(item.risks), item.cost_usd_month or 0))
    return f"{sized}. The nearest that is faster, {nearest.label}: {nearest.rejected_because}"


def _cost(plan: Plan, chosen: Candidate, front: list[Candidate], none: str) -> str:
    cheaper = [item for item in front if item.saves_usd_month is not None]
    if not cheaper:
        return f"{none} that meets the constraints costs less."
    nearest = min(cheaper, key=lambda item: (len(item.risks), item.cost_usd_month or 0))
    riskier = all(risk_weight(item.risks) > risk_weight(chosen.risks) for item in cheaper)
    lead = "What costs less risks more. " if riskier else _proposed(plan)
    return f"{lead}{nearest.label}: {nearest.rejected_because}"


def _proposed(plan: Plan) -> str:
    """The reason of whoever took another option than the rules would have."""
    return f"{plan.reason} " if plan.reason else ""


def _risk(plan: Plan, chosen: Candidate, front: list[Candidate], none: str) -> str:
    safer = [item for item in front if risk_weight(item.risks) < risk_weight(chosen.risks)]
    if safer:
        nearest = min(safer, key=lambda item: (risk_weight(item.risks), item.cost_usd_month or 0))
        return f"{_proposed(plan)}{nearest.label}: {nearest.rejected_because}"
    if chosen.risks:
        return f"{none} that meets the constraints risks less; taken are: {'; '.join(chosen.risks)}."
    return "Machines, zones and prices carry none of the risks that options are ranked by."


def _slowness(item: Candidate) -> float:
    found = item.latency_p95_ms if item.latency_p95_ms is not None else item.run_hours
    return float("inf") if found is None else found
