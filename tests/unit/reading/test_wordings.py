"""How one fact is worded, one in each line of wordings.jsonl, and what only looks like it: there the value is null."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts

WORDINGS: list[dict] = [
    json.loads(line) for line in Path(__file__).with_name("wordings.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("field", "text", "value"), [(item["field"], item["text"], item["value"]) for item in WORDINGS]
)
def test_a_wording_says_this_much(field: FieldName, text: str, value: ConstraintValue | None) -> None:
    found = facts(text).get(field)

    assert found == (pytest.approx(value, rel=1e-3) if isinstance(value, float | int) else value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("We pay $9k a month for it, half of that please.", "monthly_budget_usd"),
        ("p95 is 800 ms today. Make it twice as fast.", "latency_p95_ms"),
        ("The run takes 8 hours, half the time please.", "deadline_hours"),
        ("a budget of -$100 a month", "monthly_budget_usd"),
        ("The budget is at least $9,000 a month.", "monthly_budget_usd"),
        ("at least $9000", "monthly_budget_usd"),
        ("Budget: $3k a month or more", "monthly_budget_usd"),
        ("2.5 GPUs", "gpu_count"),
        ("Ranking model, p99 under 50 ms, 600 rps", "latency_p95_ms"),
    ],
)
def test_what_cannot_stand_is_a_problem(text: str, field: FieldName) -> None:
    reading = read(text)

    assert field not in facts(text)
    assert [item.field for item in reading.problems] == [field]


@pytest.mark.parametrize(
    "text", ["spot is fine", "Spot ist okay", "täglich 86.400 Bilder", " p95 < 80 ms ", "no GPU ."]
)
def test_evidence_has_no_blanks_around_it(text: str) -> None:
    for item in read(text).findings:
        words = text[item.start : item.end]
        assert words == words.strip()
