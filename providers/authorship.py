"""Who did a node's work, as its ledger row names it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from providers.base import ModelCall, OrchestrationProvider


class Authorship(TypedDict):
    """The part of a NodeResult that says who did it."""

    provider: str
    model: str
    tokens: int


def author_of(provider: OrchestrationProvider, calls: Sequence[ModelCall | None]) -> Authorship:
    """The model that answered last, with the tokens of all; the provider's own name where no model answered."""
    made = [call for call in calls if call]
    last = next((call for call in reversed(made) if call.provider), None)
    return Authorship(
        provider=last.provider if last else provider.name,
        model=last.model if last else provider.model,
        tokens=sum(call.tokens for call in made),
    )
