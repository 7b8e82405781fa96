"""What a model that plans or criticises is given of constraints and options, as plain JSON data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from storage.records.constraints import ConstraintValues, FieldName
from storage.records.plans import Candidate, Plan


def offered(plan: Plan) -> list[Candidate]:
    """What may be chosen: the plan's own option and the rest of the front, in the plan's order."""
    return [item for item in plan.candidates if item.chosen or item.pareto]


def constraints(values: ConstraintValues, assumed: Collection[FieldName]) -> dict[str, Any]:
    known = values.model_dump(mode="json", exclude_none=True)
    return {
        name: {"value": _whole(value), "status": "assumed" if name in assumed else "stated"}
        for name, value in known.items()
    }


def options(found: Sequence[Candidate], values: ConstraintValues) -> list[dict[str, Any]]:
    """Numbered from 1, with what a model would otherwise calculate: differences from the plan's own option, and shares
    of what is asked for in percent."""
    own = next((item.cost_usd_month for item in found if item.chosen), None)
    return [_option(number, item, own, values) for number, item in enumerate(found, 1)]


def _option(number: int, item: Candidate, own: Decimal | None, values: ConstraintValues) -> dict[str, Any]:
    cost = item.cost_usd_month
    apart = None if item.chosen or cost is None or own is None else cost - own
    told: Mapping[str, Any] = {
        "option": number,
        "label": item.label,
        "usd_a_month": _whole(cost),
        "usd_a_month_more": None if apart is None or apart < 0 else _whole(apart),
        "usd_a_month_less": None if apart is None or apart >= 0 else _whole(-apart),
        "percent_of_budget": _percent(cost, values.monthly_budget_usd),
        "latency_p95_ms": _whole(item.latency_p95_ms),
        "percent_of_latency_target": _percent(item.latency_p95_ms, values.latency_p95_ms),
        "requests_a_second_carried": _whole(item.capacity_rps),
        "percent_of_throughput_asked": _percent(item.capacity_rps, values.throughput_rps),
        "hours_a_run": _whole(item.run_hours),
        "percent_of_deadline": _percent(item.run_hours, values.deadline_hours),
    }
    return {name: value for name, value in told.items() if value is not None} | {"risks": item.risks}


def _percent(figure: Decimal | float | None, of: float | None) -> float | int | None:
    return None if figure is None or not of else _whole(round(float(figure) / of * 100, 1))


def _whole(value: Any) -> Any:
    """80 for 80.0: a model that is shown a decimal repeats it."""
    if isinstance(value, Decimal):
        value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
