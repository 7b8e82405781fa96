"""Serving language models: by hand, and within what servers of this kind are known to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.capacity import capacity_of
from providers.rulebook.fit import Capacity, Misfit
from providers.rulebook.generation import cache_bytes_per_token
from providers.rulebook.planner import plan
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues

from .test_plausibility import BOOK, few


def served(book: PriceBook, type: str, billions: float, **stated: Any) -> Capacity | Misfit:
    """512 tokens in, 128 out."""
    asked = {"throughput_rps": 1, "latency_p95_ms": 5000, **stated}
    values = ConstraintValues.model_validate({"model_size_params": int(billions * 1e9), **asked})
    return capacity_of(workload_of(values), next(item for item in book.instances if item.type == type))


@pytest.mark.parametrize(("params", "kib"), [(8.03e9, 128), (70.6e9, 320), (405.9e9, 504), (3.21e9, 112), (1.24e9, 32)])
def test_the_cache_of_a_token_is_that_of_the_published_models(params: float, kib: int) -> None:
    assert cache_bytes_per_token(params) == pytest.approx(kib * 1024)


@few
@given(st.floats(1e8, 2e12), st.floats(1, 4))
def test_a_larger_model_has_no_smaller_cache(params: float, times: float) -> None:
    assert cache_bytes_per_token(params * times) >= cache_bytes_per_token(params) * 0.999


def test_eight_billion_parameters_on_one_a100_by_hand(book: PriceBook) -> None:
    """Prompt: 2 x 8e9 x 512 FLOP at 55 % of 312 TFLOP/s. Step: 16 GB and 256 caches of 640 tokens of 0.13 MB at 60 % of
    1,935 GB/s. 256 answers take 256 prompts and 128 steps; 70 % of that is sold."""
    found = served(book, "a2-ultragpu-1g", 8)
    assert isinstance(found, Capacity)
    prompt = 2 * 8e9 * 512 / (312e12 * 0.55)
    step = (16e9 + 256 * 640 * cache_bytes_per_token(8e9)) / (1935e9 * 0.6)
    assert found.rate == pytest.approx(256 / (256 * prompt + 128 * step) * 0.7)
    assert found.latency_ms == pytest.approx((0.010 + 3 * prompt + step) * 1000, abs=0.1)


@pytest.mark.parametrize(
    ("type", "billions", "least", "most"),
    [
        ("a2-ultragpu-1g", 8, 10, 40),
        ("g6.xlarge", 7, 1, 5),
        ("g5.xlarge", 7, 1, 5),
        ("Standard_NC40ads_H100_v5", 8, 15, 60),
        ("Standard_NC48ads_A100_v4", 70, 0.5, 4),
        ("p4de.24xlarge", 70, 4, 20),
        ("p5.48xlarge", 70, 10, 60),
    ],
)
def test_requests_a_second_are_of_the_order_that_is_measured(
    book: PriceBook, type: str, billions: float, least: float, most: float
) -> None:
    found = served(book, type, billions)
    assert isinstance(found, Capacity)
    assert least <= found.rate <= most


def test_seventy_billion_take_two_accelerators_of_80_gb_or_more(book: PriceBook) -> None:
    for machine in book.instances:
        found = served(book, machine.type, 70)
        if isinstance(found, Capacity) and machine.accelerator:
            assert machine.accelerators * ACCELERATORS[machine.accelerator].memory_gib >= 160


def test_a_token_takes_at_least_a_step_and_no_more_than_mlperf_allows(book: PriceBook) -> None:
    for machine in {item.type: item for item in book.instances if item.accelerator}.values():
        found = served(book, machine.type, 8)
        if isinstance(found, Capacity):
            chip = ACCELERATORS[machine.accelerator]
            fastest = 128 * 16e9 / (machine.accelerators * chip.bandwidth_gb_s * 1e9)
            assert found.answer_seconds is not None
            step = 16e9 / (chip.bandwidth_gb_s * 1e9 * 0.6)
            assert fastest < found.answer_seconds <= 128 * max(0.1, 1.25 * step)


@few
@given(st.sampled_from(sorted({item.type for item in BOOK.instances})), st.floats(1, 80), st.floats(100, 20_000))
def test_less_time_or_a_larger_model_never_carries_more(type: str, billions: float, latency: float) -> None:
    def rate(size: float, allowed: float) -> float:
        found = served(BOOK, type, size, latency_p95_ms=allowed)
        return found.rate if isinstance(found, Capacity) else 0.0

    assert rate(billions, latency * 0.7) <= rate(billions, latency)
    assert rate(billions * 1.3, latency) <= rate(billions, latency) * 1.001


def test_the_time_of_a_whole_answer_is_said(book: PriceBook) -> None:
    values = ConstraintValues(model_size_params=8_000_000_000, throughput_rps=5, cloud=["aws"])
    made = plan(PlanRequest(values), book).plan
    assert made.feasible
    assert any(item.startswith("A whole answer of 128 tokens takes about ") for item in made.assumptions)
