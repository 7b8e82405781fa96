"""What one unit of a currency was worth in US dollars.

Source: European Central Bank, euro foreign exchange reference rates of 13 August 2026 (series EXR.D.*.EUR.SP00.A):
1 EUR = 1.1534 USD = 0.8549 GBP = 0.9373 CHF. The others are cross rates of these.
"""

from __future__ import annotations

from typing import Literal

Currency = Literal["USD", "EUR", "GBP", "CHF"]

SIGNS: dict[str, Currency] = {"$": "USD", "€": "EUR", "£": "GBP", "us$": "USD"}

AS_OF = "2026-08-13"
_PER_EURO: dict[Currency, float] = {"EUR": 1.0, "USD": 1.1534, "GBP": 0.8549, "CHF": 0.9373}


def in_dollars(amount: float, currency: Currency) -> float:
    return amount * _PER_EURO["USD"] / _PER_EURO[currency]


def conversion(amount: float, currency: Currency, period: str = "month") -> str:
    """From what, at which rate and of which day; empty for US dollars."""
    if currency == "USD":
        return ""
    said = f"{amount:,.2f}".removesuffix(".00") + f" {currency}" + ("" if period == "month" else f" a {period}")
    return f"{said} at {in_dollars(1, currency):.4f} USD, ECB {AS_OF}"
