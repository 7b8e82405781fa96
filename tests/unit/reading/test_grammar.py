"""Sentences from a small grammar: units, bounds, order, tense, negation and correction vary, the fact does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName

quick = settings(max_examples=50, deadline=None)


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


def near(found: ConstraintValue | None, expected: float) -> bool:
    return isinstance(found, (int, float)) and abs(found - expected) <= 0.001 * expected


BOUNDS = ["under", "below", "at most", "no more than", "within", "less than", "up to", "<", "<=", "max"]
SUBJECTS = ["p95", "latency", "response time", "p95 latency", "95th percentile latency"]
TODAY = ["is {} ms now", "is at {} ms today", "is currently {} ms", "was {} ms last week"]
WISHES = ["we'd like {}", "we want {} ms", "it should be {} ms", "the target is {} ms", "must be under {} ms"]


@quick
@given(st.sampled_from(SUBJECTS), st.sampled_from(BOUNDS), st.integers(5, 900), st.booleans())
def test_a_bound_may_stand_on_either_side(subject: str, bound: str, number: int, in_front: bool) -> None:
    text = f"{subject} {bound} {number} ms" if in_front else f"we need {number} ms {subject}"

    assert facts(text).get("latency_p95_ms") == number


@quick
@given(st.sampled_from(TODAY), st.sampled_from(WISHES), st.integers(400, 900), st.integers(20, 390))
def test_what_is_wished_counts_and_not_what_is(today: str, wish: str, now: int, wished: int) -> None:
    text = f"p95 {today.format(now)}, {wish.format(wished)}"

    assert facts(text).get("latency_p95_ms") == wished


@quick
@given(
    st.sampled_from(["sorry, make that", "no wait,", "correction:", "actually"]),
    st.integers(10, 300),
    st.integers(301, 900),
    st.sampled_from(["", " ms"]),
)
def test_a_correction_may_leave_out_what_it_corrects(words: str, first: int, second: int, unit: str) -> None:
    assert facts(f"p95 of {first} ms. {words.capitalize()} {second}{unit}.").get("latency_p95_ms") == second


NOUNS = ["requests", "predictions", "documents", "swipes", "valve readings", "Anfragen", "Ereignisse"]
RATES = {"per second": 1, "a second": 1, "/s": 1, "per minute": 60, "pro Sekunde": 1, "pro Minute": 60}


@quick
@given(st.sampled_from(NOUNS), st.integers(2, 9_999), st.sampled_from(sorted(RATES)))
def test_whatever_is_done_so_many_times_is_throughput(noun: str, number: int, rate: str) -> None:
    gap = "" if rate.startswith("/") else " "

    assert near(facts(f"It gets {number} {noun}{gap}{rate}.").get("throughput_rps"), number / RATES[rate])


@quick
@given(
    st.sampled_from(["tokens", "MB", "words", "epochs", "steps", "GB", "characters"]),
    st.sampled_from(["per second", "/s", "per minute", "per day"]),
    st.integers(1, 9_999),
)
def test_what_is_no_request_is_no_throughput(noun: str, rate: str, number: int) -> None:
    assert "throughput_rps" not in facts(f"It makes {number} {noun} {rate}.")


@quick
@given(st.integers(10, 400), st.integers(401, 900), st.sampled_from(["{}-{} req/s", "between {} and {} req/s"]))
def test_a_range_of_load_is_sized_for_its_upper_end(low: int, high: int, words: str) -> None:
    assert facts(f"Expect {words.format(low, high)}.").get("throughput_rps") == high


@quick
@given(st.integers(10, 400), st.integers(401, 900), st.booleans())
def test_the_peak_counts_and_not_the_mean(mean: int, peak: int, mean_first: bool) -> None:
    parts = [f"on average {mean} rps", f"peaks of {peak} rps"]

    assert facts(", ".join(parts if mean_first else reversed(parts))).get("throughput_rps") == peak


CLOUDS = {"AWS": "aws", "Azure": "azure", "GCP": "gcp", "Google Cloud": "gcp"}
EXCLUDING = [
    "not on {}",
    "anything but {}",
    "{} is not an option",
    "no {} please",
    "must not run on {}",
    "nicht auf {}",
]


@quick
@given(st.sampled_from(sorted(CLOUDS)), st.sampled_from(EXCLUDING))
def test_an_excluded_cloud_leaves_the_others(cloud: str, words: str) -> None:
    others: list[str] = sorted({"aws", "azure", "gcp"} - {CLOUDS[cloud]})

    assert facts(words.format(cloud)).get("cloud") == others


PLACES = {"the EU": "EU", "Germany": "Germany", "Switzerland": "Switzerland", "the UK": "UK", "Canada": "Canada"}
STAYING = [
    "the data must stay in {}",
    "nothing may leave {}",
    "run it in {}",
    "hosted in {}",
    "data must not be processed outside {}",
    "everything within {}",
    "serve it from a region inside {}",
]
LIVING = ["our users live in {}", "we are a bank based in {}", "we sell to shops in {}", "the law of {} is strict"]


@quick
@given(st.sampled_from(sorted(PLACES)), st.sampled_from(STAYING), st.sampled_from(["", "p95 40 ms, ", "on AWS, "]))
def test_where_the_data_stays(place: str, words: str, before: str) -> None:
    assert facts(before + words.format(place)).get("data_residency") == PLACES[place]


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("words", LIVING)
def test_where_people_are_is_no_residency(place: str, words: str) -> None:
    assert "data_residency" not in facts(words.format(place))


CARDS = ["A100", "H100", "L4", "T4", "V100", "A10G", "L40S", "MI300X", "H200"]
COUNTED = [
    "{n}x {card}",
    "{n} x {card}",
    "{n}x{card}",
    "{n} {card}s",
    "{n}× {card}",
    "{n} * {card} 80GB",
    "{n} Nvidia {card} GPUs",
]


@quick
@given(st.integers(1, 64), st.sampled_from(CARDS), st.sampled_from(COUNTED))
def test_gpus_in_all_spellings(number: int, card: str, words: str) -> None:
    found = facts(f"Train it on {words.format(n=number, card=card)}.")

    assert (found.get("gpu_count"), found.get("gpu_type"), found.get("gpu_required")) == (number, card, True)


@quick
@given(
    st.sampled_from(["{}B model", "Llama {}B", "qwen-{}b", "{} billion parameters", "model size: {}B"]),
    st.integers(1, 400),
)
def test_parameters_in_all_spellings(words: str, number: int) -> None:
    assert facts(words.format(number)).get("model_size_params") == number * 1_000_000_000


SIZES = {"GB": 1, "TB": 1000, " GB": 1, " TB": 1000, " gigabytes": 1, " terabytes": 1000}
MATERIAL = ["{} of radar sweeps", "dataset: {}", "a {} dataset", "the data is {}", "we have {} in S3"]


@quick
@given(st.sampled_from(MATERIAL), st.integers(1, 900), st.sampled_from(sorted(SIZES)))
def test_data_in_all_sizes(words: str, number: int, unit: str) -> None:
    assert near(facts(words.format(f"{number}{unit}")).get("dataset_size_gb"), number * SIZES[unit])


HOURS = {"hours": 1, "h": 1, "days": 24, "Stunden": 1}
ENDINGS = [
    "the job must finish within {}",
    "done in {}",
    "training may take at most {}",
    "{} max runtime",
    "fertig in {}",
]


@quick
@given(st.sampled_from(ENDINGS), st.integers(2, 90), st.sampled_from(sorted(HOURS)))
def test_deadlines_in_all_units(words: str, number: int, unit: str) -> None:
    assert near(facts(words.format(f"{number} {unit}")).get("deadline_hours"), number * HOURS[unit])


ASIDES = [
    "Hi all!",
    "Thanks in advance.",
    "We met on Tuesday.",
    "Our office moved last month.",
    "Anna will join in May.",
]
CORE = "Serve it with 90 req/s, p95 under 70 ms, on Azure, at most $800 a month, max 4 replicas"
READ = facts(CORE)


@quick
@given(st.lists(st.sampled_from(ASIDES), max_size=4), st.lists(st.sampled_from(ASIDES), max_size=4))
def test_small_talk_changes_nothing(before: list[str], after: list[str]) -> None:
    assert facts(" ".join([*before, CORE + ".", *after])) == READ


@quick
@given(st.lists(st.sampled_from(ASIDES), max_size=8))
def test_small_talk_states_nothing(asides: list[str]) -> None:
    assert read(" ".join(asides)).findings == []
