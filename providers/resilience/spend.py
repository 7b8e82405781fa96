"""What tokens cost, by the figures that genai-prices ships with."""

from __future__ import annotations

from decimal import Decimal


def cost_usd(vendor: str, model: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    """US dollars; nothing for a model on one's own machine, None where no price is known."""
    if vendor == "ollama":
        return Decimal(0)
    from genai_prices import Usage, calc_price  # takes a fifth of a second to import

    try:
        usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
        return calc_price(usage, model_ref=model, provider_id=vendor).total_price
    except LookupError:
        return None
