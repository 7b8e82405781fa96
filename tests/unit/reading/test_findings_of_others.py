"""What was observed, rationed, offered or only spoken of, and beside each its twin that is asked for."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("From the third call on it is slow (>250 ms).", "latency_p95_ms"),
        ("Every lookup wastes 30-40 ms on the handshake.", "latency_p95_ms"),
        ("We see answers in under a second there.", "latency_p95_ms"),
        ("We measured replies below 90 ms with that build.", "latency_p95_ms"),
        ("How fast is it for a short recording (3-6 seconds)?", "latency_p95_ms"),
        ("The new build caused replies to take up to 3 minutes to complete.", "deadline_hours"),
        ("The free tier has a limit of 3 requests per second.", "throughput_rps"),
        ("Our QPS is 2 on the free tier.", "throughput_rps"),
        ("The defaults are 900 requests per minute.", "throughput_rps"),
        ("One job per year and tile", "throughput_rps"),
        ("TTFT 2 s at 14 rps, is that normal?", "latency_p95_ms"),
        ("The API does 14 requests per second. Is this expected?", "throughput_rps"),
        ("Results with 2 replicas: 7.41 requests/s", "throughput_rps"),
        ("Mean and tail: 3.182 seconds latency", "latency_p95_ms"),
        ("Let the user pick AWS, GCP or Azure in the form.", "cloud"),
        ("It works on EKS and GKE, AKS is untested.", "cloud"),
        ("The nightly GPU tests of the model fail.", "workload_type"),
        ("We have seen the job run up to 5 hours on that cluster.", "deadline_hours"),
        ("This change makes p95 faster by 40 ms.", "latency_p95_ms"),
        ("10 agents, each 30 questions an hour", "throughput_rps"),
        ("Fine-tune on 70k letters overnight", "throughput_rps"),
        ("An RTX 2070 (8 GB) does the training.", "dataset_size_gb"),
        ("The container image is 11 GB with all the data tools.", "dataset_size_gb"),
        ("A course with 40 students, 8 GB each, on the data of last year", "dataset_size_gb"),
        ("The free plan of the hoster has 2 cores and no GPU.", "gpu_required"),
        ("I also tried it with a GPU, which changed nothing.", "gpu_required"),
        ("Production has 6 H100 and isn't part of this.", "gpu_count"),
        ("Over the whole log 98.6% are harmless.", "availability_slo"),
        ("99.2% of the replies were right.", "availability_slo"),
        ("It runs on a Raspberry Pi 5B.", "model_size_params"),
        ("I start 4 replicas with 12 GB each for the demo data.", "dataset_size_gb"),
        ("It happens on the user's own machine.", "cloud"),
        ("Azure rolled out something like it, the AWS team is working on it.", "cloud"),
        ("Until 2022 it was hosted on Azure.", "cloud"),
        ("Which server do I rent, for CPU and for GPU?", "gpu_required"),
        ("It should work for both CPU and GPU.", "gpu_required"),
        ("I tried it on my MacBook, which has no GPU.", "gpu_required"),
        ("Maybe you're using a GPU.", "gpu_required"),
        ("The search crowd upstairs runs 16 H100.", "gpu_type"),
        ("Six tenants make most of the calls, these are always-on.", "scale_to_zero"),
        ("Budgets per model, for example $12/day for the large one.", "monthly_budget_usd"),
    ],
)
def test_it_is_left_alone(text: str, field: FieldName) -> None:
    assert field not in facts(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("No answer may take over 250 ms.", "latency_p95_ms", 250),
        ("Anything over 250 ms is unusable.", "latency_p95_ms", 250),
        ("Anything over a second is not usable.", "latency_p95_ms", 1000),
        ("We must see answers in under a second.", "latency_p95_ms", 1000),
        ("We get 900 ms now and need replies below 90 ms.", "latency_p95_ms", 90),
        ("The run may take up to 30 minutes to complete.", "deadline_hours", 0.5),
        ("It has to handle 300 requests per second.", "throughput_rps", 300),
        ("perhaps 14 requests per second on Mondays", "throughput_rps", 14),
        ("2 kRPS", "throughput_rps", 2000),
        ("20 rps, no, 45 rps since the relaunch", "throughput_rps", 45),
        ("Ordinary days see 90 QPS, the sales week 700 QPS at its peak.", "throughput_rps", 700),
        ("We need 14 rps at a latency of 2 s, is that reasonable?", "latency_p95_ms", 2000),
        ("AWS, GCP and Azure are all fine.", "cloud", ["aws", "azure", "gcp"]),
        ("A nightly GPU run scores the model.", "workload_type", "batch_inference"),
        ("The job may run up to 5 hours on that cluster.", "deadline_hours", 5),
        ("Each Saturday at 21:00 the scoring begins, the scores are ready by 3am Sunday.", "deadline_hours", 6),
        ("Captions with a delay of at most 4 s", "latency_p95_ms", 4000),
        ("Score 70k letters overnight", "throughput_rps", 0.81),
        ("40 scans with 8 GB each for the training", "dataset_size_gb", 320),
        ("The machine in the shop has 2 cores and no GPU.", "gpu_required", False),
        ("It is okay if it gets preempted.", "spot_ok", True),
        ("Die Erkennung läuft auf Edge-Geräten.", "workload_type", "edge"),
        ("99.2% is enough", "availability_slo", 99.2),
        ("99.9 % are required as availability", "availability_slo", 99.9),
        ("A Qwen 5B model", "model_size_params", 5_000_000_000),
        ("60,000 scans with 2 MB each", "dataset_size_gb", 120),
        ("It happens on our own servers.", "cloud", ["onprem"]),
        ("Our platform team is on Azure.", "cloud", ["azure"]),
        ("We need CPU nodes and GPU nodes.", "gpu_required", True),
        ("The box has an Intel CPU and no GPU.", "gpu_required", False),
        ("It draws with a rented 4090.", "gpu_type", "4090"),
        ("It is always-on.", "scale_to_zero", False),
        ("The leads get a score from a CatBoost model.", "model_framework", "catboost"),
        ("We may spend £70 a day.", "monthly_budget_usd", 2873.22),
    ],
)
def test_its_twin_counts(text: str, field: FieldName, value: ConstraintValue) -> None:
    found = facts(text).get(field)

    if isinstance(value, float) and isinstance(found, float):
        assert found == pytest.approx(value, rel=0.01)
    else:
        assert found == value
