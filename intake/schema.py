"""The constraint schema, with what people need to know of each field: its label, its unit, how a value is shown."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_currency, format_decimal

from storage.records.constraints import ConstraintSchema, ConstraintValue, FieldName
from storage.records.names import name_of

__all__ = ["MEANINGS", "ConstraintSchema", "Meaning", "label", "name_of", "show"]

_LOCALE = "en_US"
SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Meaning:
    """`unit` stands behind a value, `help` says in a few words what the field settles."""

    label: str
    unit: str
    help: str


MEANINGS: dict[FieldName, Meaning] = {
    "workload_type": Meaning("Workload", "", "What kind of work it is; decides the shape of the plan."),
    "latency_p95_ms": Meaning("Latency p95", "ms", "How fast 95 of 100 answers have to be."),
    "throughput_rps": Meaning("Throughput", "req/s", "How many requests a second it is sized for."),
    "monthly_budget_usd": Meaning("Budget", "/mo", "The most it may cost, in US dollars a month."),
    "cloud": Meaning("Cloud", "", "The clouds it may run on."),
    "regions": Meaning("Regions", "", "The regions it may run in."),
    "data_residency": Meaning("Data residency", "", "Where the data has to stay."),
    "compliance": Meaning("Compliance", "", "The rules it has to meet."),
    "data_sensitivity": Meaning("Data sensitivity", "", "How much harm a leak would do."),
    "gpu_required": Meaning("GPU needed", "", "Whether it needs GPUs."),
    "gpu_type": Meaning("GPU type", "", "The GPU it has to be."),
    "gpu_count": Meaning("GPU count", "", "How many GPUs in all."),
    "model_framework": Meaning("Framework", "", "What the model was made or is served with."),
    "model_size_params": Meaning("Model size", "parameters", "How many parameters the model has."),
    "dataset_size_gb": Meaning("Dataset", "GB", "How much data is read."),
    "availability_slo": Meaning("Availability SLO", "%", "The share of time it has to answer."),
    "spot_ok": Meaning("Spot capacity", "", "Whether it may run on machines that can be taken away."),
    "deadline_hours": Meaning("Deadline", "h", "How long one run may take."),
    "orchestrator": Meaning("Orchestrator", "", "What schedules the work."),
    "scale_to_zero": Meaning("Scale to zero", "", "Whether it may stop while nobody uses it."),
    "max_replicas": Meaning("Replicas at most", "", "The most copies that may run at once."),
    "ci_cd": Meaning("CI/CD", "", "What builds and deploys it."),
    "monitoring": Meaning("Monitoring", "", "What watches it."),
}


def label(field: FieldName) -> str:
    return MEANINGS[field].label


def show(field: FieldName, value: ConstraintValue) -> str:
    """The value as a person reads it: "80 ms", "$4,000 /mo", "yes", "AWS, Azure"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(name_of, value))
    if isinstance(value, str):
        return name_of(value)
    return _figure(field, value)


def _figure(field: FieldName, value: float) -> str:
    unit = MEANINGS[field].unit
    match field:
        case "monthly_budget_usd":
            whole = float(value).is_integer()
            pattern = "¤#,##0" if whole else "¤#,##0.00"
            return f"{format_currency(value, 'USD', pattern, locale=_LOCALE, currency_digits=False)} {unit}"
        case "model_size_params":
            return f"{_scaled(value)} {unit}"
        case "throughput_rps" if 0 < value < 1 and round(value, 2) != value:
            return f"{format_decimal(_four_digits(value * SECONDS_OF_A_DAY), '#,##0.######', locale=_LOCALE)} a day"
        case _:
            digits = "#,##0.######" if abs(value) >= 0.001 else "0.##########"
            number = format_decimal(value, digits, locale=_LOCALE)
            return f"{number} {unit}".rstrip()


def _four_digits(value: float) -> float:
    return float(f"{value:.4g}")


def _scaled(value: float) -> str:
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if value >= scale:
            return f"{value / scale:g}{letter}"
    return format_decimal(value, "#,##0", locale=_LOCALE)
