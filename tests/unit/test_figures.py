"""A figure that a model was not given is told from one that it was, however either is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.chat.figures import Given

TOLD = Given(
    '{"constraints": {"latency_p95_ms": {"value": 80}, "throughput_rps": {"value": 300}, "monthly_budget_usd":'
    ' {"value": 4000}, "availability_slo": {"value": 99.9}}, "options": [{"option": 1, "label":'
    ' "3 × g4dn.xlarge on demand, aws eu-west-1, 3 zones", "usd_a_month": 1588.58, "percent_of_budget": 39.7,'
    ' "requests_a_second_carried": 696.9, "hours_a_run": 1.5}],'
    ' "facts": [{"fact": 7, "words": "The model has 110 million parameters, by a price of 2024-07-01"}]}'
)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $1,588.58 a month.",
        "About $1,590, or $1.6k: 39.7 % of the $4k budget.",
        "It takes 40% of the budget.",
        "A p95 of 80 ms (0.08 s) where 300 req/s are asked; it carries 697.",
        "3 × g4dn.xlarge in eu-west-1 over 3 zones, with 99.9 % availability.",
        "110M parameters, 90 minutes a run.",
        "Two machines, 2 zones, 1 of 12 options; a sub-80ms target, an 80-ms one, 80–300.",
        "Nothing but words.",
        "It has 110 million parameters; 7 of them would be few.",
        "The 95th percentile stays under 80 ms.",
        "USD 1,590 a month, 1,588.58 US dollars to be exact.",
    ],
)
def test_what_was_given_may_be_said_in_other_words(text: str) -> None:
    TOLD.check(text)


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        ("It saves $143 a month.", "'$143'"),
        ("That is $19,063 a year.", "'$19,063'"),
        ("About $1,700.", "'$1,700'"),
        ("It takes 41 % of the budget.", "'41 %'"),
        ("99.99 % availability", "'99.99 %'"),
        ("100 % availability", "'100 %'"),
        ("It answers in 5 ms.", "'5 ms'"),
        ("$7 less", "'$7'"),
        ("$3 less", "'$3'"),
        ("It would take 95 ms.", "'95 ms'"),
        ("$2,024 more", "'$2,024'"),
        ("by a price of 2024-08-01", "'2024-08-01'"),
        ("€4,000", "'€4'"),
        ("1,590 EUR", "'0 EUR'"),
        ("GBP 4,000", "'GBP 4'"),
        ("USD 9 a month", "'$9'"),
        ("6 US dollars", "'6 dollars'"),
        ("9 cents", "'9 cents'"),
        ("pays for itself in 3 months", "'3 months'"),
        ("It answers in 80 s.", "'80 s'"),
        ("9 per cent", "'9 percent'"),
        ("10 times as much", "'10 times'"),
        ("5x cheaper", "'5x cheaper'"),
        ("8 vCPUs each", "'8 vcpus'"),
        ("\u2460\u2464 dollars", "'\u2460'"),
        ("4M a month", "'4 m'"),
        ("It runs on 2 × g5.xlarge.", "'g5.xlarge'"),
        ("eu-west-2 is cheaper.", "'eu-west-2'"),
        ("The p99 is fine.", "'p99'"),
        ("A sub-50ms target", "'sub-50ms'"),
        ("1588.58.58", "'.58'"),
        ("$.50", "'$.50'"),
        ("zone-13", "'zone-13'"),
        ("½ of it", "'½'"),
        ("１７ machines", "'１７'"),
        ("a hundred dollars", "'hundred'"),
        ("twenty percent more", "'twenty'"),
        ("several thousand requests", "'thousand'"),
    ],
)
def test_what_was_not_given_is_named(text: str, stranger: str) -> None:
    with pytest.raises(ValueError, match="given") as refused:
        TOLD.check("It costs $1,588.58 a month.", text)
    assert stranger in str(refused.value)


@given(st.floats(0.02, 1e9), st.integers(0, 3))
def test_a_figure_is_known_by_its_rounding_and_by_no_other(figure: float, decimals: int) -> None:
    told = Given(json.dumps({"usd_a_month": figure}))
    written = f"{figure:,.{decimals}f}"
    rounded = float(written.replace(",", ""))
    if abs(rounded - figure) <= 0.05 * figure:
        told.check(f"It is ${written} a month.")
    with pytest.raises(ValueError, match="not among the figures"):
        told.check(f"It is ${figure * 1.2 + 0.07:,.2f} a month.")


@given(st.text(st.characters(categories=["Nd", "Lu", "Ll", "Po", "Sc", "Pd", "Zs"]), max_size=40))
def test_no_digit_goes_unread(text: str) -> None:
    """Whatever stands around it, in whatever script: 7319 was not given."""
    with pytest.raises(ValueError, match="you were given"):
        TOLD.check(f"{text}7319")
