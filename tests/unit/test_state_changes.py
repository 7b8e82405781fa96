"""What moved between two states, path by path."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.changes import destructive, state_changes, state_counts


def resource(kind: str, sku: str = "m7i.large", count: int = 2, region: str = "eu-west-1") -> dict[str, Any]:
    return {"kind": kind, "cloud": "aws", "region": region, "sku": sku, "count": count, "purchase": "on_demand"}


def plan(*resources: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"plan": {"resources": list(resources), "encrypted": True, "public_endpoint": False, "zones": 2, **fields}}


def moved(base: dict[str, Any], head: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(change.path, change.kind, change.old, change.new) for change in state_changes(base, head)]


def test_a_record_is_matched_by_what_names_it() -> None:
    base = plan(resource("compute"), resource("storage", "gp3"))
    head = plan(resource("queue", "sqs"), resource("storage", "gp3"), resource("compute", "m7i.xlarge", count=3))
    assert moved(base, head) == [
        ("plan.resources[compute].count", "changed", 2, 3),
        ("plan.resources[compute].sku", "changed", "m7i.large", "m7i.xlarge"),
        ("plan.resources[queue]", "added", None, resource("queue", "sqs")),
    ]


def test_two_of_a_kind_are_told_apart_by_more() -> None:
    base = plan(resource("compute", "m7i.large"), resource("compute", "g6.xlarge"))
    head = plan(resource("compute", "g6.xlarge", count=1), resource("compute", "m7i.large"))
    assert moved(base, head) == [("plan.resources[compute g6.xlarge].count", "changed", 2, 1)]


def test_twins_are_matched_by_place() -> None:
    twin = resource("compute")
    assert moved(plan(twin, twin), plan(twin, twin | {"count": 5})) == [
        ("plan.resources[1].count", "changed", 2, 5),
    ]


def test_the_first_of_a_list_is_an_addition_and_the_last_a_removal() -> None:
    assert [change[1] for change in moved(plan(), plan(resource("compute")))] == ["added"]
    assert [change[1] for change in moved(plan(resource("compute")), plan())] == ["removed"]


def test_without_a_base_everything_is_added() -> None:
    head = {
        "constraints": {"max_replicas": {"value": 6, "status": "stated", "evidence": None, "source": ""}},
        "cost_estimate": {"likely": "310.20", "lines": [{"item": "compute", "usd": "310.20"}], "assumptions": []},
    }
    assert moved({}, head) == [
        ("constraints.max_replicas", "added", None, 6),
        ("cost_estimate.assumptions", "added", None, []),
        ("cost_estimate.likely", "added", None, "310.20"),
        ("cost_estimate.lines[compute]", "added", None, {"item": "compute", "usd": "310.20"}),
    ]
    assert {change.kind for change in state_changes(head, {})} == {"removed"}
    assert state_changes(head, head) == state_changes({}, {}) == []


def test_a_constraint_is_its_value_not_how_it_came_to_be_known() -> None:
    stated = {"value": ["eu-west-1"], "status": "stated", "evidence": {"message": 1, "start": 0, "end": 2}}
    inherited = {"value": ["eu-west-1"], "status": "confirmed", "evidence": None}
    assert moved({"constraints": {"regions": stated}}, {"constraints": {"regions": inherited}}) == []
    changed = inherited | {"value": ["eu-west-1", "eu-north-1"]}
    assert moved({"constraints": {"regions": stated}}, {"constraints": {"regions": changed}}) == [
        ("constraints.regions", "changed", ["eu-west-1"], ["eu-west-1", "eu-north-1"])
    ]


def test_one_true_and_the_word_one_are_three_values() -> None:
    values = [1, True, "1"]
    seen = [bool(moved({"basis": {"x": one}}, {"basis": {"x": two}})) for one in values for two in values]
    assert seen == [False, True, True, True, False, True, True, True, False]


def test_bookkeeping_is_no_change() -> None:
    base = {"approval": {"gate": "a", "capsule": "c", "comment_event": 4, "by": "ana"}, "round": 1, "baseline": None}
    head = {"approval": {"gate": "b", "capsule": "d", "comment_event": 9, "by": "bo"}, "round": 2, "baseline": {"c": 1}}
    assert moved(base, head) == [("approval.by", "changed", "ana", "bo")]


def test_how_long_a_check_took_and_what_git_shows_is_no_change() -> None:
    def state(sha: str, took: str, outcome: str) -> dict[str, Any]:
        check = {"tool": "pytest", "outcome": outcome, "detail": f"55 passed in {took}", "log_tail": took}
        return {"commit": {"sha": sha}, "bundle": {"size": len(took)}, "validation": {"checks": [check]}}

    assert moved(state("a", "1.20 s", "passed"), state("b", "0.7 s", "passed")) == []
    assert moved(state("a", "1.20 s", "passed"), state("b", "0.7 s", "failed")) == [
        ("validation.checks[pytest].outcome", "changed", "passed", "failed")
    ]


def test_a_large_value_is_compared_and_shown_by_its_hash() -> None:
    base, head = ({"plan": {"summary": letter * 9000}} for letter in "ab")
    ((path, kind, old, new),) = moved(base, head)
    assert (path, kind) == ("plan.summary", "changed")
    assert old != new
    assert [len(side) for side in (old, new)] == [71, 71]
    assert old.startswith("sha256:")


def test_counts() -> None:
    base = plan(resource("compute"), resource("storage"))
    head = plan(resource("compute", count=4), resource("queue"), resource("logs"))
    assert state_counts(base, head) == {"added": 2, "changed": 1, "removed": 1}


def test_thousands_of_records_are_compared_in_linear_time() -> None:
    def state(size: int, shift: int) -> dict[str, Any]:
        return {"candidates": [{"label": f"c{n + shift}", "sku": f"s{n}"} for n in range(size)]}

    def calls(size: int) -> int:
        counted = 0

        def count(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            state_changes(state(size, 0), state(size, 1))
        finally:
            sys.setprofile(None)
        return counted

    calls(10)
    assert calls(2000) < 8 * calls(250) * 2


leaves = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=5))
records = st.lists(st.fixed_dictionaries({"label": st.text(max_size=3), "x": leaves}), max_size=4)
states = st.fixed_dictionaries(
    {},
    optional={
        "candidates": records,
        "plan": st.dictionaries(
            st.text(max_size=4), st.one_of(leaves, records, st.lists(leaves, max_size=3)), max_size=4
        ),
    },
)


@given(states, states)
@settings(deadline=None, max_examples=200)
def test_changes_one_way_are_the_changes_back(base: dict[str, Any], head: dict[str, Any]) -> None:
    there = [(change.path, change.old, change.new) for change in state_changes(base, head)]
    back = [(change.path, change.new, change.old) for change in state_changes(head, base)]
    assert there == back
    assert state_changes(base, base) == []


@pytest.mark.parametrize(
    ("base", "head", "lost"),
    [
        (plan(resource("compute")), plan(), ["compute is removed: 2 × m7i.large in aws eu-west-1"]),
        (plan(resource("compute")), plan(resource("compute", count=0)), ["compute is scaled to none, from 2"]),
        (plan(resource("compute", count=0)), plan(), []),
        (
            plan(resource("storage", region="eu-west-1")),
            plan(resource("storage", region="eu-north-1")),
            ["storage is replaced: region eu-west-1 becomes eu-north-1"],
        ),
        (plan(), plan(encrypted=False), ["encryption is removed"]),
        (plan(encrypted=False), plan(encrypted=True), []),
        (plan(), plan(public_endpoint=True), ["the endpoint becomes public"]),
        (plan(zones=3), plan(zones=1), ["availability zones go from 3 to 1"]),
        (plan(resource("compute")), {}, []),
        ({}, plan(resource("compute")), []),
    ],
)
def test_what_a_change_takes_away(base: dict[str, Any], head: dict[str, Any], lost: list[str]) -> None:
    assert destructive(base, head) == lost
