"""Databases are as large as what they hold and answer, or have no price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.pricing import PriceBook
from providers.rulebook.critics import critique
from providers.rulebook.services import needs_of, priced
from providers.rulebook.stores import Server, Store, server_named, sold_apart, store_of
from providers.rulebook.workload import workload_of
from storage.records.constraints import ConstraintValues
from storage.records.plans import Cost, CostLine, Resource

from .plans import Planning
from .test_plausibility import BOOK, few

LOOKUPS: dict[str, Any] = {
    "workload_type": "feature_store", "throughput_rps": 15_000, "dataset_size_gb": 200, "availability_slo": 99.99,
    "latency_p95_ms": 15,
}  # fmt: skip


def store(**stated: Any) -> Store:
    found = store_of(workload_of(ConstraintValues.model_validate(stated)))
    assert found is not None
    return found


def lines(cost: Cost, words: str) -> list[CostLine]:
    return [line for line in cost.lines if line.item.startswith(words)]


def database(resources: list[Resource]) -> Resource:
    return next(item for item in resources if item.kind == "database")


def test_a_feature_store_by_hand() -> None:
    """15,000 lookups over 2,000 a vCPU at 60 %; a fifth of 200 GB in three quarters of the memory."""
    found = store(**LOOKUPS)
    assert found.vcpus == pytest.approx(12.5)
    assert found.gib == pytest.approx(200e9 * 0.2 / 2**30 / 0.75)
    assert found.disk_gb == pytest.approx(240)


def test_a_vector_index_by_hand() -> None:
    """8 GB are 3,906,250 passages of 2 KB: each 2,048 bytes of vector and 256 of links, and a fifth more."""
    found = store(workload_type="rag", dataset_size_gb=8, throughput_rps=30)
    index = 3_906_250 * (2048 + 256) * 1.2
    assert found.gib == pytest.approx(index / 2**30 / 0.75)
    assert found.vcpus == pytest.approx(max(0.6, 30 * 0.010 / 0.6))
    assert found.disk_gb == pytest.approx((8 + (3_906_250 * 2048 + index) / 1e9) * 1.2)


@pytest.mark.parametrize(
    ("sku", "server"),
    [
        ("RDS PostgreSQL db.t3.large", Server(2, 0.6, 8, 1)),
        ("RDS PostgreSQL db.r6i.2xlarge", Server(8, 8, 64, 12)),
        ("RDS PostgreSQL db.m5.xlarge", Server(4, 4, 16, 24)),
        ("PostgreSQL Flexible Server MO_Standard_E4s_v3", Server(4, 4, 32, 16)),
        ("PostgreSQL Flexible Server GP_Standard_D16s_v3", Server(16, 16, 64, 4)),
        ("Something else", None),
    ],
)
def test_a_server_is_known_by_its_class(sku: str, server: Server | None) -> None:
    assert server_named(sku) == server


def test_the_server_that_is_priced_carries_the_store(planning: Planning) -> None:
    for cloud in ("gcp", "azure"):
        _, proposal = planning.of(**LOOKUPS, cloud=[cloud])
        found = database(proposal.plan.resources)
        assert found.vcpus >= 12.5
        assert found.memory_gib >= 49
        assert found.count == 2
        [line] = lines(proposal.cost, "Online feature store (")
        assert line.usd is not None
        assert line.usd > 500


def test_what_the_book_has_no_server_for_has_no_price_and_the_dearest_other_in_the_high_month(
    planning: Planning,
) -> None:
    _, proposal = planning.of(**LOOKUPS, cloud=["aws"])
    [line] = lines(proposal.cost, "Online feature store (")
    assert (line.usd, line.source) == (None, "unknown")
    assert any(line.item == name for name in proposal.cost.unknown)
    assert proposal.cost.high > proposal.cost.likely + Decimal(1000)
    assert "part of its price is unknown" in proposal.plan.risks


def test_a_small_store_is_still_a_small_server(planning: Planning) -> None:
    _, proposal = planning.of(workload_type="feature_store", throughput_rps=100, dataset_size_gb=5, cloud=["aws"])
    assert database(proposal.plan.resources).sku == "RDS PostgreSQL db.t3.large"


def test_machines_in_several_zones_have_a_database_with_a_standby(planning: Planning) -> None:
    stated = {"workload_type": "rag", "dataset_size_gb": 5, "throughput_rps": 1, "cloud": ["gcp"]}
    _, proposal = planning.of(**stated, availability_slo=99.9)
    assert proposal.plan.zones > 1
    assert database(proposal.plan.resources).count == 2


sizes = st.fixed_dictionaries(
    {
        "workload_type": st.sampled_from(["rag", "feature_store"]),
        "dataset_size_gb": st.floats(0.1, 3000),
        "throughput_rps": st.floats(1, 100_000),
    }
)


@few
@given(sizes, st.floats(1, 10), st.sampled_from(["dataset_size_gb", "throughput_rps"]))
def test_a_larger_store_never_costs_less_and_never_gets_a_price_back(
    stated: dict[str, Any], times: float, name: str
) -> None:
    larger = {**stated, name: stated[name] * times}
    for cloud in ("aws", "gcp", "azure"):
        small, large = (_usd(BOOK, cloud, asked) for asked in (stated, larger))
        assert large is None or (small is not None and large >= small)


def _usd(book: PriceBook, cloud: str, stated: dict[str, Any]) -> Decimal | None:
    """Of the servers; None where the book has none."""
    values = ConstraintValues.model_validate(stated)
    found = [
        service
        for service in priced(needs_of(workload_of(values), values), cloud, "", book)
        if service.need.item in ("database_hour", "database_memory_gb_month")
    ]
    return (
        None
        if any(service.figure is None for service in found)
        else sum((item.usd(1, 1) for item in found), Decimal(0))
    )


@few
@given(sizes)
def test_no_server_that_is_priced_is_too_small(stated: dict[str, Any]) -> None:
    values = ConstraintValues.model_validate(stated)
    wanted = store(**stated)
    for cloud in ("aws", "gcp", "azure"):
        for service in priced(needs_of(workload_of(values), values), cloud, "", BOOK):
            if service.need.store is not None and service.figure is not None:
                assert service.vcpus >= wanted.vcpus
                assert service.gib >= wanted.gib * 0.999


def test_more_memory_than_a_vcpu_may_have_takes_more_vcpus() -> None:
    assert sold_apart(Store("", 1, 2, 100, 20)) == (18, 108)
    assert sold_apart(Store("", 1, 2, 1000, 20)) is None


def test_a_database_that_does_not_carry_the_store_is_objected_to(planning: Planning) -> None:
    values, proposal = planning.of(**LOOKUPS, cloud=["gcp"])
    assert critique("tech", values, proposal.plan, proposal.cost).severity == "none"
    small = [
        item.model_copy(update={"vcpus": 2, "memory_gib": 8}) if item.kind == "database" else item
        for item in proposal.plan.resources
    ]
    found = critique("tech", values, proposal.plan.model_copy(update={"resources": small}), proposal.cost)
    assert (found.severity, found.claim) == ("high", "The database does not carry the store.")
    assert "15,000 lookups a second" in found.evidence[0]


def test_a_store_no_server_carries_and_a_promise_no_database_gives_are_objected_to(planning: Planning) -> None:
    values, proposal = planning.of(**{**LOOKUPS, "dataset_size_gb": 9000, "cloud": ["gcp"]})
    said = critique("tech", values, proposal.plan, proposal.cost)
    assert "No single database server carries the store." in [said.claim, *said.evidence]
    risk = critique("risk", values, proposal.plan, proposal.cost)
    assert "The database is promised less than is asked." in " ".join([risk.claim, *risk.evidence])
