"""What one option costs more than another: in what has a price, which is what tables, what-if and gates show."""

from __future__ import annotations

from decimal import Decimal

from providers.rulebook.money import cents
from providers.rulebook.options import RISK_WORDS, Option

UNPRICED = "before what has no price"


def dearer(option: Option, chosen: Option) -> Decimal:
    """US dollars a month of what has a price in both; less than zero for what costs less."""
    return cents((option.likely or Decimal(0)) - (chosen.likely or Decimal(0)))


def unevenly_unpriced(option: Option, chosen: Option) -> bool:
    """What has no price is not the same in both, so that the difference is not the whole of it."""
    return option.unpriced != chosen.unpriced or round(option.reserve) != round(chosen.reserve)


def saved(option: Option, chosen: Option) -> Decimal | None:
    """US dollars a month. None unless it costs less both in what has a price and with the reserve for what has none."""
    more = dearer(option, chosen)
    return -more if more < 0 and option.compared < chosen.compared else None


def price_words(option: Option, chosen: Option) -> str:
    """In whole dollars, such as "Saves $320 a month, before what has no price"."""
    more, beside = dearer(option, chosen), f", {UNPRICED}" if unevenly_unpriced(option, chosen) else ""
    if not round(more):
        return f"Costs the same{beside}"
    if more > 0:
        return f"Costs ${more:,.0f} a month more{beside}"
    if saved(option, chosen) is not None:
        return f"Saves ${-more:,.0f} a month{beside}"
    whole = option.compared - chosen.compared
    said = f"${whole:,.0f} a month more" if round(whole) else "the same"
    return f"Costs {said} with what other clouds ask for what has no price, and ${-more:,.0f} less before that"


def added_risks(option: Option, chosen: Option) -> list[str]:
    """In words: what the chosen option does not risk, or less."""
    words = [RISK_WORDS[name] for name in option.risks if name not in chosen.risks]
    more = option.unpriced_counts and not chosen.unpriced_counts and chosen.unpriced
    return [*words, "more of its price is unknown"] if more else words
