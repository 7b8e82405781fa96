"""Ordinary wordings of a fact, and beside each its twin that states none."""

from __future__ import annotations

import pytest

from providers.rulebook.reading import read
from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("We get 70 predictions a second and want XGBoost.", "throughput_rps", 70),
        ("Each reply within a quarter of a second", "latency_p95_ms", 250),
        ("Ein halbe Sekunde? Eine halbe Sekunde genügt.", "latency_p95_ms", 500),
        ("Antworten in einer Viertelsekunde", "latency_p95_ms", 250),
        ("The ranking has to answer in single-digit milliseconds", "latency_p95_ms", 10),
        ("Jede Vorhersage in weniger als 90 ms", "latency_p95_ms", 90),
        ("It has to score in under a second", "latency_p95_ms", 1000),
        ("Retrain the forecast within a fortnight", "deadline_hours", 336),
        ("Translate 70,000 manuals between 2am and 6am", "deadline_hours", 4),
        ("Spark reads 120 GB of telemetry every hour", "dataset_size_gb", 120),
        ("Fine-tune on 25 GB Gesprächsprotokolle", "dataset_size_gb", 25),
        ("Qwen auf 60 GB Kundenchats feinabstimmen", "dataset_size_gb", 60),
        ("Der ETL-Lauf liest 90 GB am Tag", "dataset_size_gb", 90),
        ("We may spend two grand a month", "monthly_budget_usd", 2000),
        ("It can scale down to nothing over the weekend", "scale_to_zero", True),
        ("There is no personal data in it", "data_sensitivity", "internal"),
        ("Es läuft nicht in der Google-Cloud", "cloud", ["aws", "azure"]),
        ("Data stays in the UK or Switzerland", "data_residency", "UK or Switzerland"),
        ("EU/UK only", "data_residency", "EU or UK"),
        ("A realtime API for the risk score", "workload_type", "realtime_inference"),
        ("A real time endpoint with LightGBM", "workload_type", "realtime_inference"),
        ("A Dagster pipeline that joins the invoices", "workload_type", "data_pipeline"),
        ("Wir wollen Gemma 9B feinabstimmen", "workload_type", "fine_tuning"),
        ("A helpbot over our Confluence", "workload_type", "rag"),
        ("An assistant on top of 70 GB of manuals", "workload_type", "rag"),
        ("7 replicas at most", "max_replicas", 7),
        ("Retrieval over 90 GB of manuals", "workload_type", "rag"),
        ("Count people in the cameras of the branches, offline", "workload_type", "edge"),
        ("60 reqests per secnd", "throughput_rps", 60),
        ("deploy the model on amzon", "cloud", ["aws"]),
    ],
)
def test_it_is_understood(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("We only get 70 predictions a second and it should be more.", "throughput_rps"),
        ("We get 70 predictions a second out of one T4.", "throughput_rps"),
        ("We get 70 predictions a second, then it crashes.", "throughput_rps"),
        ("One step of the training takes under a second", "latency_p95_ms"),
        ("It takes a quarter of a second today", "latency_p95_ms"),
        ("40 seconds is fine for the import", "latency_p95_ms"),
        ("The shop is open between 2am and 6am", "deadline_hours"),
        ("We train on 80 GB cards", "dataset_size_gb"),
        ("Llama auf 80 GB Arbeitsspeicher trainieren", "dataset_size_gb"),
        ("We sell the products on amazon", "cloud"),
        ("The retrieval of 90 GB took long", "workload_type"),
        ("20 rps at 500 ms were measured", "throughput_rps"),
        ("The second version has a minute change", "latency_p95_ms"),
    ],
)
def test_its_twin_states_nothing(text: str, field: FieldName) -> None:
    assert field not in facts(text)


@pytest.mark.parametrize(
    ("text", "rate", "time"),
    [
        ("300 rps, p95 70 ms. Sorry, make that 30 rps and 150 ms", 30, 150),
        ("300 rps at p95 70 ms. I meant 30 rps at 150 ms.", 30, 150),
        ("300 rps, p95 70 ms. Sorry, make that 30 rps.", 30, 70),
        ("300 rps, p95 70 ms. Sorry, make that 150 ms.", 300, 150),
    ],
)
def test_several_figures_are_corrected_together(text: str, rate: float, time: float) -> None:
    found = facts(text)

    assert (found.get("throughput_rps"), found.get("latency_p95_ms")) == (rate, time)


@pytest.mark.parametrize("cloud", ["AWS", "GCP", "Azure"])
def test_a_place_that_is_ruled_out_leaves_the_other_regions(cloud: str) -> None:
    found = facts(f"Run it in Europe except France, on {cloud}")
    regions = found.get("regions")

    assert found.get("data_residency") == "EU"
    assert isinstance(regions, list)
    assert regions
    assert not {"eu-west-3", "europe-west9", "francecentral"} & set(regions)
    assert facts(f"Run it in Europe, on {cloud}").get("regions") is None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("latency_p95_ms", "below a second", 1000),
        ("latency_p95_ms", "a quarter of a second", 250),
        ("deadline_hours", "a fortnight", 336),
        ("deadline_hours", "eine Stunde", 1),
        ("data_residency", "Germany or Austria", "Germany or Austria"),
        ("regions", "UK or Ireland", ["eu-west-1", "eu-west-2"]),
        ("data_sensitivity", "nothing, no personal data", "internal"),
    ],
)
def test_a_bare_answer(field: FieldName, text: str, value: ConstraintValue) -> None:
    found = {item.field: item.value for item in read(text, answering=field).findings}

    assert found.get(field) == value
