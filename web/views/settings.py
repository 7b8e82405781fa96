"""What the console runs with: the models that are asked, their breakers, the packs they are asked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.models import RULEBOOK
from storage.breakers import Breaker
from storage.packs import UsedPack
from web.filters import as_json
from web.models import ModelInUse
from web.views.words import Mark

_STATES = {
    "closed": Mark("done", "Closed: calls go through", "ok"),
    "open": Mark("offline", "Open: no call is made", "fail"),
    "half-open": Mark("waiting", "Half-open: one call is tried", "waiting"),
}
_UNCALLED = Mark("pending", "Not called yet", "stale")
_BUILT_IN = Mark("done", "Built in: makes no call", "ok")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """`place` says when it is asked; `since` is when its breaker came to stand as it does."""

    place: str
    provider: str
    name: str
    mark: Mark
    since: datetime | None
    failures: int
    last_error: str
    last_error_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settings:
    """`alone` says that there is nothing but the rulebook; `quarantined` counts what waits for triage."""

    name: str
    role: str
    models: list[ModelRow]
    alone: bool
    packs: int
    quarantined: int
    base_url: str
    last_heartbeat: datetime | None
    worker_silent: bool


@dataclass(frozen=True, slots=True)
class ExampleView:
    """`text` is what was said, `answering` the field that was asked for, `answer` the right one."""

    text: str
    answering: str
    answer: str


@dataclass(frozen=True, slots=True)
class PackView:
    """`body` is what the hash was taken over where it is no prompt; all of it is empty for a pack from before bodies
    were kept."""

    sha256: str
    id: str
    version: str
    provider: str
    purpose: str
    prompt: str
    examples: list[ExampleView]
    body: str
    first_used_at: datetime


@dataclass(frozen=True, slots=True)
class Packs:
    packs: list[PackView]


def model_rows(models: Sequence[ModelInUse]) -> list[ModelRow]:
    return [_model_row(place, model) for place, model in enumerate(models)]


def _model_row(place: int, used: ModelInUse) -> ModelRow:
    breaker = used.breaker
    return ModelRow(
        place=f"fallback {place}" if place else "asked first",
        provider=used.provider,
        name=used.model.partition(":")[2],
        mark=_mark(used, breaker),
        since=breaker.changed_at if breaker else None,
        failures=breaker.failures if breaker else 0,
        last_error=breaker.last_error if breaker else "",
        last_error_at=breaker.last_error_at if breaker else None,
    )


def _mark(used: ModelInUse, breaker: Breaker | None) -> Mark:
    if used.model == RULEBOOK:
        return _BUILT_IN
    return _STATES[breaker.state] if breaker else _UNCALLED


def packs_page(used: Sequence[UsedPack]) -> Packs:
    return Packs([_pack(pack) for pack in used])


def _pack(pack: UsedPack) -> PackView:
    """The body is read leniently: an older release may have written it."""
    body = pack.body
    prompt, examples = body.get("prompt"), body.get("examples")
    is_prompt = isinstance(prompt, str)
    return PackView(
        sha256=pack.sha256,
        id=pack.id,
        version=pack.version,
        provider=pack.provider,
        purpose=str(body.get("purpose") or ""),
        prompt=prompt if is_prompt else "",
        examples=[_example(item) for item in examples] if isinstance(examples, list) else [],
        body="" if is_prompt or not body else as_json(body),
        first_used_at=pack.first_used_at,
    )


def _example(item: Any) -> ExampleView:
    if not isinstance(item, dict):
        return ExampleView("", "", as_json(item))
    return ExampleView(str(item.get("text") or ""), str(item.get("answering") or ""), as_json(item.get("answer")))
