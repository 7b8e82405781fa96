"""What stands around the machines: egress only of what leaves the cloud, logs that stay bounded."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import CodeRequest, CriticName
from providers.rulebook.bundle.view import view_of
from providers.rulebook.case import Case
from providers.rulebook.critics import critique
from providers.rulebook.facts import facts
from providers.rulebook.services import needs_of
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost

from .plans import Planning
from .test_plausibility import few

CRITICS: tuple[CriticName, ...] = get_args(CriticName)


def amount(item: str, **stated: Any) -> float:
    values = ConstraintValues.model_validate(stated)
    return sum(need.quantity for need in needs_of(workload_of(values), values) if need.item == item)


def usd(cost: Cost, words: str) -> float:
    return sum(float(line.usd or 0) for line in cost.lines if line.item.startswith(words))


@pytest.mark.parametrize(
    ("stated", "leaves"),
    [
        ({"workload_type": "realtime_inference", "data_sensitivity": "public"}, True),
        ({"workload_type": "rag", "data_sensitivity": "public"}, True),
        ({"workload_type": "realtime_inference"}, False),
        ({"workload_type": "rag", "data_sensitivity": "internal"}, False),
        ({"workload_type": "realtime_inference", "data_sensitivity": "pii"}, False),
        ({"workload_type": "feature_store"}, False),
        ({"workload_type": "streaming_inference"}, False),
        ({"workload_type": "data_pipeline"}, False),
    ],
)
def test_egress_is_what_leaves_the_cloud(planning: Planning, stated: dict[str, Any], leaves: bool) -> None:
    assert (amount("egress_gb", **stated, throughput_rps=100) > 0) == leaves
    _, proposal = planning.of(**stated)
    assert proposal.plan.public_endpoint == leaves


def test_a_sample_is_logged_above_fifty_requests_a_second_and_that_is_said(planning: Planning) -> None:
    stated = {"workload_type": "feature_store", "latency_p95_ms": 15, "cloud": ["aws"]}
    few, many = (amount("logs_gb", **stated, throughput_rps=rate) for rate in (100, 15_000))
    assert few == many == pytest.approx(50 * 0.5 * 730 * 3600 / 1e6)
    assert amount("logs_gb", **stated, throughput_rps=50) == pytest.approx(few / 2)
    _, proposal = planning.of(**stated, throughput_rps=15_000)
    said = " ".join(proposal.cost.assumptions)
    assert "Logs: 50 requests a second on average, a sample of what comes." in said
    assert "Egress: none" in said


@pytest.mark.parametrize(
    ("stated", "count", "kept"),
    [
        ({"throughput_rps": 1, "max_replicas": 1}, 1, "low and likely keep the one machine the whole month."),
        ({"throughput_rps": 300, "availability_slo": 99.9}, 3, "likely keeps all 3 machines the whole month, low lets"),
        (
            {"throughput_rps": 300, "scale_to_zero": True, "latency_p95_ms": 80, "availability_slo": 99.9},
            3,
            "likely keeps all 3 machines for 50% of the month, scaled to zero for the rest, low half of that, high"
            " never scales to zero.",
        ),
    ],
    ids=["one", "all", "scaled to zero"],
)
def test_how_long_the_machines_run_is_said_once(
    planning: Planning, stated: dict[str, Any], count: int, kept: str
) -> None:
    _, proposal = planning.of(workload_type="realtime_inference", model_size_params=110e6, **stated)
    assert proposal.plan.resources[0].count == count
    said = " ".join(proposal.cost.assumptions)
    assert f"Utilisation: {kept}" in said
    assert said.count("the whole month") + said.count("of the month") == 1
    assert said.count("to zero") == 2 * bool(stated.get("scale_to_zero"))


def test_one_is_counted_in_the_singular(planning: Planning) -> None:
    values, proposal = planning.of(
        workload_type="realtime_inference", throughput_rps=1, model_framework="pytorch", max_replicas=1
    )
    plan = proposal.plan
    assert plan.resources[0].count == 1
    facts_of_all = [item.words for name in CRITICS for item in facts(name, Case(values, plan, proposal.cost))]
    said = [item.reason for item in [*plan.traces, *plan.patterns]] + proposal.cost.assumptions + facts_of_all
    assert any("It carries " in words and "where 1 is asked" in words for words in said)
    assert [words for words in said if re.search(r"(?<![\d.,])1 (machines|requests)\b", words)] == []


def test_logs_and_egress_of_an_internal_service_do_not_outgrow_its_machines(planning: Planning) -> None:
    for kind in ("feature_store", "streaming_inference"):
        _, proposal = planning.of(workload_type=kind, throughput_rps=8000, cloud=["aws"])
        machines = next(float(line.usd or 0) for line in proposal.cost.lines if line.unit == "machine-hour")
        assert usd(proposal.cost, "Request") + usd(proposal.cost, "Answers") < machines / 10


def test_audit_lines_are_all_kept_and_objected_to_where_they_cost_more_than_the_machines(planning: Planning) -> None:
    stated = {"workload_type": "feature_store", "throughput_rps": 20_000, "cloud": ["aws"], "data_sensitivity": "pii"}
    logged = amount("logs_gb", **stated)
    assert logged == pytest.approx((50 * 0.5 + 10_000 * 0.2) * 730 * 3600 / 1e6)
    values, proposal = planning.of(**stated, spot_ok=False)
    assert "each has an audit line" in " ".join(proposal.cost.assumptions)
    found = critique("cost", values, proposal.plan, proposal.cost)
    dearer = usd(proposal.cost, "Request and audit logs") > usd(proposal.cost, str(proposal.plan.resources[0].count))
    assert dearer == any("The logs cost more than the machines." in item for item in [found.claim, *found.evidence])


@few
@given(st.sampled_from(["realtime_inference", "rag", "feature_store", "streaming_inference"]), st.floats(0.1, 1e5))
def test_more_requests_never_need_less(kind: str, rate: float) -> None:
    for item in ("logs_gb", "egress_gb", "queue_in", "load_balancer_unit"):
        less = amount(item, workload_type=kind, throughput_rps=rate)
        assert amount(item, workload_type=kind, throughput_rps=rate * 2) >= less


@pytest.mark.parametrize(("params", "gb"), [(110_000_000, 100), (8_000_000_000, 100), (70_000_000_000, 230)])
def test_a_disk_holds_the_weights_that_are_served(planning: Planning, params: int, gb: int) -> None:
    """The same in the bill and in the code."""
    values, proposal = planning.of(workload_type="realtime_inference", model_size_params=params, cloud=["aws"])
    machines = proposal.plan.resources[0].count
    disks = next(line for line in proposal.cost.lines if line.item.startswith("Machine disks"))

    assert disks.quantity == gb * machines
    assert view_of(CodeRequest("fraud-model", values, proposal.plan, proposal.cost)).disk_gib == gb
