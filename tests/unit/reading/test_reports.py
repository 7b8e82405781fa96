"""What is reported, offered, compared or withdrawn is no wish; a wish keeps its figure whatever stands beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName

quick = settings(max_examples=40, deadline=None)


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


def near(found: ConstraintValue | None, expected: float) -> bool:
    return isinstance(found, (int, float)) and abs(found - expected) <= 0.001 * expected


REPORTS = [
    "The second caller has an answer after {} ms.",
    "It goes to {} ms per request.",
    "Latency can go up to {} ms.",
    "The search answered in {} ms instead of 20 ms.",
    "Load test result: 40 rps, p95 {} ms.",
    "It times out a lot, p95 is {} ms.",
    "The store is limited by its network (~{} ms per request).",
    "Runner A gave p95 {} ms vs 35 ms.",
    "avg=12ms max=90ms p(90)={}ms p(95)=70ms",
    "The brochure promises a latency of {} ms.",
]


@quick
@given(st.sampled_from(REPORTS), st.integers(100, 900))
def test_a_reported_latency_is_no_target(words: str, number: int) -> None:
    assert "latency_p95_ms" not in facts(words.format(number))


@quick
@given(st.sampled_from(REPORTS), st.integers(100, 400), st.integers(401, 900))
def test_a_target_stands_beside_a_report(words: str, target: int, reported: int) -> None:
    assert facts(f"{words.format(reported)} We need p95 under {target} ms.").get("latency_p95_ms") == target


@quick
@given(
    st.lists(st.sampled_from(["50", "90", "99"]), min_size=1, max_size=2, unique=True),
    st.integers(0, 2),
    st.lists(st.integers(5, 900), min_size=3, max_size=3),
    st.sampled_from(["{names} of {figures} ms", "{names} < {figures}ms", "{names} latency should be {figures} ms"]),
)
def test_each_percentile_has_the_figure_at_its_place(
    others: list[str], place: int, figures: list[int], words: str
) -> None:
    names = others[:]
    names.insert(min(place, len(others)), "95")
    chosen = figures[: len(names)]
    text = words.format(names="/".join(f"p{name}" for name in names), figures="/".join(map(str, chosen)))

    assert facts(text).get("latency_p95_ms") == chosen[names.index("95")]


LACKS = ["There are no {} options.", "I see no {} quota there.", "no {} found on this node", "There is no {} so far."]


@quick
@given(st.sampled_from(LACKS), st.sampled_from(["GPU", "gpu"]))
def test_a_lack_of_gpus_is_no_wish_to_go_without(words: str, thing: str) -> None:
    assert "gpu_required" not in facts(words.format(thing))


@pytest.mark.parametrize(
    "text",
    [
        "It works on the CPU but a GPU is faster.",
        "If a GPU is available it takes it.",
        "It runs with or without a GPU.",
        "Any advice for CPU and GPU?",
        "We are open to GPUs.",
        "The GPU images might help.",
        "The screen hangs on a GPU Intel HD 620.",
        "The CPU instance is slower compared to the GPU instance.",
    ],
)
def test_a_gpu_that_is_only_spoken_of_is_not_required(text: str) -> None:
    assert "gpu_required" not in facts(text)


@quick
@given(
    st.sampled_from(["don't need any", "do not need them", "no longer want one"]), st.sampled_from(["GPUs", "a GPU"])
)
def test_gpus_taken_back_are_not_wanted(words: str, thing: str) -> None:
    assert facts(f"Scratch what I said about {thing}, we {words}.").get("gpu_required") is False


@quick
@given(
    st.sampled_from(["eu-west-1", "us-east-1", "westeurope", "europe-west4"]),
    st.sampled_from(["us-west-2", "eu-north-1"]),
)
def test_what_a_vendor_offers_is_not_wanted(first: str, second: str) -> None:
    for words in (
        "The feature is available in {} and {}.",
        "Supported regions: {}, {}.",
        "The tool supports {} and {}.",
    ):
        assert "regions" not in facts(words.format(first, second))


@quick
@given(st.permutations(["AWS", "Azure", "GCP"]), st.sampled_from(["offer it", "support this", "charge for it"]))
def test_clouds_that_offer_something_are_not_chosen(clouds: list[str], words: str) -> None:
    assert "cloud" not in facts(f"{clouds[0]}, {clouds[1]} and {clouds[2]} all {words}.")


@quick
@given(st.permutations(["Datadog", "Splunk", "Sentry"]), st.sampled_from(["picked", "settled on", "went with"]))
def test_the_one_that_was_picked_counts(tools: list[str], verb: str) -> None:
    text = f"We evaluated {tools[0]} and {tools[1]} and {verb} {tools[2]}."

    assert facts(text).get("monitoring") == [tools[2].lower()]


@quick
@given(st.sampled_from(["AWS", "Azure"]), st.sampled_from(["any cloud but Google", "forget Google", "no Google"]))
def test_google_alone_is_its_cloud_where_it_is_ruled_out(cloud: str, words: str) -> None:
    assert "gcp" not in str(facts(f"{words}, {cloud} is fine").get("cloud"))
    assert facts(words).get("cloud") == ["aws", "azure"]


OTHERS = ["a colleague runs 16 GPUs with TensorFlow", "the vendor said 5 ms", "somebody told us 9000 rps"]


@quick
@given(st.sampled_from(OTHERS), st.integers(6, 400), st.sampled_from(["we need", "I want", "our target is"]))
def test_ones_own_figure_stands_behind_somebody_elses(other: str, number: int, own: str) -> None:
    found = facts(f"{other.capitalize()}, but {own} p95 below {number} ms.")

    assert found == {**{key: value for key, value in found.items() if key == "workload_type"}, "latency_p95_ms": number}


HALVES = st.sampled_from(["am", "pm"])


@quick
@given(st.integers(1, 11), HALVES, st.integers(1, 11), HALVES, st.booleans())
def test_from_start_to_end_is_the_time_there_is(
    start: int, start_half: str, end: int, end_half: str, start_first: bool
) -> None:
    parts = [f"it starts at {start}{start_half}", f"must be done before {end}{end_half}"]
    text = "The scoring run: " + ", ".join(parts if start_first else reversed(parts))
    hours = (end + 12 * (end_half == "pm") - start - 12 * (start_half == "pm")) % 24

    assert facts(text).get("deadline_hours") == (hours or None)


@quick
@given(
    st.integers(2, 40),
    st.sampled_from(["by tomorrow morning ({} h)", "by tomorrow, so {}h", "by Friday evening ({} hours)"]),
)
def test_a_date_said_in_hours_as_well(hours: int, words: str) -> None:
    assert facts(f"We need the labels {words.format(hours)}.").get("deadline_hours") == hours


@quick
@given(
    st.sampled_from(
        ["{} a day into the warehouse, dbt job", "the batch job reads {}", "monthly training, {}, on spot"]
    ),
    st.integers(120, 900),
    st.sampled_from(["GB", "TB"]),
)
def test_what_a_run_gets_through_is_its_dataset(words: str, number: int, unit: str) -> None:
    expected = number * (1000 if unit == "TB" else 1)

    assert near(facts(words.format(f"{number} {unit}")).get("dataset_size_gb"), expected)


TENS = {"twenty": 20, "thirty": 30, "fifty": 50, "eighty": 80}
ONES = {"": 0, "-five": 5, " two": 2}


@quick
@given(
    st.sampled_from(["a hundred", "one hundred"]),
    st.sampled_from(sorted(TENS)),
    st.sampled_from(sorted(ONES)),
    st.booleans(),
)
def test_spelled_hundreds_keep_their_rest(hundred: str, ten: str, one: str, joined: bool) -> None:
    words = f"{hundred}{' and' if joined else ''} {ten}{one}"

    assert facts(f"p95 under {words} milliseconds").get("latency_p95_ms") == 100 + TENS[ten] + ONES[one]


NO_LEARNING = ["Our web shop in Go", "The booking site", "A REST service for invoices", "The Django backend"]


@quick
@given(st.sampled_from(NO_LEARNING), st.integers(5, 900), st.booleans())
def test_a_fast_service_without_a_model_is_no_inference(subject: str, number: int, rate: bool) -> None:
    load = f" at {number} requests per second" if rate else ""

    assert "workload_type" not in facts(f"{subject} has to answer with a p95 of {number} ms{load}.")


@quick
@given(
    st.sampled_from(["assume", "plan for", "reckon with", "size it for"]), st.integers(10, 400), st.integers(401, 900)
)
def test_what_is_planned_for_replaces_what_is(verb: str, now: int, planned: int) -> None:
    assert facts(f"We serve {now} calls a second and should {verb} {planned}.").get("throughput_rps") == planned


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("EU data, please.", "data_residency", "EU"),
        ("It holds customer data.", "data_sensitivity", "pii"),
        ("Our input is user e-mails.", "data_sensitivity", "pii"),
        ("Protokolle aus Patientengesprächen", "data_sensitivity", "phi"),
        ("SOC-2 Type II is a must", "compliance", ["soc2"]),
        ("SOC 2 by next year", "compliance", ["soc2"]),
        ("8 TPU v4 chips for the training", "cloud", ["gcp"]),
        ("Skalierung auf null in der Nacht", "scale_to_zero", True),
        ("max 6 instances, min 0", "scale_to_zero", True),
        ("in-country (Canada)", "data_residency", "Canada"),
        ("a quarter million predictions a day", "throughput_rps", 2.894),
        ("p95 unter einer halben Sekunde", "latency_p95_ms", 500),
        ("Nightly ETL into BigQuery", "workload_type", "data_pipeline"),
        ("alert in Grafana if it is late", "monitoring", ["grafana"]),
        ("at least 99.95, more is better", "availability_slo", 99.95),
        ("$$: 2,500/month", "monthly_budget_usd", 2500),
    ],
)
def test_a_short_wording_is_understood(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("The vendor leaflet says GDPR. AWS? GCP?", "cloud"),
        ("The files must not be used for training.", "workload_type"),
        ("We move to the US region since it is cheaper.", "data_residency"),
        ("Datadog is being replaced by nothing.", "monitoring"),
        ("The dataset is about 50 million rows per day.", "throughput_rps"),
        ("A sidecar tops out around 300 qps.", "throughput_rps"),
        ("Every worker process can handle 300 qps.", "throughput_rps"),
        ("The model fits 1 GPU, we use 8 GPUs if we must.", "max_replicas"),
        ("Savings of up to 75%", "availability_slo"),
        ("Weekly report: 99.7% uptime, 3 incidents", "availability_slo"),
        ("The training data: memory at 14 GB of 16 GB", "dataset_size_gb"),
        ("LoRA adapters at inference time", "workload_type"),
        ("Personenbezogene Daten sind nicht dabei.", "data_sensitivity"),
    ],
)
def test_what_is_beside_the_point_is_left_alone(text: str, field: FieldName) -> None:
    assert field not in facts(text)
