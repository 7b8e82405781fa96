"""What every plan must show, whatever is asked for: reasons, the front, places, prices; and the same bytes anywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest, Proposal
from providers.pricing.accelerators import ACCELERATORS
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.front import pareto, quickness
from providers.rulebook.options import Option
from providers.rulebook.planner import plan
from storage.records.canonical import canonical_json
from storage.records.constraints import ConstraintValues

from .test_plausibility import BOOK, cheapest, few, jobs, serving

ROOT = Path(__file__).parents[3]
budgets = st.one_of(st.none(), st.sampled_from([50.0, 500.0, 2000.0, 20_000.0]))


def planned(stated: dict[str, Any]) -> Proposal:
    return plan(PlanRequest(ConstraintValues.model_validate(stated)), BOOK)


@few
@given(st.one_of(serving, jobs), budgets)
def test_every_option_and_every_place_that_is_not_taken_says_why(stated: dict[str, Any], budget: float | None) -> None:
    made = planned({**stated, "monthly_budget_usd": budget}).plan
    assert [item.label for item in made.candidates if not item.chosen and len(item.rejected_because or "") < 10] == []
    assert [item.chosen for item in made.candidates].count(True) == made.feasible
    assert [item for item in made.fell_out if not item.reason.endswith(".") or len(item.reason) < 10] == []
    used = {(item.cloud, item.region) for item in made.resources}
    told = [(item.cloud, region) for item in made.fell_out for region in item.places]
    assert len(told) == len(set(told))
    assert BOOK.regions - set(told) <= used | {
        (cloud, region) for cloud, region in BOOK.regions if not _sells(cloud, region)
    }


def _sells(cloud: str, region: str) -> bool:
    return any((machine.cloud, machine.region) == (cloud, region) for machine in BOOK.instances)


@few
@given(st.one_of(serving, jobs))
def test_nothing_that_is_on_the_front_is_beaten_and_the_chosen_one_is_on_it(stated: dict[str, Any]) -> None:
    catalogue = Catalogue(ConstraintValues.model_validate(stated), BOOK)
    feasible = catalogue.feasible
    front = pareto(feasible)
    marks = {(option.compared, quickness(option), option.risk) for option in feasible}
    on_it = {mark for mark in marks if not any(_beats(other, mark) for other in marks)}
    assert {(option.compared, quickness(option), option.risk) for option in front} == on_it
    assert len(front) == len(on_it)
    if feasible:
        chosen = next(item for item in planned(stated).plan.candidates if item.chosen)
        assert chosen.pareto
        assert chosen.label in {option.label for option in front}


Mark = tuple[Decimal, float, int]


def _beats(other: Mark, mark: Mark) -> bool:
    return other != mark and all(left <= right for left, right in zip(other, mark, strict=True))


@few
@given(st.one_of(serving, jobs), budgets)
def test_a_figure_is_the_same_in_summary_candidates_and_cost(stated: dict[str, Any], budget: float | None) -> None:
    found = planned({**stated, "monthly_budget_usd": budget})
    if found.cost.lines:
        known = " plus what has no price" if found.cost.unknown else ""
        assert f"about ${found.cost.likely:,.0f} a month{known}." in found.plan.summary
    if found.plan.feasible:
        chosen = next(item for item in found.plan.candidates if item.chosen)
        assert chosen.cost_usd_month == found.cost.likely


@few
@given(st.one_of(serving, jobs))
def test_no_price_without_a_source_and_a_date_and_unknown_is_never_zero(stated: dict[str, Any]) -> None:
    cost = planned(stated).cost
    for line in cost.lines:
        if line.usd is None:
            assert (line.unit_usd, line.source) == (None, "unknown")
        else:
            assert line.unit_usd is not None
            assert line.source
            assert line.as_of[:2] == "20"
            assert line.usd > 0 or line.quantity * line.unit_usd < Decimal("0.005")
    unknown = [line for line in cost.lines if line.usd is None]
    assert len(cost.unknown) == len(unknown)
    assert cost.likely == sum((line.usd for line in cost.lines if line.usd is not None), Decimal(0))


@few
@given(st.one_of(serving, jobs))
def test_every_resource_and_capability_has_a_reason_from_what_was_stated(stated: dict[str, Any]) -> None:
    made = planned(stated).plan
    assert [item.kind for item in made.traces] == [item.kind for item in made.resources]
    lines = [*made.traces, *made.patterns, *made.fell_out]
    assert {name for line in lines for name in line.from_} <= stated.keys()
    assert all(line.reason for line in lines)
    assert all("workload_type" in line.from_ for line in made.traces if line.kind == "compute")


@few
@given(serving, st.sampled_from([(None, 99.0), (99.0, 99.9), (99.9, 99.99), (99.99, 99.999)]))
def test_a_higher_availability_never_costs_less(stated: dict[str, Any], slos: tuple[float | None, float]) -> None:
    lower, higher = slos
    assert cheapest({**stated, "availability_slo": higher}) >= cheapest({**stated, "availability_slo": lower})


@few
@given(st.one_of(serving, jobs), st.sampled_from([(None, "EU"), ("EU", "Germany"), ("EU", "Ireland"), (None, "US")]))
def test_a_narrower_residency_never_costs_less(stated: dict[str, Any], places: tuple[str | None, str]) -> None:
    wider, narrower = places
    assert cheapest({**stated, "data_residency": narrower}) >= cheapest({**stated, "data_residency": wider})


@few
@given(st.one_of(serving, jobs), st.sampled_from([200.0, 1000.0, 5000.0]), st.floats(0.3, 1))
def test_a_smaller_budget_never_costs_less(stated: dict[str, Any], budget: float, share: float) -> None:
    """The cheapest option stays the cheapest, or falls out."""
    assert cheapest({**stated, "monthly_budget_usd": budget * share}) >= cheapest(
        {**stated, "monthly_budget_usd": budget}
    )


def _room(option: Option) -> float:
    """GiB of accelerator memory in one machine; infinite without an accelerator, whose memory is the host's."""
    machine = option.machine
    chip = ACCELERATORS.get(machine.accelerator)
    return chip.memory_gib * machine.accelerators if chip else machine.memory_gib


def test_no_machine_serves_70_billion_parameters_in_less_memory_than_they_take() -> None:
    """140 GB in 16 bits. One card of 24 GB never does it; of eight together the model has to fit all."""
    for kind in ("realtime_inference", "rag", "streaming_inference"):
        stated = {"workload_type": kind, "model_size_params": 70 * 10**9, "latency_p95_ms": 5000, "spot_ok": True}
        feasible = Catalogue(ConstraintValues.model_validate(stated), BOOK).feasible
        assert feasible
        assert min(_room(option) for option in feasible) >= 140e9 / 2**30
        cards = [option.machine for option in feasible if option.machine.accelerators == 1]
        assert [item.type for item in cards if ACCELERATORS[item.accelerator].memory_gib <= 24] == []


BYTES = """
import hashlib, json, sys
from providers.base import PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.planner import plan
from storage.records.canonical import canonical_json
from storage.records.constraints import ConstraintValues

book = PriceBook.load()
for stated in json.load(sys.stdin):
    found = plan(PlanRequest(ConstraintValues.model_validate(stated)), book)
    print(hashlib.sha256(canonical_json(found.plan) + canonical_json(found.cost)).hexdigest())
"""
ASKED: list[dict[str, Any]] = [
    {"workload_type": "realtime_inference", "throughput_rps": 300, "latency_p95_ms": 80, "data_residency": "EU"},
    {
        "workload_type": "rag",
        "cloud": ["aws", "gcp", "azure"],
        "compliance": ["gdpr", "soc2"],
        "regions": ["eu-west-1"],
    },
    {
        "workload_type": "training",
        "spot_ok": True,
        "model_size_params": 7_000_000_000,
        "monitoring": ["slack", "email"],
    },
    {"workload_type": "feature_store", "monthly_budget_usd": 10},
]


def test_same_inputs_same_bytes_in_any_process() -> None:
    here = [
        hashlib.sha256(canonical_json(found.plan) + canonical_json(found.cost)).hexdigest()
        for found in map(planned, ASKED)
    ]
    for seed in ("1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", BYTES],
            input=canonical_json(ASKED),
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            timeout=120,
            check=True,
        )
        assert done.stdout.decode().split() == here
