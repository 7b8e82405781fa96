"""What one machine carries of a workload, or why it can't, and the shares that all of the capacity model rests on.

Assumptions: serving is sized to 60 % utilisation (70 % where continuous batching evens the load out) and 90 % of the
latency target, jobs to 90 % utilisation; 90 % of accelerator memory, which is vLLM's own default, and 80 % of the
host's may be used. A vCPU does 30 GFLOP/s in FP32 (a third of AVX-512's peak at 2.9 GHz on half a core) and reads 4
GB/s. 10 ms of each answer is network and parsing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from providers.rulebook.counted import plain
from providers.rulebook.workload import Workload
from storage.records.constraints import FieldName

GIB = 2**30
VCPU_FLOPS, VCPU_BYTES_A_SECOND = 30e9, 4e9
NETWORK_SECONDS = 0.010
SERVING_UTILISATION, GENERATIVE_UTILISATION, JOB_UTILISATION, LATENCY_SHARE = 0.60, 0.70, 0.90, 0.90
ACCELERATOR_MEMORY_SHARE, HOST_MEMORY_SHARE = 0.90, 0.80


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one machine carries. `rate` is requests (serving), records (jobs) or, for training, whole runs a second;
    already at the utilisation target. `least` is how many machines memory alone needs. `answer_seconds` is how long a
    generated answer takes to its last token, at that rate."""

    rate: float
    latency_ms: float | None
    memory_needed_gib: float
    memory_gib: float
    least: int = 1
    answer_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a machine cannot do it. `needed` is the value of `field` that would do, or None if no value would."""

    field: FieldName | None
    needed: float | None
    reason: str


def utilisation(workload: Workload) -> float:
    if workload.family != "serving":
        return JOB_UTILISATION
    return GENERATIVE_UTILISATION if workload.generative else SERVING_UTILISATION


def too_slow(best_seconds: float, workload: Workload) -> Misfit:
    best, safe = ceil(best_seconds * 1000), ceil(best_seconds * 1000 / LATENCY_SHARE)
    reason = f"p95 is {best:,} ms at best; {plain(workload.latency_ms)} ms less a margin is required"
    return Misfit("latency_p95_ms", safe, reason)


def too_small(needed: float, there: float) -> Misfit:
    return Misfit(None, None, f"the model needs {needed:,.0f} GiB and {there:,.0f} GiB can be used")


def limit(workload: Workload) -> float:
    """Seconds that an answer may take; infinite for a job."""
    return float("inf") if workload.latency_ms is None else workload.latency_ms / 1000 * LATENCY_SHARE


def milliseconds(seconds: float, workload: Workload) -> float | None:
    return None if workload.latency_ms is None else round(seconds * 1000, 1)
