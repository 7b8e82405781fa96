"""How long a job may run, and which times are something else's."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "deadline_hours": [
        ("Nightly scoring with XGBoost: starts at 1am and must be done by 6am.", 5.0),
        ("The batch must be through by 4am, start at 11pm.", 5.0),
        ("The retraining has a four-hour slot.", 4.0),
        ("We retrain the model weekly, the job gets 10 hours.", 10.0),
        ("That gives us 3 hours for the whole batch of predictions.", 3.0),
        ("The training must not run for longer than two days.", 48.0),
        ("Results are due 8 hours after the upload; document classification in batches.", 8.0),
        ("Batch transform on 2M images, SLA 12 hours.", 12.0),
        ("Window is 23:00-05:00 for the nightly scoring.", 6.0),
        ("Embedding the archive may take up to a week.", 168.0),
        ("max 90 minutes wall clock for the nightly model scoring job", 1.5),
        ("Der Batch-Lauf muss in 5 Stunden durch sein (Modell-Scoring).", 5.0),
        ("Training: 4 A100, höchstens 30 Stunden.", 30.0),
        ("Every night between 1 and 5 am we rescore all customers.", 4.0),
        ("Time budget for a training run: 20 h", 20.0),
        ("It has to complete inside of 36 hours, 70B fine-tune.", 36.0),
        ("must finish before the 5am cutoff; kicks off at 11pm. churn scoring", 6.0),
    ],
}
SILENT: dict[FieldName, list[str]] = {
    "deadline_hours": [
        "Training takes 3 days on one GPU, how can I speed it up?",
        "The model has been training for 48 hours.",
        "We keep predictions for 72 hours.",
        "Support answers within 4 hours on workdays. Chat model.",
        "We hope to launch the recommender in 3 weeks.",
        "The job was killed after 6 hours (timeout). Training resumes from checkpoints?",
        "I trained it for 12 hours on a single 3090.",
        "Audio files of up to 3 hours must be transcribed.",
        "The docker image grew from 3 GB to 9 GB, CI on GitHub Actions now takes 40 minutes.",
        "In the tutorial the model is trained on 8 V100 for 3 days. I only have a laptop.",
        "The free plan includes 750 hours a month and $5 of credits.",
        "It takes 45 minutes to load the 140 GB checkpoint from S3.",
        "The ticket has been open for 3 days.",
        "We had an outage; p95 was 8 s for two hours.",
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
