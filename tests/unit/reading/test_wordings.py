"""How one fact is worded, field by field, and what only looks like it."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName


def facts(text: str) -> dict[FieldName, ConstraintValue]:
    return {item.field: item.value for item in read(text).findings}


STATED: dict[FieldName, list[tuple[str, ConstraintValue]]] = {
    "latency_p95_ms": [
        ("Bring p95 from 800 ms down to 200 ms.", 200),
        ("We're at 900 ms p95 and need to get to 300 ms.", 300),
        ("sub-100ms responses", 100),
        ("an SLO of 2 sec for 95% of the lookups", 2000),
        ("p95 < 80", 80),
        ("no slower than 75 ms", 75),
        ("ideally under 200 ms, 400 ms is the hard limit", 400),
        ("user-facing, so anything above 300 ms is too slow", 300),
        ("at most 3 s per scan", 3000),
        ("we'd be happy with 120 ms", 120),
        ("Eine Anfrage darf höchstens 1,5 Sekunden dauern.", 1500),
        ("Die Latenz (p95) soll 150 ms nicht überschreiten.", 150),
    ],
    "throughput_rps": [
        ("600 rpm", 10),
        ("one request every 10 seconds", 0.1),
        ("Daily, we see 86,400 lookups.", 1),
        ("today we handle 50 rps and expect 200 rps by summer", 200),
        ("5M/day requests", 57.87),
        ("bitte für 2.600 Ereignisse/s auslegen", 2600),
    ],
    "monthly_budget_usd": [
        ("we pay $9k a month now, want $6k", 6000),
        ("we spend $9k/month and want to get below $6k", 6000),
        ("we can't spend more than $600 a month", 600),
        ("under 1k per month", 1000),
        ("a 24k a year budget", 2000),
        ("CHF 2500.- pro Monat", 3076.4),
        ("£800 pcm", 1079.34),
    ],
    "cloud": [
        ("nothing goes to the cloud", ["onprem"]),
        ("The cloud is not an option.", ["onprem"]),
        ("The board ruled out AWS and Azure.", ["gcp"]),
        ("- [ ] AWS\n- [x] Azure", ["azure"]),
        ("To do\n- [ ] deploy it on AWS", ["aws"]),
    ],
    "regions": [
        ("AWS, Dublin or Stockholm", ["eu-north-1", "eu-west-1"]),
        ("us-central1-a", ["us-central1"]),
        ("GKE in Belgium", ["europe-west1"]),
        ("region us east 1", ["us-east-1"]),
    ],
    "gpu_count": [("GPU count: 4", 4), ("num_gpus: 2", 2), ("dual 3090", 2), ("two 48 GB cards", 2)],
    "gpu_required": [("can I get access to a virtual GPU?", True), ("it is fine on CPUs", False)],
    "availability_slo": [
        ("it must be up 99.9% of the time", 99.9),
        ("at most 43 minutes of downtime a month", 99.902),
        ("40 rps and 99.95%, please", 99.95),
    ],
    "dataset_size_gb": [
        ("70.000 Briefe (etwa 22 GB)", 22),
        ("2 million images, about 500 kB each", 1000),
        ("we index a database of 30 GB", 30),
        ("100 clips per class, Dataset size: 45 GB", 45),
    ],
    "deadline_hours": [
        ("the run should be done in a week", 168),
        ("let it run at night, 10h tops", 10),
        ("it takes 11 hours, it should take 4", 4),
        ("the nightly job, 1am to 5am", 4),
        ("the tables are ready 3 h after midnight", 3),
    ],
    "spot_ok": [("jobs may be preempted", True), ("non-spot", False), ("spot would be OK", True)],
    "scale_to_zero": [
        ("minReplicas: 0", True),
        ("let the workers drop to zero when they are idle", True),
        ("it should cost nothing when nobody uses it", True),
        ("cold starts are fine", True),
        ("never let them scale to zero", False),
        ("keep one replica warm", False),
    ],
    "max_replicas": [
        ("between 2 and 6 replicas", 6),
        ("autoscaling 1-10", 10),
        ("3 pods today, no more than 9", 9),
        ("Max. 7 Replikate.", 7),
    ],
    "data_sensitivity": [
        ("full names and dates of birth", "pii"),
        ("All documents are public.", "public"),
        ("medical images", "phi"),
    ],
    "data_residency": [("Daten dürfen die EU nicht verlassen", "EU"), ("AWS, EU, 40 ms", "EU")],
}


@pytest.mark.parametrize(
    ("field", "text", "value"), [(field, *pair) for field, pairs in STATED.items() for pair in pairs]
)
def test_a_wording_is_understood(field: FieldName, text: str, value: ConstraintValue) -> None:
    found = facts(text).get(field)

    assert found == (pytest.approx(value, rel=1e-3) if isinstance(value, float | int) else value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("90% of requests < 300ms", "latency_p95_ms"),
        ("The network latency to our database is 20 ms.", "latency_p95_ms"),
        ("A 503 is returned after 30 seconds.", "latency_p95_ms"),
        ("double the 100 rps we have", "throughput_rps"),
        ("each pod handles 20 rps", "throughput_rps"),
        ("100 requests per second per replica", "throughput_rps"),
        ("Last night I tested 700 requests per second.", "throughput_rps"),
        ("retrain on 10 million rows per day", "throughput_rps"),
        ("We used GCP last autumn.", "cloud"),
        ("What would you like to enable?\n- [ ] AWS\n- [ ] a GPU pool", "cloud"),
        ("Tools: Datadog, ~~Azure~~", "cloud"),
        ("Do we need a GPU?", "gpu_required"),
        ("Can it run with a CPU only?", "gpu_required"),
        ("Your readme mentions an H200.", "gpu_type"),
        ("Last summer we used 5 P100s.", "gpu_count"),
        ("a T4 for tests, 2x A100 for the real thing", "gpu_count"),
        ("We are not subject to HIPAA.", "compliance"),
        ("train on 2 TB, 8 CPU machines", "dataset_size_gb"),
        ("The last training finished in 50 minutes.", "deadline_hours"),
        ("The process had max-workers set to 3.", "max_replicas"),
        ("Azure, region France Central", "data_residency"),
    ],
)
def test_what_looks_like_a_fact_is_left_alone(text: str, field: FieldName) -> None:
    assert field not in facts(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("We pay $9k a month for it, half of that please.", "monthly_budget_usd"),
        ("p95 is 800 ms today. Make it twice as fast.", "latency_p95_ms"),
        ("The run takes 8 hours, half the time please.", "deadline_hours"),
        ("a budget of -$100 a month", "monthly_budget_usd"),
        ("2.5 GPUs", "gpu_count"),
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
