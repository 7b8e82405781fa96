"""How GPUs and their number are said, and which are only shown, asked about or somebody else's."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "gpu_required": [
        ("CPU is fine, the model is tiny. Serving over REST.", False),
        ("No graphics cards needed, xgboost model behind an API.", False),
        ("CPU inference is sufficient for the classifier.", False),
        ("Everything has to run on plain CPUs, model scoring nightly.", False),
        ("Needs CUDA for the inference container.", True),
    ],
    "gpu_type": [
        ("Train it on L40S, six of them.", "L40S"),
        ("GPUs: A100 x 4 for the training run", "A100"),
        ("We need H100 (8x) for pretraining.", "H100"),
        ("a pair of L4s will do for the inference server", "L4"),
        ("Two nodes, 8 A100 each, for training.", "A100"),
        ("8 H100 SXM for a week of training", "H100"),
        ("an A10G should be plenty for the model", "A10G"),
        ("one NVIDIA L40S card for inference", "L40S"),
        ("2xL4 for serving", "L4"),
        ("Trainieren auf vier A100.", "A100"),
        ("GPU count 2, type V100, training job", "V100"),
        ("Four GPUs (A100 80GB) for the fine-tuning job.", "A100"),
    ],
    "gpu_count": [
        ("Train it on L40S, six of them.", 6),
        ("GPUs: A100 x 4 for the training run", 4),
        ("We need H100 (8x) for pretraining.", 8),
        ("a pair of L4s will do for the inference server", 2),
        ("Two nodes, 8 A100 each, for training.", 16),
        ("4 nodes x 8 H100 for pretraining our model", 32),
        ("8 H100 SXM for a week of training", 8),
        ("one NVIDIA L40S card for inference", 1),
        ("2xL4 for serving", 2),
        ("Trainieren auf vier A100.", 4),
        ("GPU count 2, type V100, training job", 2),
        ("Four GPUs (A100 80GB) for the fine-tuning job.", 4),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "gpu_required": [
        "Can I run the model without a GPU?",
        "Would a CPU-only machine be OK for inference?",
        "torch.cuda.is_available() returns False on my server with the GPU driver",
        "Does the library support TPUs?",
        "Inference is 3x slower on CPU than on GPU.",
    ],
    "gpu_type": [
        "How many GPUs did you use to train it, 8 A100?",
        "The paper trains on 64 V100s; we have no such thing. What would you suggest?",
        "Train our JAX model on a TPU v5e-16 slice on Google Cloud.",
        "In the tutorial the model is trained on 8 V100 for 3 days. I only have a laptop.",
        "The paper reports 2.3 ms on an RTX 2080 Ti.",
        "The model card says it was trained on 15T tokens with 16,000 H100s.",
    ],
    "gpu_count": [
        "How many GPUs did you use to train it, 8 A100?",
        "The paper trains on 64 V100s; we have no such thing. What would you suggest?",
        "It works on 1 GPU but hangs with 4 GPUs when training.",
        (
            "When I deploy with replicas: 3 the second pod is stuck in Pending. Events: 0/5 nodes are"
            " available: 5 Insufficient nvidia.com/gpu."
        ),
        "Training crashes with OOM on a 24GB 3090 at batch size 4.",
        "In the tutorial the model is trained on 8 V100 for 3 days. I only have a laptop.",
        "The model card says it was trained on 15T tokens with 16,000 H100s.",
        "nvidia-smi shows 8 GPUs but torch sees only one.",
    ],
}


@pytest.mark.parametrize(
    ("field", "text", "value"), [(field, *case) for field, cases in STATED.items() for case in cases]
)
def test_it_is_read(field: FieldName, text: str, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in SILENT.items() for text in texts])
def test_it_states_nothing(field: FieldName, text: str) -> None:
    assert facts(text).get(field) is None
