from __future__ import annotations

from typing import Any

import pytest

from providers.pricing import Instance, PriceBook
from providers.rulebook.capacity import capacity_of
from providers.rulebook.fit import Capacity, Misfit
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues


def machine(book: PriceBook, type: str) -> Instance:
    return next(item for item in book.instances if item.type == type)


def size(book: PriceBook, type: str, **stated: Any) -> Capacity | Misfit:
    return capacity_of(workload_of(ConstraintValues.model_validate(stated)), machine(book, type))


def test_a_small_network_on_a_t4_by_hand(book: PriceBook) -> None:
    """2 x 110e6 x 128 FLOP at a fifth of 65 TFLOP/s is 2.166 ms; (0.9 x 80 - 10) / 2 - 5 = 26 ms hold 12 of them."""
    found = size(book, "g4dn.xlarge", workload_type="realtime_inference", latency_p95_ms=80, model_size_params=110e6)
    assert isinstance(found, Capacity)
    batch = 0.005 + 12 * 2 * 110e6 * 128 / (65e12 * 0.2)
    assert found.rate == pytest.approx(12 / batch * 0.6)
    assert found.latency_ms == pytest.approx((0.010 + 2 * batch) * 1000, abs=0.05)


def test_memory_of_a_language_model_by_hand(book: PriceBook) -> None:
    """7e9 parameters: 2 bytes and 5 % more are 13.69 GiB, the runtime 1; 640 tokens of 0.118 MB are 0.07 GiB."""
    found = size(book, "g6e.xlarge", model_size_params=7_000_000_000, throughput_rps=1, latency_p95_ms=5000)
    assert isinstance(found, Capacity)
    assert found.memory_needed_gib == pytest.approx(13.69 + 1 + 0.07, abs=0.02)


@pytest.mark.parametrize("type", ["g5.48xlarge", "g6.12xlarge", "g2-standard-96", "Standard_NV72ads_A10_v5"])
@pytest.mark.parametrize("kind", ["realtime_inference", "batch_inference", "rag", "training", "fine_tuning"])
def test_a_70b_model_never_fits_24_gb_accelerators(book: PriceBook, type: str, kind: str) -> None:
    found = size(book, type, workload_type=kind, model_size_params=70_000_000_000)
    assert isinstance(found, Misfit)
    assert found.field is None
    assert "GiB" in found.reason


def test_too_slow_says_which_latency_could_be_had(book: PriceBook) -> None:
    found = size(book, "g4dn.xlarge", latency_p95_ms=10)
    assert isinstance(found, Misfit)
    assert found.field == "latency_p95_ms"
    assert found.needed is not None
    again = size(book, "g4dn.xlarge", latency_p95_ms=found.needed)
    assert isinstance(again, Capacity)


def test_every_assumption_is_named() -> None:
    nothing = workload_of(ConstraintValues())
    assert set(nothing.assumed) == {"workload_type", "model_size_params", "throughput_rps", "latency_p95_ms"}
    assert len(nothing.assumptions) == 5
    stated = ConstraintValues(
        workload_type="realtime_inference", model_size_params=5_000_000, throughput_rps=10, latency_p95_ms=100
    )
    assert workload_of(stated).assumed == {}


def test_trees_ignore_accelerators(book: PriceBook) -> None:
    stated = {"workload_type": "realtime_inference", "model_framework": "xgboost", "latency_p95_ms": 50}
    plain, accelerated = size(book, "m6i.xlarge", **stated), size(book, "g4dn.xlarge", **stated)
    assert isinstance(plain, Capacity)
    assert isinstance(accelerated, Capacity)
    assert plain.rate == accelerated.rate
