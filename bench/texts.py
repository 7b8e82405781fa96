"""Requests for `countersign extract`, put together by program: every text is of this product's own making."""

from __future__ import annotations

import json
import random

WORKLOADS = (
    "Serve our PyTorch fraud model",
    "Host a 13B instruction-tuned LLM for the support chat",
    "Run the nightly churn scoring as a batch job",
    "Retrain the demand forecast every Sunday",
    "A recommendation API in ONNX for the shop's front page",
    "We need embeddings for 40 million product texts",
)
LOADS = (
    "300 req/s",
    "about 45 requests a second",
    "12k requests per minute",
    "peaks of 2,000 rps",
    "two calls a minute",
)
LATENCIES = (
    "p95 under 80 ms",
    "p95 below 1.5 s",
    "latency does not matter",
    "p99 at most 250 ms",
    "answers within 2 seconds",
)
PLACES = (
    "EU only",
    "in Frankfurt",
    "on AWS in us-east-1",
    "on GCP or Azure, not in the US",
    "Swiss data must stay in Switzerland",
)
DATA = ("PII", "no personal data", "card data, so PCI DSS", "patient records under HIPAA", "GDPR applies")
BUDGETS = (
    "at most $4k a month",
    "budget is 900 USD monthly",
    "€2,500 per month",
    "no more than 1.2 million a year",
    "cheap, please",
)
EXTRAS = (
    "",
    "No GPUs.",
    "It should survive the loss of a zone.",
    "Traffic comes on weekdays from 8 to 18 only.",
    "The team knows Terraform, nobody knows Kubernetes.",
    "Spot instances are fine as long as it recovers by itself; we had trouble with them last winter.",
)


def lines(count: int, *, seed: int = 1) -> str:
    """JSON lines with `id` and `text`; the same for the same seed."""
    draw = random.Random(seed)
    parts = (LOADS, LATENCIES, PLACES, DATA, BUDGETS)
    texts: list[str] = []
    for _ in range(count):
        facts = [draw.choice(part) for part in draw.sample(parts, draw.randint(2, len(parts)))]
        sentences = [draw.choice(WORKLOADS) + ", " + ", ".join(facts) + "."]
        sentences += [extra for extra in draw.sample(EXTRAS, draw.randint(0, 3)) if extra]
        texts.append(" ".join(sentences))
    return "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts, start=1))
