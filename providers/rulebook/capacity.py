"""How much one machine carries: memory, throughput and latency, by published formulas and stated assumptions.

Formulas
- Forward pass: 2 FLOP per parameter and token; training: 6 (Kaplan et al. 2020, section 2.1).
- Weights: 2 bytes a parameter on an accelerator (FP16/BF16), 4 on a CPU (FP32), plus 20 % for buffers
  (EleutherAI, "Transformer Math 101": inference memory is about 1.2 times the weights).
- Training with Adam in mixed precision: 16 bytes a parameter (Rajbhandari et al. 2020, ZeRO, section 3.1), plus 20 %
  for activations with recomputation. Fine-tuning with adapters keeps frozen FP16 weights: 2 bytes, plus 50 %
  (Hu et al. 2021, LoRA).
- Key-value cache: 4 bytes x layers x width per token in FP16; with width = 128 x layers and parameters =
  12 x layers x width^2 (Kaplan et al.), that is 512 x layers^2. Grouped-query attention would need less.
- One decode step reads all weights once: time is at least bytes over memory bandwidth (Pope et al. 2022, section 2).
- A request that meets a busy server waits for at most one batch and runs in the next: p95 <= fixed time + 2 x batch
  time, while utilisation stays under its target.

Assumptions
- Plain framework code reaches 20 % of an accelerator's dense peak when serving small batches, 40 % in the large matrix
  products of a prompt and 30 % when training, and 60 % of its memory bandwidth. A vCPU does 30 GFLOP/s in FP32 (a third
  of AVX-512's peak at 2.9 GHz on half a core) and reads 4 GB/s.
- Accelerators without a link of their own (NVLink, NeuronLink) split one model over four at most when serving, and
  train it within one machine.
- 10 ms of each answer is network and parsing (5 ms without an accelerator), 5 ms launches a batch, and a request
  costs 2 ms of one vCPU.
- Serving is sized to 60 % utilisation and 90 % of the latency target, jobs to 90 % utilisation; 90 % of accelerator
  memory and 80 % of the host's may be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from providers.pricing import Instance
from providers.pricing.accelerators import ACCELERATORS, Accelerator
from providers.rulebook.workload import RECORD_BYTES, Workload
from storage.records.constraints import FieldName

SERVING_SHARE_OF_PEAK, GENERATIVE_SHARE_OF_PEAK, TRAINING_SHARE_OF_PEAK = 0.20, 0.40, 0.30
SHARE_OF_BANDWIDTH = 0.60
VCPU_FLOPS, VCPU_BYTES_A_SECOND = 30e9, 4e9
NETWORK_SECONDS, CPU_NETWORK_SECONDS, LAUNCH_SECONDS, REQUEST_CPU_SECONDS = 0.010, 0.005, 0.005, 0.002
SERVING_UTILISATION, JOB_UTILISATION, LATENCY_SHARE = 0.60, 0.90, 0.90
ACCELERATOR_MEMORY_SHARE, HOST_MEMORY_SHARE = 0.90, 0.80
WEIGHT_OVERHEAD, TRAINING_BYTES, ADAPTER_BYTES = 1.2, 16 * 1.2, 2 * 1.5
LARGEST_BATCH, RUNTIME_GIB, LARGEST_UNLINKED_GROUP = 32, 0.5, 4
PIPELINE_BYTES_A_SECOND, BOOSTING_BYTES_A_SECOND, BOOSTING_ROUNDS = 20e6, 50e6, 100
"""Per vCPU: parsing and writing columnar data, and one pass of a boosted-tree trainer over its data. Assumptions."""
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one machine carries. `rate` is requests (serving), records (jobs) or, for training, whole runs a second;
    already at the utilisation target. `least` is how many machines memory alone needs."""

    rate: float
    latency_ms: float | None
    memory_needed_gib: float
    memory_gib: float
    least: int = 1


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a machine cannot do it. `needed` is the value of `field` that would do, or None if no value would."""

    field: FieldName | None
    needed: float | None
    reason: str


def capacity_of(workload: Workload, machine: Instance) -> Capacity | Misfit:
    """The same for every region of a type; only size and accelerator count."""
    accelerator = ACCELERATORS.get(machine.accelerator)
    if machine.accelerator and accelerator is None:
        return Misfit(None, None, f"nothing is known of {machine.accelerator}")
    if workload.family == "training":
        return _training(workload, machine, accelerator)
    if not workload.has_model and workload.family == "job":
        return _pipeline(machine)
    if workload.generative:
        return _generative(workload, machine, accelerator)
    if accelerator is None or workload.classical:
        return _on_vcpus(workload, machine)
    return _batched(workload, machine, accelerator)


def _utilisation(workload: Workload) -> float:
    return SERVING_UTILISATION if workload.family == "serving" else JOB_UTILISATION


def _too_slow(best_seconds: float, workload: Workload) -> Misfit:
    best, safe = ceil(best_seconds * 1000), ceil(best_seconds * 1000 / LATENCY_SHARE)
    reason = f"p95 is {best:,} ms at best; {workload.latency_ms:g} ms less a margin is required"
    return Misfit("latency_p95_ms", safe, reason)


def _too_small(needed: float, there: float) -> Misfit:
    return Misfit(None, None, f"the model needs {needed:,.0f} GiB and {there:,.0f} GiB can be used")


def _limit(workload: Workload) -> float:
    return float("inf") if workload.latency_ms is None else workload.latency_ms / 1000 * LATENCY_SHARE


def _on_vcpus(workload: Workload, machine: Instance) -> Capacity | Misfit:
    """Workers of 1, 2, 4 … threads each; the split that carries most within the latency target."""
    flops = 2 * workload.params * workload.tokens_in
    per_worker = RUNTIME_GIB + workload.params * 4 * WEIGHT_OVERHEAD / GIB
    usable = machine.memory_gib * HOST_MEMORY_SHARE
    if per_worker > usable:
        return _too_small(per_worker, usable)
    best: Capacity | None = None
    fastest = float("inf")
    threads = 1
    while threads <= machine.vcpus:
        service = REQUEST_CPU_SECONDS + flops / (threads * VCPU_FLOPS)
        latency = CPU_NETWORK_SECONDS + 2 * service
        fastest = min(fastest, latency)
        workers = min(machine.vcpus // threads, int(usable / per_worker))
        rate = workers / service * _utilisation(workload)
        if latency <= _limit(workload) and (best is None or rate > best.rate):
            best = Capacity(rate, _milliseconds(latency, workload), workers * per_worker, machine.memory_gib)
        threads *= 2
    return best or _too_slow(fastest, workload)


def _batched(workload: Workload, machine: Instance, accelerator: Accelerator) -> Capacity | Misfit:
    """Each accelerator serves batches of its own; the largest batch that the latency target allows."""
    needed = RUNTIME_GIB + workload.params * 2 * WEIGHT_OVERHEAD / GIB
    usable = accelerator.memory_gib * ACCELERATOR_MEMORY_SHARE
    if needed > usable:
        return _too_small(needed, usable)
    each = 2 * workload.params * workload.tokens_in / (accelerator.tflops * 1e12 * SERVING_SHARE_OF_PEAK)
    room = (_limit(workload) - NETWORK_SECONDS) / 2 - LAUNCH_SECONDS
    batch = LARGEST_BATCH if room == float("inf") else min(LARGEST_BATCH, int(room / each))
    if batch < 1:
        return _too_slow(NETWORK_SECONDS + 2 * (LAUNCH_SECONDS + each), workload)
    seconds = LAUNCH_SECONDS + batch * each
    rate = min(machine.accelerators * batch / seconds, machine.vcpus / REQUEST_CPU_SECONDS) * _utilisation(workload)
    latency = NETWORK_SECONDS + 2 * seconds
    return Capacity(rate, _milliseconds(latency, workload), needed, accelerator.memory_gib)


def _generative(workload: Workload, machine: Instance, accelerator: Accelerator | None) -> Capacity | Misfit:
    """Continuous batching on groups of accelerators that hold one copy of the weights; p95 is to the first token."""
    weights = workload.params * 2
    sequence = _cache_bytes_per_token(workload.params) * (workload.tokens_in + workload.tokens_out)
    needed = (weights * WEIGHT_OVERHEAD + sequence) / GIB
    if accelerator is None:
        members, groups, together, unit = 1, 1, 1, machine.memory_gib * HOST_MEMORY_SHARE
        flops, bandwidth = machine.vcpus * VCPU_FLOPS, machine.vcpus * VCPU_BYTES_A_SECOND
    else:
        unit = accelerator.memory_gib * ACCELERATOR_MEMORY_SHARE
        members = ceil(needed / unit)
        together = machine.accelerators if accelerator.linked else min(machine.accelerators, LARGEST_UNLINKED_GROUP)
        groups = machine.accelerators // members if members <= together else 0
        flops = members * accelerator.tflops * 1e12 * GENERATIVE_SHARE_OF_PEAK
        bandwidth = members * accelerator.bandwidth_gb_s * 1e9
    if groups < 1 or needed > members * unit:
        return _too_small(needed, unit * together)
    prefill = 2 * workload.params * workload.tokens_in / flops
    room = int((members * unit * GIB - weights * WEIGHT_OVERHEAD) / sequence)
    best: Capacity | None = None
    fastest = float("inf")
    batch = 1
    while batch <= min(room, LARGEST_BATCH):
        step = max((weights + batch * sequence) / (bandwidth * SHARE_OF_BANDWIDTH), 2 * workload.params * batch / flops)
        latency = NETWORK_SECONDS + 2 * prefill + step
        fastest = min(fastest, latency)
        rate = groups * batch / (batch * prefill + workload.tokens_out * step) * _utilisation(workload)
        if latency <= _limit(workload) and (best is None or rate > best.rate):
            best = Capacity(rate, _milliseconds(latency, workload), needed, members * unit / ACCELERATOR_MEMORY_SHARE)
        batch *= 2
    return best or _too_slow(fastest, workload)


def _cache_bytes_per_token(params: float) -> float:
    layers = (params / (12 * 128**2)) ** (1 / 3)
    return 512 * layers**2


def _pipeline(machine: Instance) -> Capacity:
    rate = machine.vcpus * PIPELINE_BYTES_A_SECOND / RECORD_BYTES * JOB_UTILISATION
    return Capacity(rate, None, RUNTIME_GIB, machine.memory_gib)


def _training(workload: Workload, machine: Instance, accelerator: Accelerator | None) -> Capacity | Misfit:
    """One run's share a second. Memory is sharded over accelerators and machines; the data of trees lies in memory."""
    if workload.classical:
        needed = workload.dataset_gb * 3e9 / GIB
        usable = machine.memory_gib * HOST_MEMORY_SHARE
        seconds = workload.dataset_gb * 1e9 * BOOSTING_ROUNDS / (machine.vcpus * BOOSTING_BYTES_A_SECOND)
        return Capacity(JOB_UTILISATION / seconds, None, needed, machine.memory_gib, max(1, ceil(needed / usable)))
    bytes_each = ADAPTER_BYTES if workload.type == "fine_tuning" else TRAINING_BYTES
    needed = RUNTIME_GIB + workload.params * bytes_each / GIB
    if accelerator is None:
        usable, flops = machine.memory_gib * HOST_MEMORY_SHARE, machine.vcpus * VCPU_FLOPS
    else:
        usable = machine.accelerators * accelerator.memory_gib * ACCELERATOR_MEMORY_SHARE
        flops = machine.accelerators * accelerator.tflops * 1e12 * TRAINING_SHARE_OF_PEAK
        if needed > usable and not accelerator.linked:
            return _too_small(needed, usable)
    total = 6 * workload.params * workload.items * workload.tokens_in * workload.epochs
    memory = machine.memory_gib if accelerator is None else machine.accelerators * accelerator.memory_gib
    return Capacity(flops * JOB_UTILISATION / total, None, needed, memory, max(1, ceil(needed / usable)))


def _milliseconds(seconds: float, workload: Workload) -> float | None:
    return None if workload.latency_ms is None else round(seconds * 1000, 1)
