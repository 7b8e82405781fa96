from __future__ import annotations

import re
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.assumptions import assumptions
from intake.coverage import coverage
from intake.requirements import REQUIRED, UNKNOWN_WORKLOAD, WORKLOAD, Fact, required
from storage.records.constraints import (
    FIELD_NAMES,
    Constraint,
    ConstraintSchema,
    ConstraintValue,
    FieldName,
    WorkloadType,
)

DOCS = Path(__file__).parents[2] / "docs"
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
    by_region: dict[FieldName, ConstraintValue] = {
        name: value for name, value in MAIN.items() if name != "data_residency"
    }

    assert coverage(stated({**by_region, "regions": ["eu-west-1"]})).score == coverage(stated(MAIN)).score


def test_a_disputed_fact_lowers_it() -> None:
    measured = coverage(stated(MAIN), disputed=["latency_p95_ms"])

    assert measured.missing[0] == "latency_p95_ms"
    assert measured.score == round(16 / 26, 4)


STATUSES: tuple[Literal["stated", "confirmed", "assumed"], ...] = ("stated", "confirmed", "assumed")
SAMPLES: dict[FieldName, ConstraintValue] = {
    **MAIN,
    "cloud": ["aws"],
    "regions": ["eu-west-1"],
    "gpu_required": True,
    "gpu_type": "T4",
    "gpu_count": 2,
    "availability_slo": 99.9,
    "deadline_hours": 4.0,
    "dataset_size_gb": 10.0,
    "spot_ok": True,
    "model_size_params": 10**9,
    "orchestrator": "airflow",
    "compliance": ["gdpr"],
    "scale_to_zero": False,
    "max_replicas": 6,
    "ci_cd": "jenkins",
    "monitoring": ["prometheus"],
}
assert set(SAMPLES) == set(FIELD_NAMES)


@st.composite
def schemas(draw: st.DrawFn) -> ConstraintSchema:
    """Any fields, in any status, of any workload."""
    names = draw(st.sets(st.sampled_from(FIELD_NAMES)))
    workload = draw(st.sampled_from(get_args(WorkloadType)))
    values = {**SAMPLES, "workload_type": workload}
    status = st.sampled_from(STATUSES)
    return ConstraintSchema({name: Constraint(value=values[name], status=draw(status)) for name in names})


@given(schemas(), st.sampled_from(FIELD_NAMES))
def test_it_rises_when_a_required_fact_resolves_and_stands_still_otherwise(
    known: ConstraintSchema, name: FieldName
) -> None:
    before = coverage(known)
    item = known.root.get(name)
    if item is not None and item.status != "assumed":
        return
    after = coverage(known.with_changes({name: Constraint(value=SAMPLES[name], status="stated")}))

    if name in before.missing or any(name in fact.fields and fact.field in before.missing for fact in _facts(known)):
        assert after.score >= before.score if name == "workload_type" else after.score > before.score
    else:
        assert after == before


def _facts(known: ConstraintSchema) -> tuple[Fact, ...]:
    return required(ConstraintSchema({name: item for name, item in known.root.items() if item.status != "assumed"}))


@given(schemas(), st.sampled_from(FIELD_NAMES))
def test_no_assumption_moves_it(known: ConstraintSchema, name: FieldName) -> None:
    if name in known.root and known.root[name].status != "assumed":
        return
    assumed = known.with_changes({name: Constraint(value=SAMPLES[name], status="assumed")})

    assert coverage(assumed) == coverage(known)


@given(schemas(), st.sets(st.sampled_from(FIELD_NAMES), min_size=1))
def test_a_dispute_never_raises_it_and_what_is_missing_names_it(
    known: ConstraintSchema, disputed: set[FieldName]
) -> None:
    plain, contested = coverage(known), coverage(known, disputed)

    assert contested.score <= plain.score
    assert set(plain.missing) <= set(contested.missing)
    for fact in _facts(known):
        assert (fact.field in contested.missing) >= bool(set(fact.fields) & disputed)


def test_the_weight_of_an_unknown_workload_is_the_least_that_keeps_the_score_from_falling() -> None:
    others = [fact for fact in UNKNOWN_WORKLOAD if fact.field != "workload_type"]
    total, needed = sum(fact.weight for fact in others), 0.0
    for count in range(1, len(others) + 1):
        for chosen in combinations(others, count):
            weight = sum(fact.weight for fact in chosen)
            fields = {name for fact in chosen for name in fact.fields}
            for facts in REQUIRED.values():
                kept = sum(fact.weight for fact in facts if fact == WORKLOAD or set(fact.fields) & fields)
                share = kept / sum(fact.weight for fact in facts)
                needed = max(needed, weight / share - total)

    assert UNKNOWN_WORKLOAD[0].weight == ceil(needed)


def test_the_documented_weights_are_these() -> None:
    rows = re.findall(r"^\| `?([a-z_ ]+)`? \| (.+) \|$", (DOCS / "intake.md").read_text(), re.M)
    written = dict(rows)
    wanted = {"not stated": UNKNOWN_WORKLOAD, **REQUIRED}

    assert {name: written.get(name) for name in wanted} == {
        name: ", ".join(f"{' or '.join(f'`{field}`' for field in fact.fields)} {fact.weight}" for fact in facts)
        for name, facts in wanted.items()
    }
