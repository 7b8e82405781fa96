"""Words about others, about once, or about nothing yet, beside the operator's own in the same text."""

from __future__ import annotations

import pytest

from storage.records.constraints import ConstraintValue, FieldName
from tests.unit.reading.wordings import facts


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("A guy at the meetup said you need 3 replicas. We take at most 2 replicas.", "max_replicas", 2),
        ("A colleague's team does 7k rps. Ours: 60 rps.", "throughput_rps", 60),
        ("Our provider promises 99.5%. We need 99.9% availability.", "availability_slo", 99.9),
        ("Compared to Vertex at $2k a month it is cheap. Our budget is $400 a month.", "monthly_budget_usd", 400),
        ("EC2 $900; S3 $80; total $980. Please keep it under $700.", "monthly_budget_usd", 700),
        ("We looked at Dagster and Prefect; we run Airflow.", "orchestrator", "airflow"),
        ("Splunk is far too expensive, so Grafana it is.", "monitoring", ["grafana"]),
        ("We replace Splunk and Zabbix with Grafana.", "monitoring", ["grafana"]),
        ("A student trained it on her laptop in 50 minutes. It has 4 hours for a run.", "deadline_hours", 4),
        ("We only serve it, 5 rps.", "throughput_rps", 5),
        ("Wir zahlen 2.500 € im Monat und wollen auf 1.000 € runter.", "monthly_budget_usd", 1153.0),
        ("Das alte System schaffte 30 Anfragen pro Sekunde, das neue soll 90 schaffen.", "throughput_rps", 90),
        ("300 Befunde pro Stunde", "throughput_rps", 0.08333),
        ("ONNX gives 45 ms per request; we need p95 below 30 ms.", "latency_p95_ms", 30),
        ("Spot? Certainly not.", "spot_ok", False),
        ("GPU? No.", "gpu_required", False),
    ],
)
def test_the_own_words_count(text: str, field: FieldName, value: ConstraintValue) -> None:
    assert facts(text).get(field) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Somebody on the list wrote that 99.9% needs 3 replicas.", "availability_slo"),
        ("Our supplier guarantees 99.5%.", "availability_slo"),
        ("They ask $0.70/h for an L40S and $2/h for an H100.", "gpu_type"),
        ("The budget is R$ 7,000.", "monthly_budget_usd"),
        ("Stay below 15% of last year's 90k EUR cloud bill.", "monthly_budget_usd"),
        ("ONNX gives 45 ms per request.", "latency_p95_ms"),
        ("If p95 > 700 ms for 10 minutes, somebody is paged.", "latency_p95_ms"),
        ("To do: GDPR? SOC 2?", "compliance"),
        ("GPU: TBD, spot: TBD", "gpu_required"),
        ("GPU: TBD, spot: TBD", "spot_ok"),
        ("Our student trained it on Colab in 50 minutes (T4).", "deadline_hours"),
        ("Our student trained it on Colab in 50 minutes (T4).", "gpu_type"),
        ("The bill must not rise by more than $200 a month.", "monthly_budget_usd"),
        ("We may spend $900 in total for the workshop, with alerts each $100.", "monthly_budget_usd"),
    ],
)
def test_the_others_do_not(text: str, field: FieldName) -> None:
    assert field not in facts(text)
