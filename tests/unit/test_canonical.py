"""One spelling for every value: RFC 8785 bytes, decimal money, floats that jsonb would move."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from storage.records.canonical import canonical_json, sha256_of
from storage.records.plans import CostLine


def test_keys_are_sorted_and_numbers_spelled_as_in_ecmascript() -> None:
    assert canonical_json({"b": 1.0, "a": [1e21, 0.1, -0.0], "é": "ü"}) == '{"a":[1e+21,0.1,0],"b":1,"é":"ü"}'.encode()


def test_money_is_a_decimal_string() -> None:
    line = CostLine(
        item="compute",
        quantity=Decimal("730"),
        unit="hour",
        unit_usd=Decimal("0.0000336"),
        usd=Decimal("24.50"),
        source="list",
        as_of="2026-07-30",
    )
    body = json.loads(canonical_json(line))
    assert (body["quantity"], body["unit_usd"], body["usd"]) == ("730", "0.0000336", "24.50")
    assert CostLine.model_validate(body) == line


def test_what_has_no_canonical_form_is_refused() -> None:
    for value in (float("nan"), float("inf"), 2**53):
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical_json({"x": value})


@given(st.dictionaries(st.text(max_size=8), st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8) | st.booleans()))
def test_a_hash_survives_a_trip_through_json(value: dict[str, object]) -> None:
    assert sha256_of(json.loads(json.dumps(value))) == sha256_of(value)
    assert sha256_of(value) == hashlib.sha256(canonical_json(value)).hexdigest()
