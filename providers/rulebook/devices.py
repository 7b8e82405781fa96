"""Whether a device can run the model of an edge plan: an estimate from data sheets, never a measurement.

Formulas
- Model on the device: 1 byte a parameter (INT8), and 20 % for buffers, in 60 % of the memory that a device shares with
  its system and cameras.
- A frame: the longer of 2 operations a parameter and position at 30 % of the dense INT8 peak, and all weights once at
  60 % of the memory bandwidth. A network at 224 pixels square has about 200 positions: ViT-B/16 has 197 (Dosovitskiy et
  al. 2021), ResNet-50's 4.1 GMAC are 160 a parameter (He et al. 2016), MobileNetV2's 0.3 GMAC 86 (Sandler et al. 2018).
The shares are assumptions.

What lies in the cloud is a registry, one machine that converts, quantises and checks each release, the downloads and
what the devices report. Nobody is asked how many devices there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from providers.rulebook.counted import plain
from providers.rulebook.workload import POSITIONS, Workload

BYTES, BUFFERS, MEMORY_SHARE = 1, 1.2, 0.6
SHARE_OF_PEAK, SHARE_OF_BANDWIDTH = 0.30, 0.60
DEVICES, TELEMETRY_GB = 100, 0.03
"""How many fetch a release a month and what one reports in it. Assumptions."""
UNMEASURED = "the time on the device is not measured"
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Device:
    """Memory in GiB, dense INT8 tera-operations a second of the GPU alone, memory GB/s."""

    name: str
    memory_gib: float
    tops: float
    bandwidth_gb_s: float
    sheet: str


CLASSES = (
    Device("Jetson Orin Nano 8GB", 8, 20, 68, "NVIDIA Jetson Orin Nano series data sheet, 2023"),
    Device("Jetson Orin NX 16GB", 16, 30, 102.4, "NVIDIA Jetson Orin NX series data sheet, 2022"),
    Device("Jetson AGX Orin 64GB", 64, 85, 204.8, "NVIDIA Jetson AGX Orin series data sheet, 2022"),
)
"""Smallest first."""


@dataclass(frozen=True, slots=True)
class OnDevice:
    """`device` is the smallest class that holds the model and keeps the time, or the one that comes nearest; `keeps`
    says whether it does, `milliseconds` what a frame takes on it. Without a device nothing could be checked, and
    `words` say why."""

    device: Device | None
    keeps: bool
    milliseconds: float
    needed_gib: float
    words: str


def model_gb(workload: Workload) -> float:
    """What a device downloads."""
    return max(0.01, workload.params * BYTES / 1e9)


def on_device(workload: Workload) -> OnDevice:
    needed = workload.params * BYTES * BUFFERS / GIB
    if workload.classical or workload.generative:
        return OnDevice(None, True, 0.0, needed, f"{_unchecked('only networks over frames are estimated')}")
    holding = [device for device in CLASSES if needed <= device.memory_gib * MEMORY_SHARE]
    if not holding:
        largest = CLASSES[-1]
        words = f"The model takes {needed:,.1f} GiB in INT8, more than a {largest.name} has free."
        return OnDevice(largest, False, _frame_ms(workload, largest), needed, words)
    asked = workload.device_ms
    if asked is None:
        words = _unchecked(f"no time for a frame is stated; about {_said(workload, holding[0])}")
        return OnDevice(holding[0], True, _frame_ms(workload, holding[0]), needed, words)
    keeping = [device for device in holding if _frame_ms(workload, device) <= asked]
    device = keeping[0] if keeping else min(holding, key=lambda device: _frame_ms(workload, device))
    verdict = f"{plain(asked)} ms may pass" if keeping else f"no class that is known keeps {plain(asked)} ms"
    words = (
        f"On the device a frame takes about {_said(workload, device)} by its data sheet; {verdict}. Measure it there."
    )
    return OnDevice(device, bool(keeping), _frame_ms(workload, device), needed, words)


def _unchecked(why: str) -> str:
    return f"The time on the device is not checked, since {why}. Measure it there."


def _said(workload: Workload, device: Device) -> str:
    return f"{_frame_ms(workload, device):,.1f} ms on a {device.name}"


def _frame_ms(workload: Workload, device: Device) -> float:
    read = workload.params * BYTES / (device.bandwidth_gb_s * 1e9 * SHARE_OF_BANDWIDTH)
    computed = 2 * workload.params * POSITIONS / (device.tops * 1e12 * SHARE_OF_PEAK)
    return max(read, computed) * 1000
