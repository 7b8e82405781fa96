"""What counted data comes to, and how often a job runs."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from providers.rulebook.reading.repeats import repeats


@pytest.mark.parametrize(
    ("text", "size", "reason"),
    [
        ("LoRA on 40k support tickets", 0.08, "40,000 support tickets, each taken as 2 KB of text, 512 tokens"),
        ("train on 2 million images", 220, "2,000,000 images, each taken as 110 KB, as in ImageNet"),
        ("RAG over 30,000 contracts", 0.6, "30,000 contracts, each taken as 20 KB of text, ten pages"),
        ("fine-tune Whisper on 300 hours of calls", 34.56, "300 hours of calls, each taken as 115 MB of sound"),
        ("Fine-Tuning auf 40.000 Tickets", 0.08, "40,000 tickets, each taken as 2 KB of text, 512 tokens"),
        ("train on 50 million rows", 50, "50,000,000 rows, each taken as 1 KB"),
        (
            "train on 2 billion images",
            100_000,
            "2,000,000,000 images, each taken as 110 KB, as in ImageNet; held to 100,000 GB",
        ),
    ],
)
def test_a_count_comes_to_a_size(text: str, size: float, reason: str) -> None:
    reading = read(text)
    (item,) = [found for found in reading.held if found.field == "dataset_size_gb"]

    assert (item.field, item.value, item.reason) == ("dataset_size_gb", pytest.approx(size, rel=1e-3), reason)
    assert text[item.start : item.end] in text
    assert "dataset_size_gb" not in {found.field for found in reading.findings}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Fine-tune Mistral 7B with LoRA on 50k support tickets every week, Azure West Europe", 0.1),
        ("Retrain our classifier on 2 million images every night", 220),
        ("fine-tune on 50k tickets weekly", 0.1),
    ],
)
def test_what_each_run_is_trained_on_is_no_rate(text: str, size: float) -> None:
    assert {item.field: item.value for item in read(text).held} == {"dataset_size_gb": pytest.approx(size)}


@pytest.mark.parametrize(
    "text",
    [
        "train on 2 million images, 300 GB",
        "train on 9 images",
        "batch scoring, 500k pages per month",
        "We get 50k tickets every week and train on them",
        "train a model on 40k reviews per day",
        "We serve 40,000 support tickets.",
        "a 12-layer model, trained on 30 s clips",
    ],
)
def test_what_is_weighed_a_rate_or_a_sample_is_not_counted(text: str) -> None:
    assert read(text).held == ()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("LoRA on 40k tickets once a week", 4),
        ("retrain 4 times a month", 4),
        ("nightly batch scoring", 30),
        ("the job runs every 6 hours", 120),
        ("score every other day", 15),
        ("the pipeline runs each Sunday", 4),
        ("a weekly report", None),
        ("we have a budget of $500 a month", None),
    ],
)
def test_how_often_a_job_runs(text: str, runs: float | None) -> None:
    found = repeats(text)

    assert [item.runs_a_month for item in found] == ([] if runs is None else [runs])
    assert all(text[item.start : item.end].strip() for item in found)
