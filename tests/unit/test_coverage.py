from __future__ import annotations

from typing import get_args

import pytest

from intake.assumptions import assumptions
from intake.coverage import coverage
from intake.requirements import REQUIRED, UNKNOWN_WORKLOAD, WORKLOAD
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName, WorkloadType

MAIN: dict[FieldName, ConstraintValue] = {
    "workload_type": "realtime_inference",
    "model_framework": "pytorch",
    "throughput_rps": 300.0,
    "latency_p95_ms": 80.0,
    "data_residency": "EU",
    "data_sensitivity": "pii",
    "monthly_budget_usd": 4000.0,
}


def stated(values: dict[FieldName, ConstraintValue]) -> ConstraintSchema:
    return ConstraintSchema({name: Constraint(value=value, status="stated") for name, value in values.items()})


def test_nothing_known_is_nothing_covered_and_the_workload_comes_first() -> None:
    measured = coverage(ConstraintSchema())

    assert measured.score == 0
    assert measured.missing[0] == "workload_type"
    assert len(measured.missing) == len(UNKNOWN_WORKLOAD)


def test_the_main_sentence_leaves_cloud_gpu_and_availability() -> None:
    measured = coverage(stated(MAIN))

    assert measured.missing == ["cloud", "gpu_required", "availability_slo"]
    assert measured.score == round(20 / 26, 4)


@pytest.mark.parametrize("workload", get_args(WorkloadType))
def test_every_workload_can_be_covered_wholly(workload: WorkloadType) -> None:
    sample: dict[FieldName, ConstraintValue] = {
        **MAIN,
        "workload_type": workload,
        "cloud": ["aws"],
        "gpu_required": True,
    }
    sample |= {"availability_slo": 99.9, "deadline_hours": 4.0, "dataset_size_gb": 10.0, "spot_ok": True}
    sample |= {"model_size_params": 10**9, "gpu_type": "T4", "orchestrator": "airflow"}

    assert coverage(stated(sample)).score == 1
    assert coverage(stated(sample)).missing == []
    assert REQUIRED[workload][0] == WORKLOAD


def test_an_assumption_does_not_move_it() -> None:
    known = stated(MAIN)
    assumed = known.with_changes(dict(assumptions(known)))

    assert coverage(assumed) == coverage(known)


def test_a_fact_that_is_not_required_does_not_move_it() -> None:
    assert coverage(stated({**MAIN, "ci_cd": "jenkins"})) == coverage(stated(MAIN))


def test_either_of_two_facts_resolves_a_requirement() -> None:
    by_region = {name: value for name, value in MAIN.items() if name != "data_residency"}

    assert coverage(stated({**by_region, "regions": ["eu-west-1"]})).score == coverage(stated(MAIN)).score


def test_a_disputed_fact_lowers_it() -> None:
    measured = coverage(stated(MAIN), disputed=["latency_p95_ms"])

    assert measured.missing[0] == "latency_p95_ms"
    assert measured.score == round(16 / 26, 4)
