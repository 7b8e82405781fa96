"""What each accelerator can do, from its maker's data sheet: memory in GiB, dense FP16/BF16 TFLOP/s, memory GB/s."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accelerator:
    """`linked` marks chips with a fast link between them, `compiled` those that run only models compiled with their own
    toolchain, `retired` those the clouds are withdrawing. `sheet` is where the figures stand."""

    name: str
    memory_gib: float
    tflops: float
    bandwidth_gb_s: float
    sheet: str
    names: tuple[str, ...] = ()
    linked: bool = False
    compiled: bool = False
    retired: bool = False


_ALL = (
    Accelerator("T4", 16, 65, 300, "NVIDIA T4 data sheet, 2019"),
    Accelerator("V100", 16, 125, 900, "NVIDIA V100 data sheet (SXM2, 16 GB), 2020", linked=True, retired=True),
    Accelerator("K80", 12, 4, 240, "NVIDIA K80 board specification (one GPU of two, FP32), 2015", retired=True),
    Accelerator("A10", 24, 125, 600, "NVIDIA A10 data sheet, 2021"),
    Accelerator("A10G", 24, 70, 600, "NVIDIA A10G data sheet (AWS G5), 2021", names=("A10",)),
    Accelerator("L4", 24, 121, 300, "NVIDIA L4 data sheet, 2023"),
    Accelerator("L40S", 48, 362, 864, "NVIDIA L40S data sheet, 2023", names=("L40",)),
    Accelerator(
        "A100-40GB", 40, 312, 1555, "NVIDIA A100 data sheet (40 GB), 2020", names=("A100", "A100 40G"), linked=True
    ),
    Accelerator(
        "A100-80GB", 80, 312, 1935, "NVIDIA A100 data sheet (80 GB PCIe), 2021", names=("A100", "A100 80G"), linked=True
    ),
    Accelerator("H100", 80, 989, 3350, "NVIDIA H100 data sheet (SXM), 2023", names=("H100 80GB",), linked=True),
    Accelerator("H200", 141, 989, 4800, "NVIDIA H200 data sheet (SXM), 2024", linked=True),
    Accelerator("Inferentia", 8, 64, 50, "AWS Neuron documentation, Inferentia", linked=True, compiled=True),
    Accelerator("Inferentia2", 32, 190, 820, "AWS Neuron documentation, Inferentia2", linked=True, compiled=True),
    Accelerator("Trainium", 32, 190, 820, "AWS Neuron documentation, Trainium", linked=True, compiled=True),
)
ACCELERATORS = {item.name: item for item in _ALL}


def _plain(name: str) -> str:
    return re.sub(r"nvidia|tesla|aws|gpus?|[^a-z0-9]", "", name.lower())


def accelerators_named(word: str) -> frozenset[str]:
    """The accelerators an operator's word may mean; empty for one without figures, such as a desktop card."""
    plain = _plain(word)
    return frozenset(item.name for item in _ALL if plain in (_plain(item.name), *map(_plain, item.names)))
