"""Whole requests, one in each line of requests.jsonl: every fact that they state, and none besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

REQUESTS: list[dict] = [
    json.loads(line) for line in Path(__file__).with_name("requests.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("text", "stated"), [(request["text"], request["stated"]) for request in REQUESTS])
def test_a_request_is_read_as_a_whole(text: str, stated: dict[FieldName, ConstraintValue]) -> None:
    assert facts(text) == stated
