"""How replicas, scale to zero and spot capacity are said, allowed and refused."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "max_replicas": [
        ("Run the model API on Kubernetes, between 3 and 14 instances.", 14),
        ("HPA 4..16 for the inference service.", 16),
        ("Autoscale from 1 to 8 pods for the model server.", 8),
        ("minReplicas: 1, maxReplicas: 6 for the model deployment", 6),
        ("Two replicas as a baseline, nine at most. It's a ranking model.", 9),
        ("The endpoint may grow to four instances, not beyond.", 4),
        ("Never run more than 5 copies of the model server.", 5),
        ("Scale the predictor out to a maximum of seven pods.", 7),
        ("Replica count: min 2, max 20. PyTorch model.", 20),
        ("Up to 15 workers for the scoring API.", 15),
        ("maximal 6 Pods für den Inferenzdienst", 6),
        ("min=1 max=4 replicas, model endpoint", 4),
        ("Instance limit of 3 for the classifier endpoint.", 3),
    ],
    "scale_to_zero": [
        ("The model service should be gone when there is no traffic.", True),
        ("Shrink it to nothing outside office hours, it's an internal classifier API.", True),
        ("No need to keep anything running at night for the demo endpoint.", True),
        ("It can be switched off at weekends; recommendation API.", True),
        ("Zero pods when idle is what we want for this model.", True),
        ("min instances 0 for the inference container", True),
        ("We do not want to pay for idle GPUs, so spin it down when nobody is using it.", True),
        ("A few seconds of cold start are acceptable for the summariser.", True),
        ("Serve the model, never down to zero.", False),
        ("At least one replica has to stay up around the clock for the fraud model.", False),
        ("We can't tolerate cold starts on the ranking endpoint.", False),
        ("Always keep two instances warm for the ranking endpoint.", False),
        ("Scaling to zero is not allowed for the model endpoint.", False),
        ("The endpoint must not scale to zero.", False),
        ("Cold starts would kill us, keep it warm. Chat model.", False),
        ("nicht auf null skalieren bitte, Modell-API", False),
    ],
    "spot_ok": [
        ("Preemption is no problem, we checkpoint.", True),
        ("Feel free to use spot.", True),
        ("Spot or preemptible capacity welcome.", True),
        ("It survives interruptions, so take the cheap instances.", True),
        ("Spot is out of the question.", False),
        ("Spot-Instanzen kommen nicht in Frage.", False),
        ("On-demand only.", False),
        ("We can't afford to be preempted.", False),
        ("no spot please", False),
        ("Keine Spot-Instanzen.", False),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "max_replicas": [
        "We started with 6 replicas and all of them crash at startup, model server logs below.",
        "With 8 pods the latency of our model endpoint is 900 ms.",
        "The quota allows 20 vCPUs.",
        (
            "When I deploy with replicas: 3 the second pod is stuck in Pending. Events: 0/5 nodes are"
            " available: 5 Insufficient nvidia.com/gpu."
        ),
        "We had 5 replicas of the model server last year.",
        "error: pod exceeded its limit of 2 GPUs",
        "max_tokens 4096, temperature 0.7, top_p 0.9",
    ],
    "scale_to_zero": [
        "Loss went to zero after 3 epochs, is that normal when training?",
    ],
    "spot_ok": [
        "Can you spot the bug in my training loop?",
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
