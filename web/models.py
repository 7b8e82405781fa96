"""Which models are asked, in which order, and whether their provider is called at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from infra.models import RULEBOOK
from storage.breakers import Breaker


class ModelInUse(BaseModel):
    """`model` is as it is set. The rulebook makes no call, so that it has no breaker; nor has a provider that was never
    called. Models of one provider share its breaker."""

    model_config = ConfigDict(frozen=True)

    model: str
    provider: str
    role: Literal["first", "fallback"]
    breaker: Breaker | None


def models_in_use(models: Sequence[str], breakers: Sequence[Breaker]) -> list[ModelInUse]:
    """`models` in the order they are asked."""
    known = {breaker.name: breaker for breaker in breakers}
    return [
        ModelInUse(
            model=model,
            provider=model.partition(":")[0],
            role="fallback" if place else "first",
            breaker=None if model == RULEBOOK else known.get(model.partition(":")[0]),
        )
        for place, model in enumerate(models)
    ]
