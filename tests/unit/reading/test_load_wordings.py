"""How load, latency, availability and data sizes are said, and what is only measured or owned."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "throughput_rps": [
        ("Expect 40 predictions every second for the pricing model.", 40.0),
        ("about 3 req/sec, model endpoint", 3.0),
        ("The ranking model gets 1,500 QPS at peak.", 1500.0),
        ("2.4 million inferences daily.", 27.78),
        ("It receives 600 queries per minute.", 10.0),
        ("traffic: 12k rph", 3.333),
        ("We serve 5M users who make 20 million requests a day.", 231.5),
        ("rate = 250/s, model scoring", 250.0),
        ("90 transactions/sec to be scored for fraud", 90.0),
        ("Load tests: we need to sustain 400 RPS.", 400.0),
        ("1000 requests an hour go through the model", 0.2778),
        ("Peak 300 r/s, off-peak 20 r/s", 300.0),
        ("It should cope with 50 hits a second.", 50.0),
        ("Erwartet werden 120 Anfragen/Sekunde.", 120.0),
        ("rund 30.000 Vorhersagen täglich", 0.3472),
    ],
    "latency_p95_ms": [
        ("Answers in less than 150 ms (p95).", 150.0),
        ("95th percentile of 80ms", 80.0),
        ("Response within half a second.", 500.0),
        ("p95 <= 300ms, p99 <= 800ms", 300.0),
        ("95% of calls must return in 250 ms", 250.0),
        ("The user should not wait for more than 2 seconds.", 2000.0),
        ("We can live with 400 ms.", 400.0),
        ("sub-100ms predictions", 100.0),
        ("latency SLO: 200ms at the 95th", 200.0),
        ("Antwortzeit maximal 300 ms", 300.0),
        ("latency target one second", 1000.0),
        ("the decision has to be back in 40 ms", 40.0),
    ],
    "availability_slo": [
        ("four nines for the scoring API", 99.99),
        ("SLA 99.5 %", 99.5),
        ("it must be up 99.9% of the time", 99.9),
        ("availability target three and a half nines", 99.95),
        ("Verfügbarkeit 99,9 %", 99.9),
    ],
    "dataset_size_gb": [
        ("Train a ranking model on 200 GB of click logs.", 200.0),
        ("Nightly we score 40 GB of events with a CatBoost model.", 40.0),
        ("40 GB every night through the Spark job.", 40.0),
        ("The training set weighs in at 1.2 TB.", 1200.0),
        ("Corpus: 750GB of text", 750.0),
        ("We have about half a terabyte of images to train on.", 500.0),
        ("3 TB Parquet in S3, nightly batch predictions", 3000.0),
        ("Roughly 80 gigs of PDFs go into the RAG index.", 80.0),
        ("There are 2 million scans, 4 TB in total, to classify.", 4000.0),
        ("Datensatz umfasst 300 GB, Training mit PyTorch.", 300.0),
        ("Trainingsdaten ca. 1,5 TB", 1500.0),
        ("The history we train on is 600 GB.", 600.0),
        ("The feature table is 90 GB and we retrain weekly.", 90.0),
        ("Data volume: 25 GB", 25.0),
    ],
    "model_size_params": [
        ("model size 350M params", 350000000),
        ("Llama 3.1 8B Instruct", 8000000000),
        ("a 70-billion-parameter LLM", 70000000000),
        ("a 7 B model", 7000000000),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "throughput_rps": [
        "The LLM generates 40 tokens per second.",
        "At 200 rps the endpoint starts returning 503s.",
        "TF Serving gives me only 15 requests per second on the T4.",
        "one pod handles 30 rps",
        "We observed 80 rps in the benchmark.",
        "API rate limit is 60 requests per minute at OpenAI.",
        (
            "After upgrading Triton from 23.04 to 23.10 the latency of our ensemble rose from 12 ms "
            "to 45 ms at 100 rps. Batch size is 8, GPU is a T4."
        ),
        ("I ran the benchmark on an A100 and got 35 tokens/s. On a 4090 it's 50 tokens/s. Is that expected?"),
        "We lost 200 requests per second of traffic during the outage.",
        "Rate limit: 100 requests per minute per API key.",
        "Your pricing page says 500 requests per second on the pro plan.",
        "The query returned 1.2M rows in 3 minutes.",
    ],
    "latency_p95_ms": [
        "We see p95 of 1.2 s since the upgrade, it used to be 200 ms.",
        "After updating to 2.14 the p95 went from 40ms to 90ms.",
        "scoring takes <20 ms here but 3 s on the tablet",
        "The first request takes 30 seconds, later ones 200 ms. Why?",
        "p99 under 500 ms",
        "The request times out after 60 seconds.",
        "Median must be below 50 ms.",
        "readinessProbe timeout is 5 seconds for the model server",
        (
            "After upgrading Triton from 23.04 to 23.10 the latency of our ensemble rose from 12 ms "
            "to 45 ms at 100 rps. Batch size is 8, GPU is a T4."
        ),
        "My timeout is set to 60s but the gateway drops the connection after 29 s.",
        "Healthcheck interval 30s, timeout 5s, retries 3 for the model container",
        "The paper reports 2.3 ms on an RTX 2080 Ti.",
        "GPU utilisation hovers around 20%, p95 sits at 1.8 s, we've no idea why.",
        "Their endpoint answers in 80 ms. Ours needs 300.",
        "We had an outage; p95 was 8 s for two hours.",
    ],
    "availability_slo": [
        "Accuracy of the model is 99.2%",
        "AWS guarantees 99.99% for S3.",
        "uptime dropped to 97% last month",
        "GPU utilisation hovers around 20%, p95 sits at 1.8 s, we've no idea why.",
        "Accuracy went from 99.1% to 99.5%.",
        "99% of our users never notice.",
    ],
    "dataset_size_gb": [
        "The pods have 16 GB each and get OOM killed with the model.",
        "We run inference on a VM with 64 GB of RAM and a 500 GB disk.",
        "The model file is 13 GB.",
        "The Docker image is 8 GB.",
        "It needs 24 GB of VRAM for inference.",
        "Upload limit is 5 GB per file.",
        "Training crashes with OOM on a 24GB 3090 at batch size 4.",
        "The docker image grew from 3 GB to 9 GB, CI on GitHub Actions now takes 40 minutes.",
        "My Mac has 16 GB RAM, can it run a 13B model?",
        "It takes 45 minutes to load the 140 GB checkpoint from S3.",
        "Each worker has 32 GB of memory and a 200 GB scratch disk.",
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
