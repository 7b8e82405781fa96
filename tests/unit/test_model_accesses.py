"""Keys and addresses come from the vendors' own variables, and a missing one is named with its remedy."""

from __future__ import annotations

import pytest

from infra.errors import SettingsError
from infra.models import model_accesses


def refusal(model: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        model_accesses([model], environ)
    return str(refused.value)


def test_each_vendor_has_its_own_variables() -> None:
    environ = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "b", "OPENAI_BASE_URL": "https://models.example.com/v1/"}
    found = model_accesses(["anthropic:claude-x", "openai:gpt-y", "ollama:a/b:7b", "rulebook"], environ)
    assert [(str(item), item.base_url, item.key and item.key.get_secret_value()) for item in found] == [
        ("anthropic:claude-x", "https://api.anthropic.com", "a"),
        ("openai:gpt-y", "https://models.example.com/v1", "b"),
        ("ollama:a/b:7b", "http://127.0.0.1:11434", None),
    ]
    assert "'a'" not in repr(found)


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("gpu-box", "http://gpu-box:11434"),
        ("gpu-box:8080", "http://gpu-box:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("https://models.example.com", "https://models.example.com"),
        ("", "http://127.0.0.1:11434"),
    ],
)
def test_ollama_takes_what_its_own_tools_take(host: str, base: str) -> None:
    (found,) = model_accesses(["ollama:x"], {"OLLAMA_HOST": host})
    assert found.base_url == base


def test_nothing_is_asked_for_the_rulebook() -> None:
    assert model_accesses(["rulebook"], {}) == []


def test_what_is_missing_or_wrong_is_named_without_the_key() -> None:
    assert refusal("openai:gpt-y").startswith(
        "OPENAI_API_KEY is not set: openai:gpt-y needs it. Set it to a key of yours"
    )
    assert refusal("anthropic:x", ANTHROPIC_API_KEY=" ").startswith("ANTHROPIC_API_KEY is not set")
    line = refusal("anthropic:x", ANTHROPIC_API_KEY="hunter2 hunter3")
    assert line.startswith("ANTHROPIC_API_KEY holds blanks")
    assert "hunter" not in line
    assert refusal("openai:x", OPENAI_API_KEY="k", OPENAI_BASE_URL="models.example.com") == (
        "OPENAI_BASE_URL: must be an address such as https://api.openai.com/v1. Correct it, or unset it."
    )
