"""What must run, in the numbers that size it. What the operator did not say is assumed, and named as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from providers.rulebook.counted import plain, requests
from storage.records.constraints import ConstraintValues, FieldName, WorkloadType

Family = Literal["serving", "job", "training"]

FAMILY: dict[WorkloadType, Family] = {
    "realtime_inference": "serving",
    "streaming_inference": "serving",
    "rag": "serving",
    "feature_store": "serving",
    "batch_inference": "job",
    "data_pipeline": "job",
    "edge": "job",
    "training": "training",
    "fine_tuning": "training",
}
CLASSICAL = frozenset(
    {"sklearn", "scikit-learn", "scikitlearn", "xgboost", "lightgbm", "catboost", "spark", "sparkml", "statsmodels"}
    | {"prophet", "pmml", "h2o"}
)
GENERATIVE = frozenset({"vllm", "tgi", "llama.cpp", "llamacpp", "ollama", "sglang", "tensorrt-llm", "deepspeed"})
SIZING: frozenset[FieldName] = frozenset(
    {"workload_type", "model_size_params", "throughput_rps", "latency_p95_ms", "dataset_size_gb", "deadline_hours"}
)
"""What decides how much has to run."""
WITHOUT_MODEL = frozenset({"data_pipeline", "feature_store"})
GENERATIVE_FROM_PARAMS = 1e9

BERT_BASE_PARAMS = 110e6
"""Devlin et al. 2018, table of model sizes; stands for the network that embeds the queries of a search."""
NETWORK_PARAMS = 10e6
"""Stands for a network of unstated size, whatever it shall run on: what scores rows or tags pictures has a few million
(MobileNetV2 3.5, EfficientNet-B4 19). Assumption; a network that is named has its own size, see
`reading/named_models.py`."""
MOBILE_PARAMS = 3.5e6
"""Sandler et al. 2018 (MobileNetV2); stands for a model small enough for a device."""
LANGUAGE_MODEL_PARAMS = 7e9

_LATENCY_MS: dict[str, float] = {
    "realtime_inference": 200,
    "streaming_inference": 1000,
    "rag": 200,
    "feature_store": 25,
}
FIRST_TOKEN_MS = 2000
"""Of a language model: the bound of MLPerf Inference on the time to first token of Llama 2 70B, server scenario."""
_DATASET_GB: dict[str, float] = {
    "batch_inference": 10,
    "data_pipeline": 100,
    "edge": 10,
    "training": 10,
    "fine_tuning": 1,
    "rag": 10,
    "feature_store": 10,
}
_DEADLINE_HOURS: dict[str, float] = {
    "batch_inference": 8,
    "data_pipeline": 8,
    "edge": 8,
    "training": 72,
    "fine_tuning": 24,
}
_ADAPTERS = "Adapters (LoRA) are trained on frozen 16-bit weights; training every weight takes six times the memory."
HOURS_OF_A_MONTH = 730.0
_REPEATED = frozenset({"batch_inference", "data_pipeline"})
_THROUGHPUT_RPS, _GENERATIVE_RPS = 50.0, 2.0
BYTES_PER_TOKEN = 4
"""About four characters of English text per token (OpenAI tokenizer documentation)."""


RECORD_BYTES = 1000
"""A row of a table. Assumption."""
POSITIONS, FRAME_BYTES = 200, 200_000
"""Of one frame that a network for devices sees: see `devices.py`; and of one picture of a camera. Assumptions."""
DAILY, WEEKLY, ONCE = 30, 4, 1
"""Runs a month."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Sizes in SI units: parameters, tokens, bytes, GB, hours. `latency_ms` is a p95 target and None for jobs.
    `runs_a_month` is always assumed, since nobody is asked how often a job runs, and 0 for a service. `device_ms`
    is what a frame may take on a device, where that is stated. `assumed`: of `assumptions`, those that stand for a
    field."""

    type: WorkloadType
    family: Family
    classical: bool
    generative: bool
    params: float
    tokens_in: int
    tokens_out: int
    rps: float
    latency_ms: float | None
    dataset_gb: float
    deadline_hours: float
    runs_a_month: int
    device_ms: float | None
    assumptions: tuple[str, ...]
    assumed: Mapping[FieldName, str]

    @property
    def has_model(self) -> bool:
        return self.type not in WITHOUT_MODEL

    @property
    def items(self) -> float:
        """Records in the data set, at the size one record has for this kind of model. A release for devices is checked
        before and after it is quantised."""
        passes = 2 if self.type == "edge" else 1
        return passes * self.dataset_gb * 1e9 / _record_bytes(self.type, self.classical, self.tokens_in)

    @property
    def epochs(self) -> int:
        return 3 if self.type == "fine_tuning" else 1


@dataclass
class _Assumed:
    """Collects what had to be assumed while the fields are resolved one by one."""

    sentences: list[str] = field(default_factory=list)
    fields: dict[FieldName, str] = field(default_factory=dict)

    def take(self, name: FieldName, stated: float | None, default: float, sentence: str) -> float:
        if stated is not None:
            return stated
        self.say(name, sentence)
        return default

    def say(self, name: FieldName, sentence: str) -> None:
        self.fields[name] = sentence
        self.sentences.append(sentence)


def workload_of(values: ConstraintValues) -> Workload:
    assumed = _Assumed()
    kind: WorkloadType = values.workload_type or "realtime_inference"
    if values.workload_type is None:
        assumed.say("workload_type", "The workload is served in real time.")
    family = FAMILY[kind]
    framework = (values.model_framework or "").strip().lower()
    classical = framework in CLASSICAL or kind in WITHOUT_MODEL
    params = 0.0 if classical else _params(values, kind, framework, assumed)
    large = kind != "edge" and params >= GENERATIVE_FROM_PARAMS
    generative = not classical and (large or framework in GENERATIVE)
    tokens_in, tokens_out = _tokens(kind, classical, generative)
    if not classical and family != "training":
        assumed.sentences.append(_request_sentence(kind, generative, tokens_in, tokens_out))
    if kind == "fine_tuning" and not classical:
        assumed.sentences.append(_ADAPTERS)
    serving = family == "serving"
    rps = _rps(values, generative, assumed) if serving else 0.0
    latency = _latency(values, kind, generative, assumed) if serving else None
    if serving:
        dataset, deadline = _kept(values, kind, generative, assumed), 0.0
    else:
        dataset, deadline = _batch(values, kind, _record_bytes(kind, classical, tokens_in), assumed)
    return Workload(
        type=kind,
        family=family,
        classical=classical,
        generative=generative,
        params=params,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        rps=rps,
        latency_ms=latency,
        dataset_gb=dataset,
        deadline_hours=deadline,
        device_ms=values.latency_p95_ms if kind == "edge" else None,
        runs_a_month=0 if serving else _runs_a_month(kind, deadline),
        assumptions=tuple(assumed.sentences),
        assumed=assumed.fields,
    )


def _record_bytes(kind: WorkloadType, classical: bool, tokens_in: int) -> float:
    if kind == "edge" and not classical:
        return FRAME_BYTES
    return RECORD_BYTES if classical else tokens_in * BYTES_PER_TOKEN


def _params(values: ConstraintValues, kind: WorkloadType, framework: str, assumed: _Assumed) -> float:
    if kind in ("rag", "fine_tuning") or framework in GENERATIVE:
        default, words = LANGUAGE_MODEL_PARAMS, "7 billion parameters, a common open language model"
    elif kind == "edge":
        default, words = MOBILE_PARAMS, "3.5 million parameters, a network made for devices"
    else:
        default, words = NETWORK_PARAMS, "10 million parameters, between MobileNet and ResNet-50"
    return assumed.take("model_size_params", values.model_size_params, default, f"The model has {words}.")


def _tokens(kind: WorkloadType, classical: bool, generative: bool) -> tuple[int, int]:
    if classical:
        return 0, 0
    if kind == "rag" and generative:
        return 2048, 256
    if kind == "edge" and not generative:
        return POSITIONS, 0
    return (512, 128) if generative else (128, 0)


def _request_sentence(kind: WorkloadType, generative: bool, tokens_in: int, tokens_out: int) -> str:
    if kind == "edge" and not generative:
        return f"A frame is one forward pass over {POSITIONS} positions, as of 224 pixels square."
    if not generative:
        return f"A request is one forward pass over {tokens_in} tokens or positions."
    return (
        f"A request has {tokens_in} tokens of input and {tokens_out} of output;"
        " the latency target holds to the first token."
    )


def _rps(values: ConstraintValues, generative: bool, assumed: _Assumed) -> float:
    default = _GENERATIVE_RPS if generative else _THROUGHPUT_RPS
    return assumed.take("throughput_rps", values.throughput_rps, default, f"The peak is {requests(plain(default))}.")


def _latency(values: ConstraintValues, kind: WorkloadType, generative: bool, assumed: _Assumed) -> float:
    default = max(_LATENCY_MS[kind], FIRST_TOKEN_MS if generative else 0)
    return assumed.take(
        "latency_p95_ms", values.latency_p95_ms, default, f"A p95 latency of {plain(default)} ms is enough."
    )


def _kept(values: ConstraintValues, kind: WorkloadType, generative: bool, assumed: _Assumed) -> float:
    """GB of features or documents; 0 for a service that keeps none."""
    if kind not in ("rag", "feature_store"):
        return 0.0
    size, stated = _DATASET_GB[kind], values.dataset_size_gb
    things = "features take" if kind != "rag" else "documents have" if generative else "data to be searched have"
    if kind == "rag" and stated is not None:
        what = "text to be found; scans hold less" if generative else "searched, by one vector for each 2 KB"
        assumed.sentences.append(f"All {plain(stated)} GB are {what}.")
    return assumed.take("dataset_size_gb", stated, size, f"The {things} {plain(size)} GB.")


def _batch(values: ConstraintValues, kind: WorkloadType, record: float, assumed: _Assumed) -> tuple[float, float]:
    """(GB, hours) of one run. A stated throughput is what arrives, and a daily run does what arrived in a day."""
    size, stated = _DATASET_GB[kind], values.dataset_size_gb
    arriving = values.throughput_rps if stated is None and kind in _REPEATED else None
    if arriving is not None:
        stated = arriving * 86_400 * record / 1e9
        assumed.sentences.append(f"A run does what arrives in a day, {stated:,.1f} GB.")
    dataset = assumed.take("dataset_size_gb", stated, size, f"A run reads {plain(size)} GB.")
    deadline = _deadline(values, kind, assumed)
    return dataset, min(deadline, 24.0) if arriving is not None else deadline


def _deadline(values: ConstraintValues, kind: WorkloadType, assumed: _Assumed) -> float:
    """A stated number of accelerators is not exceeded for a deadline that nobody stated: a run then takes what it
    takes, up to a month."""
    if values.gpu_count is not None:
        hours, words = (
            HOURS_OF_A_MONTH,
            f"A run may take what the stated accelerators need, up to {plain(HOURS_OF_A_MONTH)}",
        )
    else:
        hours, words = _DEADLINE_HOURS[kind], f"A run may take {plain(_DEADLINE_HOURS[kind])}"
    return assumed.take("deadline_hours", values.deadline_hours, hours, f"{words} hours.")


def _runs_a_month(kind: WorkloadType, deadline_hours: float) -> int:
    """A batch and a pipeline run once a day or, where a run may take longer, once a week; everything else once. One run
    after the other, they fit in a month."""
    if kind not in _REPEATED or deadline_hours > 7 * 24:
        return ONCE
    return DAILY if deadline_hours <= 24 else WEEKLY
