"""Edge: inference on the devices, the cloud for what surrounds it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.rulebook.critics import critique
from providers.rulebook.devices import CLASSES, OnDevice, on_device
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues

from .plans import Planning
from .test_plausibility import few

CAMERAS: dict[str, Any] = {"workload_type": "edge", "model_framework": "onnx", "latency_p95_ms": 30}


def checked(params: float, **stated: Any) -> OnDevice:
    values = ConstraintValues.model_validate({**CAMERAS, "model_size_params": int(params), **stated})
    return on_device(workload_of(values))


def test_three_billion_parameters_on_the_largest_class_by_hand() -> None:
    """2 x 3e9 x 200 operations at 30 % of 85 TOPS are 47 ms; its weights at 60 % of 204.8 GB/s only 24 ms."""
    found = checked(3e9)
    assert found.device == CLASSES[-1]
    assert not found.keeps
    assert found.milliseconds == pytest.approx(2 * 3e9 * 200 / (85e12 * 0.3) * 1000)
    assert "47.1 ms on a Jetson AGX Orin 64GB" in found.words


@pytest.mark.parametrize(
    ("params", "name", "keeps"),
    [
        (3.5e6, "Jetson Orin Nano 8GB", True),
        (600e6, "Jetson Orin NX 16GB", True),
        (80e9, "Jetson AGX Orin 64GB", False),
    ],
)
def test_the_smallest_class_that_does_it_is_named(params: float, name: str, keeps: bool) -> None:
    found = checked(params)
    assert found.device is not None
    assert (found.device.name, found.keeps) == (name, keeps)


@few
@given(st.floats(1e6, 5e10), st.floats(1.1, 4), st.floats(1, 500))
def test_a_larger_model_is_never_kept_where_a_smaller_one_is_not(params: float, times: float, asked: float) -> None:
    small, large = checked(params, latency_p95_ms=asked), checked(params * times, latency_p95_ms=asked)
    assert small.keeps or not large.keeps


def test_the_cloud_builds_releases_on_a_machine_for_hours_not_a_month(planning: Planning) -> None:
    _, proposal = planning.of(**CAMERAS, model_size_params=3_000_000_000)
    made, cost = proposal.plan, proposal.cost
    assert made.summary.startswith("Inference runs on the devices, which are not priced; releases are built on 1 × ")
    assert cost.likely < 100
    assert not any("token" in item for item in made.assumptions)
    assert "the time on the device is not measured" in made.risks
    assert {"On-device inference", "Device rollout", "Device telemetry", "Model registry"} <= {
        item.name for item in made.patterns
    }
    assert any(line.item.startswith("Model downloads to devices") for line in cost.lines)
    assert any("100 devices fetch one release of 3.00 GB a month" in item for item in made.assumptions)


def test_a_model_too_slow_for_every_device_is_objected_to_and_a_small_one_is_not(planning: Planning) -> None:
    values, proposal = planning.of(**CAMERAS, model_size_params=3_000_000_000)
    found = critique("tech", values, proposal.plan, proposal.cost)
    assert (found.severity, found.claim) == ("high", "No device that is known runs the model as asked.")
    assert "GiB in INT8" in found.evidence[1]
    values, proposal = planning.of(**CAMERAS, model_size_params=3_500_000)
    assert critique("tech", values, proposal.plan, proposal.cost).severity == "none"


@pytest.mark.parametrize("stated", [{"latency_p95_ms": None}, {"model_framework": "llama.cpp"}])
def test_what_is_not_checked_says_so(planning: Planning, stated: dict[str, Any]) -> None:
    _, proposal = planning.of(**{**CAMERAS, "model_size_params": 1_000_000_000, **stated})
    assert any(item.startswith("The time on the device is not checked") for item in proposal.plan.assumptions)
