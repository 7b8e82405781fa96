"""Where chat models are and what opens them, from the vendors' own variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from infra.errors import SettingsError

Vendor = Literal["anthropic", "openai", "ollama"]

RULEBOOK = "rulebook"
FORMS = "`rulebook`, `anthropic:NAME`, `openai:NAME` or `ollama:NAME`"
_MODEL = re.compile(r"(anthropic|openai|ollama):[^\s,]+")


@dataclass(frozen=True, slots=True)
class _Variables:
    """`key` is empty where a vendor needs none."""

    key: str
    base: str
    default: str


_VARIABLES: dict[Vendor, _Variables] = {
    "anthropic": _Variables("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
    "openai": _Variables("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"),
    "ollama": _Variables("", "OLLAMA_HOST", "http://127.0.0.1:11434"),
}
_OLLAMA_PORT = 11434


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """One model of a vendor and the way to it. `key` is None where the vendor needs none."""

    vendor: Vendor
    name: str
    base_url: str
    key: SecretStr | None = None

    def __str__(self) -> str:
        return f"{self.vendor}:{self.name}"


def is_model(value: str) -> bool:
    """Whether it has one of FORMS."""
    return value == RULEBOOK or _MODEL.fullmatch(value) is not None


def model_accesses(models: Iterable[str], environ: Mapping[str, str]) -> list[ModelAccess]:
    """Those of the models that are reached over a network, in order. Raises SettingsError, whose one line names the
    variable and what to do."""
    return [_access(model, environ) for model in models if model != RULEBOOK]


def _access(model: str, environ: Mapping[str, str]) -> ModelAccess:
    vendor, _, name = model.partition(":")
    known: dict[str, Vendor] = {item: item for item in _VARIABLES}
    variables = _VARIABLES[known[vendor]]
    key = environ.get(variables.key, "").strip() if variables.key else ""
    if variables.key and not key:
        raise SettingsError(
            f"{variables.key} is not set: {model} needs it. Set it to a key of yours, or choose another model with"
            " COUNTERSIGN_MODEL and COUNTERSIGN_FALLBACK_MODELS."
        )
    if not re.fullmatch(r"[!-~]*", key):
        raise SettingsError(f"{variables.key} holds blanks or other characters that no key has: correct it.")
    base = environ.get(variables.base, "").strip() or variables.default
    if known[vendor] == "ollama":
        base = _ollama(base)
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", base):
        raise SettingsError(
            f"{variables.base}: must be an address such as {variables.default}. Correct it, or unset it."
        )
    return ModelAccess(known[vendor], name, base.rstrip("/"), SecretStr(key) if key else None)


def _ollama(host: str) -> str:
    """OLLAMA_HOST also takes a bare host, a port alone, and 0.0.0.0, which is where a server listens."""
    bare = host if "://" in host else f"http://{'127.0.0.1' if host.startswith(':') else ''}{host}"
    bare = bare.replace("://0.0.0.0", "://127.0.0.1")
    return bare if "://" in host or re.search(r":\d+(/|$)", bare[7:]) else f"{bare}:{_OLLAMA_PORT}"
