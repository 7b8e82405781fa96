"""How events and rows become what a page shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.errors import Invalid
from web.filters import ago, coded, short, span, unseen, usd
from web.markdown import ATTRIBUTES, TAGS, markdown
from web.views.diffs import Line, unified
from web.views.fields import parsed
from web.views.marked import Segment, Span, segments
from web.views.pulse import pulse
from web.views.strip import stage_strip
from web.views.words import FIELDS, converted, value_words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cut(text: str, *spans: tuple[int, int]) -> list[str]:
    found = segments(text, [Span(start, end, "cloud", "Cloud: AWS") for start, end in spans])
    return [f"[{part.text}]" if part.field else part.text for part in found]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("p95 80 ms please", [(0, 9)], ["[p95 80 ms]", " please"]),
        ("🚀 80 ms", [(2, 7)], ["🚀 ", "[80 ms]"]),
        ("abcdef", [(0, 4), (2, 6)], ["[abcd]", "[ef]"]),
        ("abc", [(1, 99)], ["a", "[bc]"]),
        ("abc", [(5, 9)], ["abc"]),
        ("", [], []),
    ],
)
def test_words_are_cut_at_code_points(text: str, spans: list[tuple[int, int]], expected: list[str]) -> None:
    assert cut(text, *spans) == expected


def test_words_that_became_two_facts_name_both() -> None:
    found = segments("EU only", [Span(0, 7, "data_residency", "Residency: EU"), Span(0, 2, "regions", "Regions: eu")])
    assert found == [Segment("EU only", "data_residency", "Residency: EU; Regions: eu")]


@given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_no_character_is_lost_or_doubled(text: str, pairs: list[tuple[int, int]]) -> None:
    found = segments(text, [Span(start, end, "cloud", "x") for start, end in pairs])
    assert "".join(part.text for part in found) == text


@given(st.text())
def test_a_persons_words_never_become_markup(text: str) -> None:
    html = str(markdown(text))
    tags = re.findall(r"<\s*/?\s*([a-z0-9]+)([^>]*)>", html, re.IGNORECASE)
    assert {name for name, _ in tags} <= TAGS
    assert all(not attributes or name in ATTRIBUTES for name, attributes in tags if attributes.strip(" /"))
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", html)


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "![x](http://h/i.png)", "[x](javascript:alert(1))", "<b hx-get='/x'>y</b>"],
)
def test_markdown_is_inert(text: str) -> None:
    assert not re.search(r"<img|<b|href=.javascript|<[^>]*hx-get", str(markdown(text)))


def test_invisible_characters_are_shown() -> None:
    assert str(unseen("a\u202eb<")) == ('a<span class="unseen" title="right-to-left override">U+202E</span>b&lt;')


@pytest.mark.parametrize(
    ("amount", "signed", "words"),
    [
        ("1240", False, "$1,240"),
        ("310.4", True, "+$310"),
        ("-41.5", True, "−$41.50"),
        ("0.08", False, "$0.08"),
        (None, True, "—"),
    ],
)
def test_money(amount: str | None, signed: bool, words: str) -> None:
    assert usd(amount, signed=signed) == words


def test_a_column_of_money_has_cents_throughout() -> None:
    assert [usd(amount, cents=True) for amount in ("2", "0.46", "1285.5")] == ["$2.00", "$0.46", "$1,285.50"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("set `max_replicas` & go", "set <code>max_replicas</code> &amp; go"),
        ("a ` alone", "a ` alone"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
    ],
)
def test_what_stands_between_backticks_is_code(text: str, html: str) -> None:
    assert coded(text) == html


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.3, "under 1 s"), (42, "42 s"), (130, "2 min 10 s"), (14_000, "3 h 53 min")]
)
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_how_long_ago() -> None:
    assert [ago(NOW - timedelta(seconds=n), NOW) for n in (1, 840, -7200)] == ["now", "14 min ago", "in 2 h"]


def test_a_long_id_is_cut_where_it_differs() -> None:
    assert "<code" in short("01a1fdc8-2fb4-7676-afbb-29f28c8d7fc4")
    assert ">8c8d7fc4<" in short("01a1fdc8-2fb4-7676-afbb-29f28c8d7fc4")
    assert ">9f2c9f2c<" in short("9f2c" * 16)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("latency_p95_ms", 80.0, "80 ms"),
        ("monthly_budget_usd", 4000.0, "$4,000 /mo"),
        ("cloud", ["aws", "gcp"], "AWS, Google Cloud"),
        ("gpu_required", False, "no"),
        ("data_sensitivity", "pii", "Personal (PII)"),
        ("model_framework", "lightgbm", "LightGBM"),
        ("model_framework", "ours", "ours"),
        ("monitoring", ["prometheus", "ours"], "Prometheus, ours"),
        ("model_size_params", 3e9, "3B parameters"),
        ("gpu_type", None, "not stated"),
    ],
)
def test_values_with_their_units(name: str, value: object, words: str) -> None:
    assert value_words(name, value) == words  # pyright: ignore[reportArgumentType]


def test_what_is_typed_into_a_number_must_be_one() -> None:
    assert parsed(FIELDS["monthly_budget_usd"], ["$4,000"]) == 4000
    assert parsed(FIELDS["availability_slo"], ["99.95 %"]) == 99.95
    with pytest.raises(Invalid) as refused:
        parsed(FIELDS["throughput_rps"], ["many"])
    assert refused.value.field == "throughput_rps"


def test_a_converted_sum_shows_what_was_said_and_the_rate() -> None:
    said = "800 EUR at 1.1534 USD, ECB 2026-08-13"
    assert converted(f"rule:budget, {said}") == converted(f"rule:answer, {said}") == said
    assert [converted(source) for source in ("rule:budget", "model:vendor:name at 1", "")] == ["", "", ""]


def icons(status: str, stage: str, **more: int) -> list[str]:
    return [step.mark.icon for step in stage_strip(status, stage, **more).steps]  # pyright: ignore[reportArgumentType]


def test_the_strip_follows_the_servers_stage() -> None:
    assert icons("planning", "critics") == ["done", "done", "running", *["pending"] * 6]
    assert icons("awaiting_approval", "approval") == [*["done"] * 5, "waiting", *["pending"] * 3]
    assert icons("failed", "validators") == [*["done"] * 7, "failed", "minus"]
    assert icons("completed", "done") == ["done"] * 9
    assert icons("deploying", "rollout") == ["pending"] * 9
    assert stage_strip("planning", "critics", round_=2).sentence == "Stage 3/9 Critics (r2): running"


def test_a_blocked_plan_is_blocked_on_the_strip_and_its_policy_step_is_not_done() -> None:
    strip = stage_strip("awaiting_approval", "approval", blocked=True, forbidden=2)
    policy, approve = (next(step.mark for step in strip.steps if step.label == name) for name in ("Policy", "Approve"))
    assert (policy.icon, policy.word, policy.tone) == ("failed", "2 hard rules not met", "fail")
    assert (approve.icon, approve.tone) == ("failed", "fail")
    assert strip.sentence == "Stage 6/9 Approve: blocked, cannot be approved as is"
    again = stage_strip("planning", "planner", round_=2, forbidden=2)
    assert [step.mark.tone for step in again.steps if step.label == "Policy"] == ["stale"]


def test_a_worker_is_silent_after_thirty_seconds() -> None:
    ages = (None, 10, 31)
    silent = [pulse(0, None if age is None else NOW - timedelta(seconds=age), NOW).silent for age in ages]
    assert silent == [True, False, True]


def test_a_unified_diff_has_the_numbers_of_both_sides() -> None:
    patch = "--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@\n same\n-old\n+new\n+--- more\n\\ No newline at end of file"
    assert unified(patch.splitlines()) == [
        Line("hunk", "", "", "@@ -3,2 +3,3 @@"),
        Line("same", "3", "3", "same"),
        Line("remove", "4", "", "old"),
        Line("add", "", "4", "new"),
        Line("add", "", "5", "--- more"),
        Line("note", "", "", "No newline at end of file"),
    ]
