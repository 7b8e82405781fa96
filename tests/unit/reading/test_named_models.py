"""A model that is called by its name is held to have the size that its family has."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read


@pytest.mark.parametrize(
    ("text", "size", "words"),
    [
        ("Serve a BERT model on AWS, 10 rps", 110e6, "BERT"),
        ("Serve our BERT-large classifier, 20 rps", 340e6, "BERT-large"),
        ("Serve a fine-tuned DistilBERT sentiment model, 50 rps, CPU is fine", 66e6, "DistilBERT"),
        ("Serve XLM-RoBERTa, 20 rps", 270e6, "XLM-RoBERTa"),
        ("Tag pictures with our ResNet50, 20 rps", 25.6e6, "ResNet50"),
        ("Tag pictures with a resnet, 20 rps", 25.6e6, "resnet"),
        ("Image tags by ViT-B/16, 20 rps", 86e6, "ViT-B"),
        ("YOLOv8n on 40 cameras", 3.2e6, "YOLOv8n"),
        ("Transcribe 400 calls every night with whisper-large-v3", 1.55e9, "whisper-large"),
        ("Transcribe 400 calls every night with Whisper", 809e6, "Whisper"),
    ],
)
def test_its_size_is_held(text: str, size: float, words: str) -> None:
    (item,) = [item for item in read(text).held if item.field == "model_size_params"]
    assert (item.value, text[item.start : item.end]) == (pytest.approx(size), words)
    assert "model_size_params" not in {found.field for found in read(text).findings}


@pytest.mark.parametrize(
    "text",
    [
        "Serve BERT or DistilBERT, 20 rps",
        "Serve our ranker, not BERT, 20 rps",
        "Another team runs BERT; serve our ranker, 300 rps",
        "Serve a BERT with 300M parameters, 20 rps",
        "We call the OpenAI Whisper API and serve our classifier, 20 rps",
        "Serve our classifier on a T4, 20 rps",
        "EfficientNet-B9 for 20 cameras",
    ],
)
def test_nothing_is_held_where_the_words_leave_it_open(text: str) -> None:
    assert [item for item in read(text).held if item.field == "model_size_params"] == []


def test_a_search_by_a_named_model_has_its_size() -> None:
    held = read("Semantic search with DistilBERT, 20 q/s, no LLM").held
    assert {item.field: item.value for item in held} == {"model_size_params": 66e6}
