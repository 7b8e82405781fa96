"""How many requests a second a machine answers with a language model, as servers of vLLM's kind do it: continuous
batching, paged key-value cache, prompts in chunks between the steps of those that are being answered.

Formulas
- Weights: 2 bytes a parameter (FP16/BF16) and 5 % for buffers, and 1 GiB an accelerator for the runtime and the
  activations of a chunk. What is left of the usable memory is key-value cache, and bounds the batch.
- Key-value cache a token: 2 (keys, values) x 2 bytes x layers x key-value heads x head size. Current models share
  key-value heads between query heads (Ainslie et al. 2023, GQA): Llama 3 8B has 32 layers of 8 heads of 128, 70B has
  80, 405B 126; Llama 3.2 1B has 16 layers of 8 heads of 64 and 3B 28 of 8 of 128 (their published config.json). Other
  sizes are interpolated between these, in logarithms.
- Prompt: 2 FLOP a parameter and token, bound by compute (Kaplan et al. 2020, section 2.1).
- One decode step reads all weights and the batch's cache: time is bytes over memory bandwidth (Pope et al. 2022,
  section 2), or 2 FLOP a parameter and sequence over compute where that is more.
- A batch of B requests takes B prompts and one step for each token of an answer: rate = B / (B x prompt + tokens x
  step), of which 70 % are planned.
- Whole answer: with N requests at once, N = rate x seconds (Little's law) and seconds = N x prompt + tokens x step(N).
- First token: a request waits for two prompts before its own and one step. At 70 % utilisation, of which prompts take
  about half, the 95th percentile of waiting for service of constant length is below that (M/D/1).

Assumptions
- 55 % of an accelerator's dense peak in a prompt (between the 40 % of small batches and the 76 % of Pope et al. 2022),
  60 % of its memory bandwidth in a step (MosaicML, "LLM Inference Performance Engineering", 2023: 55 to 60 %).
- At most 256 sequences at once, vLLM's default for `max_num_seqs`. On average a token at least every 100 ms at the
  planned rate, as MLPerf Inference 5.1 asks of its Llama 3.1 8B server (MLCommons, "Small LLM inference 5.1", 2025);
  every 1.25 steps of a single sequence where a machine is too slow for that.
- A model split over accelerators reaches 90 % of what they do apart with a link between them, 60 % over PCIe; without a
  link over four at most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

from providers.pricing import Instance
from providers.pricing.accelerators import Accelerator
from providers.rulebook.fit import (
    ACCELERATOR_MEMORY_SHARE,
    GIB,
    HOST_MEMORY_SHARE,
    NETWORK_SECONDS,
    VCPU_BYTES_A_SECOND,
    VCPU_FLOPS,
    Capacity,
    Misfit,
    limit,
    milliseconds,
    too_slow,
    too_small,
    utilisation,
)
from providers.rulebook.workload import Workload

SHARE_OF_PEAK, SHARE_OF_BANDWIDTH = 0.55, 0.60
MOST_SEQUENCES, TOKEN_SECONDS, SLOWED, PROMPTS_WAITED = 256, 0.1, 1.25, 2
BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
BUFFERS, RUNTIME_GIB = 1.05, 1.0
LINKED_SHARE, UNLINKED_SHARE, LARGEST_UNLINKED_GROUP = 0.9, 0.6, 4

_CACHE_BYTES: tuple[tuple[float, int], ...] = (
    (1.24e9, 4 * 16 * 8 * 64),
    (3.21e9, 4 * 28 * 8 * 128),
    (8.03e9, 4 * 32 * 8 * 128),
    (70.6e9, 4 * 80 * 8 * 128),
    (405.9e9, 4 * 126 * 8 * 128),
)
"""(parameters, bytes a token) of Llama 3 and 3.2."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Accelerators that hold one copy of the weights between them, or the vCPUs of a machine; FLOP/s and bytes/s as
    reached, GiB as usable. `copies` is how many such groups the machine has."""

    members: int
    copies: int
    flops: float
    bandwidth: float
    gib: float

    def sequences(self, weights: float, cache: float) -> int:
        """How many sequences of `cache` bytes find room beside the weights."""
        room = self.gib * GIB - weights * BUFFERS - self.members * RUNTIME_GIB * GIB
        return min(MOST_SEQUENCES, int(room / cache)) if room > 0 else 0


def cache_bytes_per_token(params: float) -> float:
    sizes = [size for size, _ in _CACHE_BYTES]
    if params <= sizes[0]:
        return _CACHE_BYTES[0][1] * params / sizes[0]
    right = min(bisect_left(sizes, params), len(sizes) - 1)
    (low, few), (high, many) = _CACHE_BYTES[right - 1], _CACHE_BYTES[right]
    return exp(log(few) + (log(many) - log(few)) * (log(params) - log(low)) / (log(high) - log(low)))


def generative(workload: Workload, machine: Instance, accelerator: Accelerator | None) -> Capacity | Misfit:
    """The group and batch that carry most within the latency target; p95 is to the first token."""
    weights = workload.params * 2
    cache = cache_bytes_per_token(workload.params) * (workload.tokens_in + workload.tokens_out)
    groups = list(_groups(machine, accelerator))
    fitting = [group for group in groups if group.sequences(weights, cache)]
    if not fitting:
        largest = max(groups, key=lambda group: group.gib)
        return too_small(_needed_gib(weights, cache, largest.members), largest.gib)
    found = [size for group in fitting for size in _batches(workload, machine, accelerator, group, weights, cache)]
    within = [size for size, seconds in found if seconds <= limit(workload)]
    if not within:
        return too_slow(min(seconds for _, seconds in found), workload)
    return max(within, key=lambda size: size.rate)


def _needed_gib(weights: float, cache: float, members: int) -> float:
    return (weights * BUFFERS + cache) / GIB + members * RUNTIME_GIB


def _groups(machine: Instance, accelerator: Accelerator | None) -> Iterator[_Group]:
    """Of one accelerator, two, four …, since a split divides the attention heads evenly."""
    if accelerator is None:
        flops, bandwidth = machine.vcpus * VCPU_FLOPS, machine.vcpus * VCPU_BYTES_A_SECOND * SHARE_OF_BANDWIDTH
        yield _Group(1, 1, flops, bandwidth, machine.memory_gib * HOST_MEMORY_SHARE)
        return
    together = machine.accelerators if accelerator.linked else min(machine.accelerators, LARGEST_UNLINKED_GROUP)
    members = 1
    while members <= together:
        alike = 1.0 if members == 1 else LINKED_SHARE if accelerator.linked else UNLINKED_SHARE
        yield _Group(
            members=members,
            copies=machine.accelerators // members,
            flops=members * accelerator.tflops * 1e12 * SHARE_OF_PEAK * alike,
            bandwidth=members * accelerator.bandwidth_gb_s * 1e9 * SHARE_OF_BANDWIDTH * alike,
            gib=members * accelerator.memory_gib * ACCELERATOR_MEMORY_SHARE,
        )
        members *= 2


def _batches(
    workload: Workload,
    machine: Instance,
    accelerator: Accelerator | None,
    group: _Group,
    weights: float,
    cache: float,
) -> Iterator[tuple[Capacity, float]]:
    """Larger and larger batches, up to what there is room for, each with the seconds to the first token."""
    prompt = 2 * workload.params * workload.tokens_in / group.flops
    most, tokens, alone = group.sequences(weights, cache), max(1, workload.tokens_out), weights / group.bandwidth
    memory = machine.memory_gib if accelerator is None else group.members * accelerator.memory_gib
    needed = _needed_gib(weights, cache, group.members)
    for batch in sorted({most, *(size for size in BATCHES if size <= most)}):
        step = max((weights + batch * cache) / group.bandwidth, 2 * workload.params * batch / group.flops)
        rate = batch / (batch * prompt + tokens * step) * utilisation(workload)
        answer = _answer_seconds(rate, prompt, tokens, alone, max(0.0, step - alone) / batch)
        if batch > 1 and workload.family == "serving" and answer > tokens * max(TOKEN_SECONDS, SLOWED * alone):
            return
        first = NETWORK_SECONDS + (1 + PROMPTS_WAITED) * prompt + step
        size = Capacity(rate * group.copies, milliseconds(first, workload), needed, memory, answer_seconds=answer)
        yield size, first


def _answer_seconds(rate: float, prompt: float, tokens: int, alone: float, each: float) -> float:
    """From a request to its last token, at that many requests a second: with N requests at once, each in N x prompt +
    tokens x (alone + N x each) seconds, and N = rate x seconds."""
    return tokens * alone / (1 - rate * (prompt + tokens * each))
