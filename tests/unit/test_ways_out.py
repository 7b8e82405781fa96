"""Each way out of a blocked plan becomes a comment, and the comment is read as what it gives up."""

from __future__ import annotations

from typing import Any

import pytest

from providers.rulebook.reading import read
from web.views.ways_out import ways_out

WAYS = {
    "Raise the budget to $147,620 a month ($144,160 more)": {"monthly_budget_usd": 147620.0},
    "Allow a p95 of 900 ms instead of 80 ms": {"latency_p95_ms": 900.0},
    "Ask for 58,143 requests a second instead of 1e+07": {"throughput_rps": 58143.0},
    "Allow 8 machines instead of 4": {"max_replicas": 8},
    "Allow 2 × H100 instead of 1": {"gpu_count": 2},
    "Allow 12 hours a run instead of 6": {"deadline_hours": 12.0},
    "Allow 3 days a run instead of 1 day": {"deadline_hours": 72.0},
    "Accept an availability of 99.5 % instead of 99.99 %": {"availability_slo": 99.5},
    "Accept spot machines": {"spot_ok": True},
    "Allow a GPU": {"gpu_required": True},
    "Do without a GPU": {"gpu_required": False},
    "Take L4 instead of H100": {"gpu_type": "L4"},
    "Allow gcp": {"cloud": ["gcp"]},
    "Allow the region eu-west-1": {"regions": ["eu-west-1"]},
    "Raise the budget to $3,000 a month ($500 more) and allow a p95 of 900 ms instead of 80 ms": {
        "monthly_budget_usd": 3000.0,
        "latency_p95_ms": 900.0,
    },
}


@pytest.mark.parametrize(("gives_up", "values"), WAYS.items())
def test_a_way_is_read_as_what_it_gives_up(gives_up: str, values: dict[str, Any]) -> None:
    (way,) = ways_out([f"{gives_up}: 2 × g6.xlarge on demand, aws eu-west-1, about $900 a month."])
    found = read(way.comment)
    stated = {item.field: item.value for item in found.findings}
    assert stated | values == stated
    assert not found.problems
    assert not found.rivals
    assert way.then == "2 × g6.xlarge on demand, aws eu-west-1, about $900 a month."


@pytest.mark.parametrize(
    "sentence",
    [
        "Let data leave eu for us-east-1: 2 × m7i.large, about $900 a month.",
        "Add figures for onprem: the price book has none.",
        "No machine in the price book can run this workload.",
        "Do without H100: 2 × m7i.large, about $900 a month.",
        "Raise the budget to $900 a month ($1 more) and let data leave eu for us: 1 × m7i.large, about $900 a month.",
    ],
)
def test_what_no_comment_can_ask_for_has_no_comment(sentence: str) -> None:
    (way,) = ways_out([sentence])
    assert way.comment == ""
    assert way.gives_up == sentence.partition(": ")[0]
