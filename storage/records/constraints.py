"""What an operator requires: the fields, the values they take, and where each value was said."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, RootModel, field_validator
from pydantic_core import PydanticCustomError

from infra.visible import plain, shows
from storage.records.ids import DecisionSetId
from storage.records.record import Record

WorkloadType = Literal[
    "realtime_inference",
    "batch_inference",
    "training",
    "fine_tuning",
    "data_pipeline",
    "rag",
    "feature_store",
    "streaming_inference",
    "edge",
]
Cloud = Literal["aws", "gcp", "azure", "onprem"]
Compliance = Literal["gdpr", "hipaa", "pci", "soc2", "fedramp", "iso27001"]
DataSensitivity = Literal["public", "internal", "pii", "phi", "financial"]
SENSITIVE: frozenset[DataSensitivity] = frozenset({"pii", "phi", "financial"})
"""What does harm to those whom it is about."""
FieldName = Literal[
    "workload_type",
    "latency_p95_ms",
    "throughput_rps",
    "monthly_budget_usd",
    "cloud",
    "regions",
    "data_residency",
    "compliance",
    "data_sensitivity",
    "gpu_required",
    "gpu_type",
    "gpu_count",
    "model_framework",
    "model_size_params",
    "dataset_size_gb",
    "availability_slo",
    "spot_ok",
    "deadline_hours",
    "orchestrator",
    "scale_to_zero",
    "max_replicas",
    "ci_cd",
    "monitoring",
]
FIELD_NAMES: tuple[FieldName, ...] = get_args(FieldName)

Positive = Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]
PositiveInt = Annotated[int, Field(gt=0, le=10**15)]
Word = Annotated[str, Field(min_length=1, max_length=80)]


_NUMBERS = (
    "latency_p95_ms",
    "throughput_rps",
    "monthly_budget_usd",
    "gpu_count",
    "model_size_params",
    "dataset_size_gb",
    "availability_slo",
    "deadline_hours",
    "max_replicas",
)
_WORDS = ("data_residency", "gpu_type", "model_framework", "orchestrator", "ci_cd")


class ConstraintValues(Record):
    """The bare values, typed. Units are in the names; money in US dollars a month; availability in percent.
    None means nobody said, and is never the same as zero or no."""

    workload_type: WorkloadType | None = None
    latency_p95_ms: Positive | None = None
    throughput_rps: Positive | None = None
    monthly_budget_usd: Positive | None = None
    cloud: list[Cloud] | None = Field(default=None, min_length=1, max_length=4)
    regions: list[Word] | None = Field(default=None, min_length=1, max_length=50)
    data_residency: Word | None = None
    compliance: list[Compliance] | None = Field(default=None, min_length=1, max_length=6)
    data_sensitivity: DataSensitivity | None = None
    gpu_required: bool | None = None
    gpu_type: Word | None = None
    gpu_count: PositiveInt | None = None
    model_framework: Word | None = None
    model_size_params: PositiveInt | None = None
    dataset_size_gb: Positive | None = None
    availability_slo: Annotated[float, Field(gt=0, le=100)] | None = None
    spot_ok: bool | None = None
    deadline_hours: Positive | None = None
    orchestrator: Word | None = None
    scale_to_zero: bool | None = None
    max_replicas: PositiveInt | None = None
    ci_cd: Word | None = None
    monitoring: list[Word] | None = Field(default=None, min_length=1, max_length=20)

    @field_validator(*_NUMBERS, mode="before")
    @classmethod
    def _no_truth_values(cls, value: Any) -> Any:
        """Python counts true as 1; nobody who sends it means so."""
        if isinstance(value, bool):
            raise PydanticCustomError("number_type", "Input should be a number, not true or false")
        return value

    @field_validator("cloud", "regions", "compliance", "monitoring")
    @classmethod
    def _no_repeats(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else sorted(set(value))


class GivenValues(ConstraintValues):
    """The same from outside, where no type is guessed: what was stored before stays readable under the laxer one."""

    @field_validator(*_NUMBERS, mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise PydanticCustomError("number_type", "Input should be a number, not text")
        return value

    @field_validator("gpu_required", "spot_ok", "scale_to_zero", mode="before")
    @classmethod
    def _truth_values(cls, value: Any) -> Any:
        if value is not None and not isinstance(value, bool):
            raise PydanticCustomError("bool_type", "Input should be true or false")
        return value

    @field_validator(*_WORDS, "regions", "monitoring")
    @classmethod
    def _words_that_show(cls, value: str | list[str] | None) -> str | list[str] | None:
        for word in [value] if isinstance(value, str) else value or ():
            if not shows(word):
                raise PydanticCustomError("blank_word", "Nothing of this can be seen; give it in words")
            if not plain(word):
                raise PydanticCustomError(
                    "hidden_word",
                    "Control characters, line breaks and characters that hide or turn text are not taken; "
                    "type it in one line",
                )
        return value


ConstraintValue = bool | int | float | str | list[str]


class Evidence(Record):
    """Where it was said: `message` is the seq of the event that holds the text, `start` and `end` are code points,
    half open. `decision_set` is set when the words were said to an ancestor."""

    message: int
    start: int
    end: int
    decision_set: DecisionSetId | None = None


class Constraint(Record):
    """One fact: its value, how sure we may be of it, and what it rests on. `source` names the rule or model call."""

    value: ConstraintValue
    status: Literal["stated", "confirmed", "assumed"]
    evidence: Evidence | None = None
    source: str = ""


class ConstraintSchema(RootModel[dict[FieldName, Constraint]]):
    """Everything known of one decision set. A field that is absent is unknown."""

    root: dict[FieldName, Constraint] = Field(default_factory=dict)

    @field_validator("root")
    @classmethod
    def _in_order(cls, root: dict[FieldName, Constraint]) -> dict[FieldName, Constraint]:
        """The fields' own order: jsonb has one of its own."""
        return {name: root[name] for name in FIELD_NAMES if name in root}

    @property
    def values(self) -> ConstraintValues:
        """The bare values. Raises pydantic.ValidationError when one is impossible."""
        return ConstraintValues.model_validate({name: item.value for name, item in self.root.items()})

    @property
    def assumed(self) -> list[FieldName]:
        """The fields whose values nobody stated."""
        return [name for name, item in self.root.items() if item.status == "assumed"]

    def with_changes(self, changes: dict[FieldName, Constraint | None]) -> ConstraintSchema:
        """A copy in which each given field is replaced, or removed where the change is None."""
        merged: dict[FieldName, Constraint] = dict(self.root)
        for name, item in changes.items():
            if item is None:
                merged.pop(name, None)
            else:
                merged[name] = item
        return ConstraintSchema({name: merged[name] for name in FIELD_NAMES if name in merged})


def checked_value(field: FieldName, value: Any) -> ConstraintValue:
    """A value from outside as the field's type. Raises pydantic.ValidationError that names the field."""
    checked = GivenValues.model_validate({field: value})
    return getattr(checked, field)
