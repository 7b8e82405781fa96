"""How much one machine carries: memory, throughput and latency, by published formulas and stated assumptions.

Formulas
- Forward pass: 2 FLOP per parameter and token; training: 6 (Kaplan et al. 2020, section 2.1).
- Weights: 2 bytes a parameter on an accelerator (FP16/BF16), 4 on a CPU (FP32), plus 20 % for buffers
  (EleutherAI, "Transformer Math 101": inference memory is about 1.2 times the weights).
- Training with Adam in mixed precision: 16 bytes a parameter (Rajbhandari et al. 2020, ZeRO, section 3.1), plus 20 %
  for activations with recomputation. Fine-tuning with adapters keeps frozen FP16 weights: 2 bytes, plus 50 %
  (Hu et al. 2021, LoRA).
- Models that generate text have formulas of their own: `generation.py`.
- A request that meets a busy server waits for at most one batch and runs in the next: p95 <= fixed time + 2 x batch
  time, while utilisation stays under its target.

Assumptions
- Plain framework code reaches 20 % of an accelerator's dense peak when serving small batches and 30 % when training.
- Accelerators without a link of their own (NVLink, NeuronLink) train a model within one machine.
- Without an accelerator 5 ms of each answer is network and parsing; 5 ms launches a batch, and a request costs 2 ms of
  one vCPU.
- What is kept free of load, memory and time: `fit.py`.
"""

from __future__ import annotations

from math import ceil

from providers.pricing import Instance
from providers.pricing.accelerators import ACCELERATORS, Accelerator
from providers.rulebook.fit import (
    ACCELERATOR_MEMORY_SHARE,
    GIB,
    HOST_MEMORY_SHARE,
    JOB_UTILISATION,
    NETWORK_SECONDS,
    VCPU_FLOPS,
    Capacity,
    Misfit,
    limit,
    milliseconds,
    too_slow,
    too_small,
    utilisation,
)
from providers.rulebook.generation import generative
from providers.rulebook.workload import RECORD_BYTES, Workload

SERVING_SHARE_OF_PEAK, TRAINING_SHARE_OF_PEAK = 0.20, 0.30
CPU_NETWORK_SECONDS, LAUNCH_SECONDS, REQUEST_CPU_SECONDS = 0.005, 0.005, 0.002
WEIGHT_OVERHEAD, TRAINING_BYTES, ADAPTER_BYTES = 1.2, 16 * 1.2, 2 * 1.5
LARGEST_BATCH, RUNTIME_GIB = 32, 0.5
PIPELINE_BYTES_A_SECOND, BOOSTING_BYTES_A_SECOND, BOOSTING_ROUNDS = 20e6, 50e6, 100
"""Per vCPU: parsing and writing columnar data, and one pass of a boosted-tree trainer over its data. Assumptions."""


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
        return generative(workload, machine, accelerator)
    if accelerator is None or workload.classical:
        return _on_vcpus(workload, machine)
    return _batched(workload, machine, accelerator)


def _on_vcpus(workload: Workload, machine: Instance) -> Capacity | Misfit:
    """Workers of 1, 2, 4 … threads each; the split that carries most within the latency target."""
    flops = 2 * workload.params * workload.tokens_in
    per_worker = RUNTIME_GIB + workload.params * 4 * WEIGHT_OVERHEAD / GIB
    usable = machine.memory_gib * HOST_MEMORY_SHARE
    if per_worker > usable:
        return too_small(per_worker, usable)
    best: Capacity | None = None
    fastest = float("inf")
    threads = 1
    while threads <= machine.vcpus:
        service = REQUEST_CPU_SECONDS + flops / (threads * VCPU_FLOPS)
        latency = CPU_NETWORK_SECONDS + 2 * service
        fastest = min(fastest, latency)
        workers = min(machine.vcpus // threads, int(usable / per_worker))
        rate = workers / service * utilisation(workload)
        if latency <= limit(workload) and (best is None or rate > best.rate):
            best = Capacity(rate, milliseconds(latency, workload), workers * per_worker, machine.memory_gib)
        threads *= 2
    return best or too_slow(fastest, workload)


def _batched(workload: Workload, machine: Instance, accelerator: Accelerator) -> Capacity | Misfit:
    """Each accelerator serves batches of its own; the largest batch that the latency target allows. A release for
    devices is built layer by layer, over accelerators with a link between them."""
    needed = RUNTIME_GIB + workload.params * 2 * WEIGHT_OVERHEAD / GIB
    together = machine.accelerators if workload.type == "edge" and accelerator.linked else 1
    usable = together * accelerator.memory_gib * ACCELERATOR_MEMORY_SHARE
    if needed > usable:
        return too_small(needed, usable)
    each = 2 * workload.params * workload.tokens_in / (accelerator.tflops * 1e12 * SERVING_SHARE_OF_PEAK)
    room = (limit(workload) - NETWORK_SECONDS) / 2 - LAUNCH_SECONDS
    batch = LARGEST_BATCH if room == float("inf") else min(LARGEST_BATCH, int(room / each))
    if batch < 1:
        return too_slow(NETWORK_SECONDS + 2 * (LAUNCH_SECONDS + each), workload)
    seconds = LAUNCH_SECONDS + batch * each
    rate = min(machine.accelerators * batch / seconds, machine.vcpus / REQUEST_CPU_SECONDS) * utilisation(workload)
    latency = NETWORK_SECONDS + 2 * seconds
    return Capacity(rate, milliseconds(latency, workload), needed, together * accelerator.memory_gib)


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
            return too_small(needed, usable)
    total = 6 * workload.params * workload.items * workload.tokens_in * workload.epochs
    memory = machine.memory_gib if accelerator is None else machine.accelerators * accelerator.memory_gib
    return Capacity(flops * JOB_UTILISATION / total, None, needed, memory, max(1, ceil(needed / usable)))
