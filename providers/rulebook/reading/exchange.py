"""What one unit of a currency was worth in US dollars.

Source: European Central Bank, euro foreign exchange reference rates of 13 August 2026 (series EXR.D.*.EUR.SP00.A):
1 EUR = 1.1534 USD = 0.8549 GBP = 0.9373 CHF. The others are cross rates of these.
"""

from __future__ import annotations

from typing import Literal

Currency = Literal["USD", "EUR", "GBP", "CHF"]

SIGNS: dict[str, Currency] = {"$": "USD", "€": "EUR", "£": "GBP", "us$": "USD"}

_PER_EURO: dict[Currency, float] = {"EUR": 1.0, "USD": 1.1534, "GBP": 0.8549, "CHF": 0.9373}


def in_dollars(amount: float, currency: Currency) -> float:
    return amount * _PER_EURO["USD"] / _PER_EURO[currency]
