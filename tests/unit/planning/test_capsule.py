"""What an approval covers: each covered input moves the capsule and is named; prose moves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from providers.capsule import amended, basis_moved, capsule, covered, moved
from providers.policies import PolicyBundle, evaluate
from providers.pricing import PriceBook
from storage.records.constraints import Constraint, ConstraintSchema, Evidence
from storage.records.ids import Sha256
from storage.records.plans import Cost, Plan, PlanBasis, PolicyReport

from .plans import FRAUD, Planning

Covered = tuple[Plan, Cost, PolicyReport, PlanBasis, ConstraintSchema]


@pytest.fixture(scope="module")
def approved(planning: Planning, book: PriceBook, bundle: PolicyBundle) -> Covered:
    values, proposal = planning.fraud()
    basis = PlanBasis(
        provider="rulebook", model="rulebook-1", pack=Sha256("a" * 64), price_book=book.sha256,
        price_book_as_of=book.as_of, policy_bundle=bundle.sha256,
    )  # fmt: skip
    constraints = ConstraintSchema.model_validate(
        {name: Constraint(value=value, status="stated") for name, value in FRAUD.items()}
    )
    report = evaluate(bundle, values, proposal.plan, proposal.cost)
    return proposal.plan, proposal.cost, report, basis, constraints


def first(items: list[Any], **update: Any) -> list[Any]:
    return [items[0].model_copy(update=update), *items[1:]]


def budget(value: float, **more: Any) -> dict[Any, Constraint]:
    return {"monthly_budget_usd": Constraint(value=value, **{"status": "stated", **more})}


MOVES: list[tuple[str, int, Callable[[Any], Any]]] = [
    ("plan.resources.0.count", 0, lambda p: p.model_copy(update={"resources": first(p.resources, count=9)})),
    ("plan.resources.0.region", 0, lambda p: p.model_copy(update={"resources": first(p.resources, region="x")})),
    ("plan.candidates.0.label", 0, lambda p: p.model_copy(update={"candidates": first(p.candidates, label="x")})),
    ("plan.patterns.0.name", 0, lambda p: p.model_copy(update={"patterns": first(p.patterns, name="x")})),
    ("plan.max_replicas", 0, lambda p: p.model_copy(update={"max_replicas": 99})),
    ("plan.proposed_by", 0, lambda p: p.model_copy(update={"proposed_by": "anthropic:x"})),
    ("plan.encrypted", 0, lambda p: p.model_copy(update={"encrypted": False})),
    ("cost.likely", 1, lambda c: c.model_copy(update={"likely": c.likely + Decimal("0.01")})),
    ("cost.lines.0.unit_usd", 1, lambda c: c.model_copy(update={"lines": first(c.lines, unit_usd=Decimal(1))})),
    ("cost.unknown", 1, lambda c: c.model_copy(update={"unknown": ["x"]})),
    ("policy.outcome", 2, lambda r: r.model_copy(update={"outcome": "pass"})),
    ("policy.results.0.actual", 2, lambda r: r.model_copy(update={"results": first(r.results, actual="x")})),
    ("policy.bundle", 2, lambda r: r.model_copy(update={"bundle": "b" * 64})),
    ("basis.price_book", 3, lambda b: b.model_copy(update={"price_book": "b" * 64})),
    ("basis.price_book_as_of", 3, lambda b: b.model_copy(update={"price_book_as_of": date(2020, 1, 1)})),
    ("basis.pack", 3, lambda b: b.model_copy(update={"pack": "b" * 64})),
    ("basis.model", 3, lambda b: b.model_copy(update={"model": "x"})),
    ("basis.provider", 3, lambda b: b.model_copy(update={"provider": "x"})),
    ("basis.policy_bundle", 3, lambda b: b.model_copy(update={"policy_bundle": "b" * 64})),
    ("constraints.monthly_budget_usd.value", 4, lambda s: s.with_changes(budget(3999))),
    ("constraints.monthly_budget_usd.status", 4, lambda s: s.with_changes(budget(4000, status="assumed"))),
]


@pytest.mark.parametrize(("name", "at", "change"), MOVES, ids=[name for name, _, _ in MOVES])
def test_a_covered_input_moves_the_capsule_and_is_named(
    approved: Covered, name: str, at: int, change: Callable[[Any], Any]
) -> None:
    other: Any = (*approved[:at], change(approved[at]), *approved[at + 1 :])
    assert capsule(*other) != capsule(*approved)
    assert moved(covered(*approved), covered(*other)) == [name]


PROSE: list[tuple[str, int, Callable[[Any], Any]]] = [
    ("plan.summary", 0, lambda p: p.model_copy(update={"summary": "x"})),
    ("plan.reason", 0, lambda p: p.model_copy(update={"reason": "x"})),
    ("plan.assumptions", 0, lambda p: p.model_copy(update={"assumptions": ["x"]})),
    ("pattern.reason", 0, lambda p: p.model_copy(update={"patterns": first(p.patterns, reason="x")})),
    ("candidate.reason", 0, lambda p: p.model_copy(update={"candidates": first(p.candidates, rejected_because="x")})),
    ("cost.assumptions", 1, lambda c: c.model_copy(update={"assumptions": ["x"]})),
    ("policy.message", 2, lambda r: r.model_copy(update={"results": first(r.results, message="x", remedy="y")})),
    (
        "constraint.evidence",
        4,
        lambda s: s.with_changes(budget(4000, evidence=Evidence(message=9, start=0, end=3), source="other")),
    ),
]


@pytest.mark.parametrize(("at", "change"), [item[1:] for item in PROSE], ids=[name for name, _, _ in PROSE])
def test_prose_moves_nothing(approved: Covered, at: int, change: Callable[[Any], Any]) -> None:
    other: Any = (*approved[:at], change(approved[at]), *approved[at + 1 :])
    assert other != approved
    assert capsule(*other) == capsule(*approved)
    assert moved(covered(*approved), covered(*other)) == []


def test_a_stored_copy_has_the_same_capsule(approved: Covered) -> None:
    copies: Any = tuple(type(item).model_validate_json(item.model_dump_json()) for item in approved)
    assert capsule(*copies) == capsule(*approved)


def test_an_amended_capsule_depends_on_all_three(approved: Covered) -> None:
    plan, sealed = approved[0], capsule(*approved)
    changes = budget(3500)
    made = amended(sealed, changes, plan)
    others = [
        amended(Sha256("0" * 64), changes, plan),
        amended(sealed, budget(3400), plan),
        amended(sealed, changes, plan.model_copy(update={"zones": 1})),
        sealed,
    ]
    assert len({made, *others}) == 5
    assert made == amended(sealed, budget(3500, evidence=Evidence(message=1, start=0, end=1)), plan)


def test_what_moved_in_the_basis_is_named(approved: Covered) -> None:
    basis = approved[3]
    assert basis_moved(basis, basis) == []
    assert basis_moved(basis, basis.model_copy(update={"pack": "0" * 64, "model": "x"})) == ["model", "pack"]
