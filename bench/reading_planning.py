"""What runs without a database: `countersign extract` over many texts, and the CPU time of one plan."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.texts import lines
from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValues

TEXTS = 200
SENTENCES = (
    "Serve our PyTorch fraud model, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month",
    "Run the nightly churn scoring of 40 GB as a batch job on AWS, at most $600 a month",
    "Host a 13B LLM for the support chat, 5 req/s, p95 under 3 s, on GCP in Europe, at most $9k a month",
)


def measure(folder: Path, *, times: int = 15) -> dict[str, float]:
    """Seconds of one `countersign extract` process with its start; milliseconds of CPU per plan."""
    texts = folder / "texts.jsonl"
    texts.write_text(lines(TEXTS))
    began = time.perf_counter()
    found = subprocess.run(
        [sys.executable, "-m", "cli.main", "extract", str(texts)], capture_output=True, check=True, text=True
    )
    seconds = time.perf_counter() - began
    if found.stdout.count("\n") != TEXTS:
        raise RuntimeError("countersign extract did not answer each text")
    return {
        f"countersign extract, {TEXTS} texts, s": round(seconds, 2),
        "one plan, CPU, p50, ms": round(median(_plan_seconds(times)) * 1000, 1),
    }


def _plan_seconds(times: int) -> list[float]:
    book = PriceBook.load()
    wanted = [_values(sentence) for sentence in SENTENCES]
    spent: list[float] = []
    for turn in range(times + 1):
        for values in wanted:
            began = time.process_time()
            plan(PlanRequest(values), book)
            if turn:  # the first one builds the catalogue
                spent.append(time.process_time() - began)
    return spent


def _values(sentence: str) -> ConstraintValues:
    return ConstraintValues.model_validate({item.field: item.value for item in read(sentence).findings})
