"""Twelve things that operators ask for, over the nine workload types, and what must come of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.records.constraints import WorkloadType
from storage.records.decision_sets import Settling

ALWAYS = frozenset({"Encryption at rest", "Alerting", "CI/CD"})
SERVED = ALWAYS | {"Autoscaling", "Canary release", "Multi-zone"}
MODEL = frozenset({"Model registry", "Drift and quality monitoring"})
SENSITIVE = frozenset({"Private networking", "Audit logging", "Secrets"})
DATABASE = frozenset({"Caching", "Backup and restore", "Secrets"})

PROJECTS = {
    "golden": Settling(),
    "golden-consensus": Settling(strategy="consensus", threshold=1.0, rounds=3),
    "golden-escalated": Settling(strategy="escalate"),
}
"""Slugs, each with how its objections are settled."""


@dataclass(frozen=True, slots=True)
class Case:
    """`unmet` are the policies that are not met, apart from one about the age of prices, which changes with the day.
    `asks` is what the first gate is answered with as changes, `comment` what the last one is approved with; `plans`
    counts the planner's runs."""

    name: str
    sentence: str
    workload: WorkloadType
    patterns: frozenset[str]
    unmet: frozenset[str] = frozenset()
    project: str = "golden"
    asks: str = ""
    comment: str = ""
    plans: int = 1

    @property
    def family(self) -> Literal["service", "job", "training"]:
        if self.workload in ("training", "fine_tuning"):
            return "training"
        return "job" if self.workload in ("batch_inference", "data_pipeline") else "service"


CASES = [
    Case(
        "card-payments",
        "Score card payments with our XGBoost model as they happen: 400 req/s, p95 under 60 ms, EU only, PII,"
        " availability 99.9 %, at most $3k a month on AWS",
        "realtime_inference",
        SERVED | MODEL | SENSITIVE | {"Real-time serving", "Data residency", "Quotas"},
        comment="cap replicas at 5",
    ),
    Case(
        "image-tags",
        "Real-time image tagging with a PyTorch model of 86M parameters, 120 requests per second, p95 below 150 ms, on"
        " GCP, public data, budget $2,500 a month, deployed by GitHub Actions",
        "realtime_inference",
        SERVED | MODEL | {"Real-time serving", "Dynamic batching", "Quotas"},
        unmet=frozenset({"priced", "gpu-quota"}),
        project="golden-escalated",
    ),
    Case(
        "reviews-on-spot",
        "Serve a PyTorch model that grades reviews, 300 requests per second, p95 under 80 ms, EU, availability 99 %,"
        " spot instances are fine, no more than $900 a month",
        "realtime_inference",
        (SERVED - {"Multi-zone"}) | MODEL | {"Real-time serving", "Dynamic batching", "Data residency", "Quotas"},
        unmet=frozenset({"budget-in-a-high-month", "gpu-quota"}),
        project="golden-consensus",
        plans=2,
    ),
    Case(
        "nightly-scores",
        "Batch scoring of a 40 GB table every night with LightGBM, done within 3 hours, AWS or Azure, internal data,"
        " budget $300 a month",
        "batch_inference",
        ALWAYS | MODEL | {"Job scheduling", "Queueing"},
    ),
    Case(
        "small-language-model",
        "Train a 1.3B parameter PyTorch model on 50 GB within 48 hours, spot is fine, AWS, $5k a month",
        "training",
        ALWAYS | MODEL | {"Job scheduling", "Spot with checkpointing"},
        unmet=frozenset({"gpu-spot-quota"}),
    ),
    Case(
        "churn-weekly",
        "Train our XGBoost churn model weekly on an 80 GB table, ready within 4 hours, GCP, data stays in the US, no"
        " spot, under $200 a month",
        "training",
        ALWAYS | MODEL | {"Job scheduling", "Checkpointing", "Distributed training", "Data residency"},
    ),
    Case(
        "support-tickets",
        "Fine-tune a 7B Llama on 2 GB of support tickets with PII, within 24 hours, EU data residency, spot is fine,"
        " $1,500 a month",
        "fine_tuning",
        ALWAYS
        | MODEL
        | SENSITIVE
        | {"Job scheduling", "Spot with checkpointing", "Distributed training", "Data residency"},
        unmet=frozenset({"gpu-spot-quota"}),
    ),
    Case(
        "clickstream",
        "A data pipeline with Airflow that prepares 200 GB of clickstream each night within 4 hours on AWS, $400 a"
        " month",
        "data_pipeline",
        ALWAYS | {"Job scheduling", "Orchestration"},
    ),
    Case(
        "policy-documents",
        "RAG over our policy documents with an 8B model in vLLM, 3 requests per second, p95 under 2 s, data in the US,"
        " internal documents, $14k a month",
        "rag",
        SERVED
        | MODEL
        | DATABASE
        | {"Real-time serving", "Dynamic batching", "Vector index", "Data residency", "Quotas"},
        unmet=frozenset({"priced", "gpu-quota"}),
    ),
    Case(
        "online-features",
        "An online feature store, 1500 reads per second, p95 under 20 ms, 99.9 % availability, AWS, PII, $4k a month",
        "feature_store",
        SERVED | SENSITIVE | DATABASE | {"Real-time serving", "Feature store", "Quotas", "Data residency"},
        unmet=frozenset({"priced"}),
        asks="keep the data in the EU",
        plans=2,
    ),
    Case(
        "sensor-events",
        "Streaming inference on a Kafka topic of sensor events, 800 events per second, p95 below 500 ms, scikit-learn,"
        " Azure, $2k a month",
        "streaming_inference",
        SERVED | MODEL | {"Queueing", "Secrets", "Quotas"},
        unmet=frozenset({"priced"}),
    ),
    Case(
        "shop-cameras",
        "Run a 3.5M parameter ONNX vision model on edge devices in our shops, 5 GB of images, GCP, $100 a month",
        "edge",
        ALWAYS | MODEL | {"Job scheduling", "On-device inference", "Device telemetry", "Device rollout"},
    ),
]
