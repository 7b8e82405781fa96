"""Who did it: on a card, and in a sentence where another had to."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from providers.base import ModelCall, OrchestrationProvider
from storage.records.ids import Sha256


class Signature(TypedDict):
    """The part of a ReasonCard that says who decided, and what asking took."""

    provider: str
    model: str
    pack: Sha256
    tokens: int
    cost_usd: Decimal | None


def signature(provider: OrchestrationProvider, call: ModelCall | None = None) -> Signature:
    """The provider's own name where no model was asked."""
    if call is None:
        return Signature(provider=provider.name, model=provider.model, pack=provider.pack, tokens=0, cost_usd=None)
    return Signature(
        provider=call.provider, model=call.model, pack=call.pack, tokens=call.tokens, cost_usd=call.cost_usd
    )


def asked(call: ModelCall | None) -> list[str]:
    """What the call took, and each model that failed before another answered."""
    if call is None:
        return []
    return [call.took, *(f"{failure} Answered by {call.by} instead." for failure in call.failures)]


def with_call(spend: Decimal | None, call: ModelCall | None) -> Decimal | None:
    """US dollars; None where a price is not known."""
    if call is None or not call.tokens or spend is None:
        return spend
    return None if call.cost_usd is None else spend + call.cost_usd
