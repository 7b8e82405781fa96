"""US dollars: rounded once for each line of the bill, so that every sum of them is the same everywhere."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

_CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_EVEN)


def dollars(amount: Decimal) -> str:
    """Whole dollars from a hundred on, cents below."""
    return f"${amount:,.0f}" if amount >= 100 else f"${amount:,.2f}"
