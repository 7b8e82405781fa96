"""A worker without a chat model loads none of their packages; they take seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("anthropic", "openai", "ollama", "langchain_anthropic", "langchain_openai", "langchain_ollama", "genai_prices")
OURS = ("providers.chat", "providers.resilience", "pybreaker")


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_a_worker_on_rulebook_imports_no_chat_model() -> None:
    assert loaded("worker.main") & {*HEAVY, *OURS} == set()


def test_the_web_process_imports_no_chat_model() -> None:
    assert loaded("web.app") & {*HEAVY, *OURS} == set()


def test_a_chat_provider_loads_no_vendor_before_it_is_opened() -> None:
    assert loaded("providers.chat") & set(HEAVY) == set()
