"""Diffs in two columns, and constraints through a form and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue
from web.views.changed_files import Filter
from web.views.diffs import NOTHING, Line, Pair, Side, paired
from web.views.fields import parsed, typed_text
from web.views.fork import asked, fork_form
from web.views.quarantine import LONGEST, payload_of
from web.views.words import FIELDS


def test_what_was_removed_stands_beside_what_took_its_place() -> None:
    lines = [
        Line("hunk", "", "", "@@ -1,3 +1,4 @@"),
        Line("same", "1", "1", "a"),
        Line("remove", "2", "", "b"),
        Line("add", "", "2", "B"),
        Line("add", "", "3", "C"),
        Line("remove", "3", "", "d"),
    ]
    assert paired(lines) == [
        Pair("@@ -1,3 +1,4 @@", NOTHING, NOTHING),
        Pair("", Side("same", "1", "a"), Side("same", "1", "a")),
        Pair("", Side("remove", "2", "b"), Side("add", "2", "B")),
        Pair("", NOTHING, Side("add", "3", "C")),
        Pair("", Side("remove", "3", "d"), NOTHING),
    ]


@given(st.lists(st.sampled_from(["same", "add", "remove", "hunk", "note"])))
def test_no_line_is_lost_or_doubled_in_two_columns(kinds: list) -> None:
    lines = [Line(kind, str(n), str(n), f"line {n}") for n, kind in enumerate(kinds)]
    shown: list[str] = []
    for pair in paired(lines):
        sides = [pair.left] if pair.left.kind == "same" else [pair.left, pair.right]
        shown += [pair.across] if pair.across else [side.text for side in sides if side is not NOTHING]
    assert sorted(shown) == sorted(line.text for line in lines)


@pytest.mark.parametrize(
    ("chosen", "query"),
    [
        (Filter("", "unified", False), ""),
        (Filter("x", "split", True), "?against=x&view=split&hide=1"),
        (Filter("", "unified", True), "?hide=1"),
    ],
)
def test_only_what_is_asked_for_stands_in_the_address(chosen: Filter, query: str) -> None:
    assert chosen.query() == query


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latency_p95_ms", 80.0),
        ("availability_slo", 99.95),
        ("model_size_params", 7_000_000_000),
        ("gpu_required", False),
        ("spot_ok", True),
        ("regions", ["eu-west-1", "eu-central-1"]),
        ("data_sensitivity", "pii"),
        ("model_framework", "pytorch"),
    ],
)
def test_a_value_survives_its_form(name: str, value: ConstraintValue) -> None:
    assert parsed(FIELDS[name], [typed_text(value)]) == value


KNOWN = ConstraintSchema(
    {
        "latency_p95_ms": Constraint(value=80.0, status="stated"),
        "cloud": Constraint(value=["gcp", "aws"], status="stated"),
        "monthly_budget_usd": Constraint(value=4000, status="assumed"),
    }
)


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    form = fork_form(KNOWN, asked(KNOWN, {}))
    sent = {item.words.name: item.chosen or [item.typed] for item in [*form.known, *form.rest]}
    assert [item.words.name for item in form.known] == ["latency_p95_ms", "monthly_budget_usd", "cloud"]
    found = asked(KNOWN, sent)
    assert (found.changes, found.errors) == ({}, {})


def test_a_form_says_all_that_is_wrong_and_keeps_what_was_typed() -> None:
    found = asked(KNOWN, {"latency_p95_ms": ["fast"], "cloud": ["mars"], "monthly_budget_usd": ["5k"], "no": ["x"]})
    assert found.changes == {"monthly_budget_usd": 5000}
    assert found.errors.keys() == {"latency_p95_ms", "cloud", ""}
    form = fork_form(KNOWN, found)
    assert {item.words.name: item.typed for item in form.known}["latency_p95_ms"] == "fast"
    assert form.error == "no is not a constraint."


@given(st.binary(max_size=200))
def test_any_bytes_become_text(data: bytes) -> None:
    assert not any("\ud800" <= character <= "\udfff" for character in payload_of(data).text)


def test_a_long_payload_is_cut_and_says_so() -> None:
    assert payload_of(b"x" * LONGEST).cut is False
    cut = payload_of(b"x" * (LONGEST + 1))
    assert (len(cut.text), cut.cut) == (LONGEST, True)
