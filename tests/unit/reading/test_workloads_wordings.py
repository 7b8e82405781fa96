"""What describes the work of a workload, and what names its words only."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "workload_type": [
        ("Train our JAX model on a TPU v5e-16 slice on Google Cloud.", "training"),
        ("We'd like to expose our XGBoost model to the web shop.", "realtime_inference"),
        ("Score each card payment as it happens with our fraud model.", "realtime_inference"),
        ("Host Mistral 7B for our internal chat.", "realtime_inference"),
        ("The model is called by our checkout page for each visitor.", "realtime_inference"),
        ("Empfehlungs-API mit 100 Anfragen je Sekunde, Modell in PyTorch", "realtime_inference"),
        ("Deploy a fraud classifier, 300 rps, p95 50 ms.", "realtime_inference"),
        ("Self-hosted Llama 3 for 200 employees.", "realtime_inference"),
        ("Once a night all customers get a churn score.", "batch_inference"),
        ("Run predictions for 4M customers every Sunday.", "batch_inference"),
        ("Transcribe 10,000 hours of podcasts with Whisper.", "batch_inference"),
        ("We need to embed 30 million abstracts, once.", "batch_inference"),
        ("Tag our photo archive, two million pictures, with CLIP.", "batch_inference"),
        ("Each month, forecasts for 80k stores are computed with Prophet.", "batch_inference"),
        ("Jede Nacht werden 2 Mio. Rechnungen klassifiziert.", "batch_inference"),
        ("Pretrain a 3B model from scratch on 64 H100s.", "training"),
        ("We want to train an image classifier.", "training"),
        ("A hyperparameter search for LightGBM with Optuna.", "training"),
        ("The demand model is re-fitted every weekend.", "training"),
        ("Distributed PyTorch (DDP), 8 GPUs, ImageNet, 90 epochs.", "training"),
        ("Wir wollen ein Modell trainieren, 4 A100.", "training"),
        ("QLoRA for Nemo 12B, our chat transcripts as examples.", "fine_tuning"),
        ("Adapt Whisper to our dialect with 300 hours of labelled audio.", "fine_tuning"),
        ("SFT of Qwen 7B on 50k instructions.", "fine_tuning"),
        ("Feinabstimmung von Mistral 7B", "fine_tuning"),
        ("Employees ask questions about our HR policies and get answers with sources.", "rag"),
        ("LLM plus pgvector over 3M support articles.", "rag"),
        ("Search over our contracts with embeddings and an LLM that cites passages.", "rag"),
        ("Detect anomalies in Kafka events as they arrive.", "streaming_inference"),
        ("16 cameras, detect persons in each frame.", "streaming_inference"),
        ("Live captions for our webinars.", "streaming_inference"),
        ("Sensor readings flow in over MQTT and each gets an anomaly score.", "streaming_inference"),
        ("Serve user features with 5 ms reads, Feast on Redis.", "feature_store"),
        ("Airflow DAG that cleans the clickstream and loads it into Snowflake.", "data_pipeline"),
        ("Ingest 200 GB of logs a day, deduplicate and write Parquet to S3 with Spark.", "data_pipeline"),
        ("ETL from Postgres into BigQuery each hour.", "data_pipeline"),
        ("The detector runs on a Raspberry Pi next to the conveyor.", "edge"),
        ("Model runs on the tractor, no connectivity.", "edge"),
        ("Keyword spotting on an ESP32.", "edge"),
        ("Inference happens on the handset, in airplane mode.", "edge"),
        ("Our app bundles the model, nothing is sent to a server. iPhone 12 and later.", "edge"),
        ("Inference in each store on a small box with a Hailo card.", "edge"),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "workload_type": [
        "Is your training code open source?",
        "The docs say the API supports batch requests.",
        "pip install fails with torch 2.1 on Python 3.12.",
        "Could you add a dark mode to the dashboard?",
        "Our website needs a faster server, 20 ms response time.",
        "How do I get an API key?",
        "Nightly builds of the docs are broken.",
        "What does an A100 cost on Azure?",
        "Which cloud is cheapest for GPUs?",
        "Please review my PR that fixes the typo in the tutorial on fine-tuning.",
        "The unit tests of the inference module time out in CI.",
        "Staff training takes place on Monday.",
        "I get a CUDA error when importing tensorflow.",
        "We need a budget for next year's ML infrastructure.",
        "Set up alerts for the Kubernetes cluster with Prometheus.",
        "Would it be possible to get the pre-trained weights?",
        "Thanks for the great library, the streaming docs are missing a link.",
        "The dashboards in Grafana don't load since Tuesday.",
        "Refactor the trainer class and add unit tests; see the checklist below.",
        "I want to learn about MLOps: Kubeflow, MLflow, Airflow, SageMaker. Where do I start?",
        "Job posting: experience with PyTorch, Kubernetes, AWS and Terraform required.",
    ],
}


@pytest.mark.parametrize(
    ("field", "text", "value"), [(field, *case) for field, cases in STATED.items() for case in cases]
)
def test_it_is_read(field: FieldName, text: str, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in SILENT.items() for text in texts])
def test_it_states_nothing(field: FieldName, text: str) -> None:
    assert facts(text).get(field) is None
