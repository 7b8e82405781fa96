"""Capability patterns: what the platform must be able to do for this workload, each with its reason and its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from providers.rulebook.assumptions import named
from providers.rulebook.bundle.built import encrypts
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.costing import replicas
from providers.rulebook.counted import machines, plain, requests
from providers.rulebook.devices import model_gb
from providers.rulebook.options import Option
from providers.rulebook.services import audited
from providers.rulebook.workload import Workload
from storage.records.constraints import SENSITIVE, ConstraintValues, FieldName
from storage.records.plans import Pattern


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule looks at. `option` is None when no plan was possible."""

    values: ConstraintValues
    workload: Workload
    option: Option | None

    @property
    def zones(self) -> int:
        return self.option.zones if self.option else 1

    @property
    def replicas(self) -> str:
        if self.option is None:
            return "As many machines as are planned"
        least, most = replicas(self.option, self.values.max_replicas, bool(self.values.scale_to_zero))
        return f"{least} to {machines(most)}"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    fields: tuple[FieldName, ...]
    applies: Callable[[Setting], bool]
    reason: Callable[[Setting], str]


def _serving(setting: Setting) -> bool:
    return setting.workload.family == "serving"


def _sensitive(setting: Setting) -> bool:
    return setting.values.data_sensitivity in SENSITIVE


def _asynchronous(setting: Setting) -> bool:
    return setting.workload.type in ("batch_inference", "streaming_inference")


def _database(setting: Setting) -> bool:
    return setting.workload.type in ("rag", "feature_store")


def _limited(setting: Setting) -> bool:
    """More callers than were sized for would break a promise: the cap, the budget, or everybody's latency."""
    values = setting.values
    return _serving(setting) and (
        setting.workload.generative or values.max_replicas is not None or values.monthly_budget_usd is not None
    )


_SERVED = "workload_type"
RULES: tuple[_Rule, ...] = (
    _Rule(
        "Real-time serving", (_SERVED, "latency_p95_ms", "throughput_rps"),
        lambda s: _serving(s) and s.workload.type != "streaming_inference",
        lambda s: f"{requests(plain(s.workload.rps))} at a p95 of {plain(s.workload.latency_ms)} ms.",
    ),
    _Rule(
        "Dynamic batching", ("throughput_rps", "latency_p95_ms"),
        lambda s: _serving(s) and not s.workload.classical and bool(s.option and s.option.machine.accelerator),
        lambda _: "Requests that wait together run together; an accelerator is idle otherwise.",
    ),
    _Rule(
        "Autoscaling", ("throughput_rps", "max_replicas"), lambda s: _serving(s),
        lambda s: f"{s.replicas}, by utilisation.",
    ),
    _Rule(
        "Scale to zero", ("scale_to_zero",), lambda s: _serving(s) and bool(s.values.scale_to_zero),
        lambda _: "No machine runs while nobody asks; the first request waits for a start.",
    ),
    _Rule(
        "Multi-zone", ("availability_slo",), lambda s: _serving(s) and s.zones > 1,
        lambda s: f"Machines in {s.zones} zones, {_without_a_zone(s)}.",
    ),
    _Rule(
        "Canary release", ("ci_cd", _SERVED), lambda s: _serving(s),
        lambda _: "A new version takes a tenth of the traffic first and is rolled back on errors or latency.",
    ),
    _Rule(
        "Job scheduling", (_SERVED, "deadline_hours"), lambda s: not _serving(s),
        lambda s: f"{_runs(s.workload.runs_a_month)} a month, within {plain(s.workload.deadline_hours)} hours.",
    ),
    _Rule(
        "Orchestration", ("orchestrator",), lambda s: s.values.orchestrator is not None,
        lambda s: f"{named(s.values.orchestrator or '')} {_orchestrates(s)}.",
    ),
    _Rule(
        "Spot with checkpointing", ("spot_ok", "deadline_hours"),
        lambda s: not _serving(s) and bool(s.option and s.option.purchase == "spot"),
        lambda _: "An interrupted run goes on from its last checkpoint.",
    ),
    _Rule(
        "Checkpointing", ("deadline_hours",),
        lambda s: s.workload.family == "training" and not (s.option and s.option.purchase == "spot"),
        lambda _: "A failed machine costs minutes of training, not the run.",
    ),
    _Rule(
        "Distributed training", ("model_size_params", "deadline_hours", "gpu_count"),
        lambda s: s.workload.family == "training" and bool(s.option and s.option.count > 1),
        lambda s: f"{s.option.count if s.option else 0} machines share a run: memory or deadline asks for it.",
    ),
    _Rule(
        "Queueing", (_SERVED,), _asynchronous,
        lambda _: "Work waits in a queue, so that a slow or lost worker loses nothing.",
    ),
    _Rule(
        "Vector index", (_SERVED,), lambda s: s.workload.type == "rag",
        lambda s: "Passages are found by meaning in PostgreSQL before the model answers."
        if s.workload.generative else "What is nearest in meaning is found in PostgreSQL; the model embeds the query.",
    ),
    _Rule(
        "Feature store", (_SERVED,), lambda s: s.workload.type == "feature_store",
        lambda _: "Training and serving read the same features; the online copy answers in milliseconds.",
    ),
    _Rule(
        "Caching", (_SERVED, "latency_p95_ms"), _database,
        lambda s: "The features asked for most stay in the machines' memory, for p95"
        f" {plain(s.workload.latency_ms)} ms."
        if s.workload.type == "feature_store"
        else f"{_repeated(s)} stay in memory, kept apart by who may read them.",
    ),
    _Rule(
        "Backup and restore", (_SERVED,), _database,
        lambda s: f"The {'index' if s.workload.type == 'rag' else 'features'} can be restored to any minute of a week,"
        " and a restore is tried before the first release.",
    ),
    _Rule(
        "Quotas", ("throughput_rps", "max_replicas", "monthly_budget_usd"), _limited,
        lambda s: f"Each caller has a share of the {requests(plain(s.workload.rps))} that"
        f" {'was' if s.workload.rps == 1 else 'were'} sized; 429 above.",
    ),
    _Rule(
        "On-device inference", (_SERVED, "latency_p95_ms", "model_size_params"), lambda s: s.workload.type == "edge",
        lambda s: f"Frames stay where they are; the model, {model_gb(s.workload):,.2f} GB in INT8, runs offline.",
    ),
    _Rule(
        "Device telemetry", (_SERVED, "monitoring"), lambda s: s.workload.type == "edge",
        lambda _: "Devices report version, time of a frame and confidence when they are online; no pictures.",
    ),
    _Rule(
        "Device rollout", (_SERVED,), lambda s: s.workload.type == "edge",
        lambda _: "Devices fetch signed model versions in rings and keep the last good one.",
    ),
    _Rule(
        "Model registry", (_SERVED,), lambda s: s.workload.has_model,
        lambda _: "Each version is kept with its data, metrics and approval.",
    ),
    _Rule(
        "Data residency", ("data_residency",), lambda s: s.values.data_residency is not None,
        lambda s: f"Storage, logs and machines stay in {s.values.data_residency}.",
    ),
    _Rule(
        "Encryption at rest", ("data_sensitivity", "compliance"),
        lambda s: s.option is None or encrypts(s.workload.type, s.option.machine.cloud),
        lambda s: f"Disks, storage and logs hold {s.values.data_sensitivity} data."
        if _sensitive(s) else "Disks, storage and logs are encrypted by default.",
    ),
    _Rule(
        "Private networking", ("data_sensitivity",), _sensitive,
        lambda s: f"{s.values.data_sensitivity} data: no public address, outbound through one gateway.",
    ),
    _Rule(
        "Secrets", (_SERVED, "data_sensitivity"),
        lambda s: _sensitive(s) or _database(s) or s.workload.type == "streaming_inference",
        lambda s: f"{_credentials(s)} come from the cloud's secret store at the start, never from image or repository.",
    ),
    _Rule(
        "Audit logging", ("data_sensitivity", "compliance"),
        lambda s: audited(s.values),
        lambda s: f"Who asked what and when is kept, without payloads: {_grounds(s)}.",
    ),
    _Rule(
        "Drift and quality monitoring", ("monitoring", _SERVED), lambda s: s.workload.has_model,
        lambda s: f"Inputs and outputs are compared with training; told to {', '.join(s.values.monitoring)}."
        if s.values.monitoring else "Inputs and outputs are compared with training.",
    ),
    _Rule(
        "Alerting", ("availability_slo", "latency_p95_ms", "monitoring"), lambda _: True,
        lambda s: f"On errors, p95 above {plain(s.workload.latency_ms)} ms and spend." if _serving(s)
        else "On a failed or late run and on spend.",
    ),
    _Rule(
        "CI/CD", ("ci_cd",), lambda _: True,
        lambda s: f"Tests, image and plan on every change, with {s.values.ci_cd}." if s.values.ci_cd
        else "Tests, image and plan on every change.",
    ),
)  # fmt: skip


def _orchestrates(setting: Setting) -> str:
    if _serving(setting):
        return "places the machines' containers and starts them again"
    return "starts the runs, tries them again and says when one is late"


def _repeated(setting: Setting) -> str:
    if setting.workload.generative:
        return "Passages and answers to repeated questions"
    return "Repeated queries, with what was found for them,"


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number} runs, one after the other,"


def _credentials(setting: Setting) -> str:
    if _database(setting):
        return "The database's credentials"
    return "The stream's credentials" if setting.workload.type == "streaming_inference" else "Credentials and keys"


def _without_a_zone(setting: Setting) -> str:
    """Whether the rest carries the peak is what the option's risks say."""
    partial = setting.option is not None and "partial" in setting.option.risks
    return "so that part of the peak is served when one fails" if partial else "so that one may fail"


def _grounds(setting: Setting) -> str:
    words = list(setting.values.compliance or ())
    return ", ".join([*words, f"{setting.values.data_sensitivity} data"] if _sensitive(setting) else words)


def patterns_for(catalogue: Catalogue, option: Option | None) -> list[Pattern]:
    """In the order of RULES. `from` holds only fields that were stated."""
    setting = Setting(catalogue.values, catalogue.workload, option)
    stated = catalogue.values.model_fields_set & {name for name, value in catalogue.values if value is not None}
    found: list[Pattern] = []
    for rule in RULES:
        if rule.applies(setting):
            fields = [name for name in rule.fields if name in stated]
            found.append(Pattern.model_validate({"name": rule.name, "reason": rule.reason(setting), "from": fields}))
    return found
