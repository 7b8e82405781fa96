"""The same facts in other units, orders and words; and texts of any kind, which must never break the reader."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.rulebook.reading import read
from providers.rulebook.reading.exchange import Currency, in_dollars
from storage.records.constraints import ConstraintValue, FieldName, checked_value

quick = settings(max_examples=60, deadline=None)


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


def close(found: ConstraintValue | None, expected: float) -> bool:
    return isinstance(found, (int, float)) and abs(found - expected) <= 0.001 * expected


MILLISECONDS = {"ms": 1, " ms": 1, " milliseconds": 1, " msec": 1, " s": 1000, " seconds": 1000, "s": 1000}
LATENCY_WORDS = [
    "p95 under",
    "p95 latency below",
    "latency of at most",
    "95th percentile <",
    "response time must be under",
]


@quick
@given(st.sampled_from(LATENCY_WORDS), st.integers(1, 900), st.sampled_from(sorted(MILLISECONDS)))
def test_latency_in_any_unit(words: str, number: int, unit: str) -> None:
    seconds_allowed = number <= 60 or MILLISECONDS[unit] == 1
    value = number if seconds_allowed else 60

    assert close(facts(f"{words} {value}{unit}").get("latency_p95_ms"), value * MILLISECONDS[unit])


PER_SECOND = {
    "a second": 1,
    "per second": 1,
    "per minute": 60,
    "an hour": 3600,
    "/hour": 3600,
    "per day": 86400,
    "a day": 86400,
}


@quick
@given(
    st.sampled_from(["requests", "predictions", "calls", "images", "documents"]),
    st.integers(1, 9_999),
    st.sampled_from(["", "k", " thousand", " million"]),
    st.sampled_from(sorted(PER_SECOND)),
)
def test_throughput_per_any_period(noun: str, number: int, scale: str, period: str) -> None:
    factor = {"": 1, "k": 1e3, " thousand": 1e3, " million": 1e6}[scale]

    assert close(
        facts(f"We expect {number}{scale} {noun} {period}.").get("throughput_rps"), number * factor / PER_SECOND[period]
    )


MONTHS = {"per month": 1, "a month": 1, "/month": 1, "monthly": 1, "per year": 1 / 12, "a year": 1 / 12}
MONEY: list[tuple[str, Currency]] = [
    ("${}", "USD"),
    ("{} USD", "USD"),
    ("{} dollars", "USD"),
    ("€{}", "EUR"),
    ("{} EUR", "EUR"),
    ("£{}", "GBP"),
    ("CHF {}", "CHF"),
]
LIMITS = ["at most", "budget of", "keep it under", "no more than", "we can spend up to", "Budget:"]


@quick
@given(
    st.sampled_from(LIMITS),
    st.integers(1_000, 999_999),
    st.booleans(),
    st.sampled_from(MONEY),
    st.sampled_from(sorted(MONTHS)),
)
def test_budget_in_any_currency_and_period(
    words: str, number: int, grouped: bool, money: tuple[str, Currency], period: str
) -> None:
    pattern, currency = money
    amount = f"{number:,}" if grouped else str(number)
    expected = in_dollars(number, currency) * MONTHS[period]

    assert close(facts(f"{words} {pattern.format(amount)} {period}").get("monthly_budget_usd"), expected)


PARTS: dict[str, tuple[FieldName, ConstraintValue]] = {
    "p95 under 70 ms": ("latency_p95_ms", 70),
    "250 req/s": ("throughput_rps", 250),
    "at most $2k a month": ("monthly_budget_usd", 2000),
    "EU only": ("data_residency", "EU"),
    "99.95% availability": ("availability_slo", 99.95),
    "HIPAA": ("compliance", ["hipaa"]),
    "PII": ("data_sensitivity", "pii"),
    "us-west-2": ("regions", ["us-west-2"]),
    "no GPU": ("gpu_required", False),
    "XGBoost": ("model_framework", "xgboost"),
    "spot is fine": ("spot_ok", True),
    "max 5 replicas": ("max_replicas", 5),
    "Datadog": ("monitoring", ["datadog"]),
}


@quick
@given(
    st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=13, unique=True),
    st.sampled_from([", ", ". ", "\n- ", "; "]),
)
def test_order_and_punctuation_do_not_matter(parts: list[str], joint: str) -> None:
    found = facts(joint.join(parts))

    assert {field: found.get(field) for field, _ in map(PARTS.__getitem__, parts)} == dict(
        map(PARTS.__getitem__, parts)
    )


@quick
@given(
    st.sampled_from(sorted(PARTS)),
    st.sampled_from([str.upper, str.lower, str.title, lambda text: f"**{text}**", lambda text: f"  {text} "]),
)
def test_case_and_emphasis_do_not_matter(part: str, change: Callable[[str], str]) -> None:
    field, value = PARTS[part]

    assert facts(change(part)).get(field) == value


@quick
@example("a 0B model")
@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error_and_with_valid_spans(text: str) -> None:
    for item in read(text).findings:
        assert 0 <= item.start < item.end <= len(text)
        assert checked_value(item.field, item.value) is not None


ALPHABET = st.sampled_from(
    [
        "p95",
        "80",
        "ms",
        "under",
        "$",
        "€",
        "4k",
        "1.000",
        "no",
        "not",
        "GPU",
        "T4",
        "GPUs",
        "x",
        "AWS",
        "EU",
        "only",
        ",",
        ".",
        "(",
        ")",
        "?",
        "\n",
        "%",
        "req/s",
        "a",
        "month",
        "TB",
        "7B",
        "model",
        "99.9",
        "uptime",
        "-",
        "İ",
        "🙂",
        "\u202e",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ALPHABET, max_size=40))
def test_words_in_any_order_yield_valid_values(words: list[str]) -> None:
    text = " ".join(words)

    assert read(text) == read(text)
    for item in read(text).findings:
        assert checked_value(item.field, item.value) is not None
        assert text[item.start : item.end].strip() != ""


@quick
@given(st.text(alphabet="é🙂\u202e中 ", max_size=30))
def test_evidence_counts_code_points(before: str) -> None:
    text = f"{before}. p95 under 80 ms"
    item = next(item for item in read(text).findings if item.field == "latency_p95_ms")

    assert text[item.start : item.end] == "p95 under 80 ms"
