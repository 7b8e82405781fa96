"""The planner's answer is about what was objected to."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import CriticName, PlanRequest
from providers.rulebook.answers import answer
from providers.rulebook.critics import critique
from providers.rulebook.planner import plan
from storage.records.plans import Critique

from .plans import FRAUD, Planning


def answered(planning: Planning, critic: CriticName, **stated: Any) -> tuple[Critique, str]:
    values, proposal = planning.of(**stated)
    found = critique(critic, values, proposal.plan, proposal.cost)
    return found, answer(found, proposal.plan, ())


def test_an_unknown_price_is_answered_with_prices(planning: Planning) -> None:
    found, said = answered(planning, "cost", **{**FRAUD, "cloud": ["azure"], "monthly_budget_usd": 100_000})
    assert found.kind == "unpriced"
    assert said.startswith("The high month has the dearest price that another cloud asks for it")
    assert "Every option shown that meets the constraints lacks prices as well." in said
    assert "loss of a zone" not in said


def test_one_zone_is_answered_with_what_is_in_several_or_with_there_being_none(planning: Planning) -> None:
    found, said = answered(planning, "risk", **{**FRAUD, "monthly_budget_usd": 900})
    assert (found.kind, said) == ("zone", "No option that meets the constraints is without that risk.")
    values, proposal = planning.fraud()
    single = next(item for item in proposal.plan.candidates if "the loss of its one zone stops it" in item.risks)
    taken = plan(PlanRequest(values, take=single.label), planning.book)
    found = critique("risk", values, taken.plan, taken.cost)
    assert found.kind == "zone"
    assert answer(found, taken.plan, ()).startswith("The nearest without that risk, 2 × g4dn.xlarge on demand")


@pytest.mark.parametrize(
    ("critic", "stated", "kind", "words"),
    [
        ("tech", {**FRAUD, "model_size_params": None}, "size", "Nothing stated speaks for another size"),
        ("tech", {**FRAUD, "scale_to_zero": True}, "cold start", "Scaling to zero was asked for."),
        (
            "cost",
            {"workload_type": "fine_tuning", "model_size_params": 7 * 10**9, "gpu_type": "H100", "gpu_count": 1,
             "cloud": ["aws"]},
            "accelerators",
            "sells them by 8",
        ),
        (
            "tech",
            {"workload_type": "edge", "model_size_params": 3 * 10**9, "latency_p95_ms": 30},
            "device",
            "whichever device or model",
        ),
        (
            "risk",
            {"workload_type": "feature_store", "availability_slo": 99.99, "cloud": ["gcp"]},
            "promise",
            "The promise is the cloud's",
        ),
        ("cost", {**FRAUD, "monthly_budget_usd": None}, "no budget", "costs less"),
    ],
)  # fmt: skip
def test_each_kind_has_an_answer_of_its_own(
    planning: Planning, critic: CriticName, stated: dict[str, Any], kind: str, words: str
) -> None:
    found, said = answered(planning, critic, **stated)
    assert found.kind == kind
    assert words in said


def test_an_objection_that_a_model_worded_is_answered_by_critic(planning: Planning) -> None:
    _, proposal = planning.fraud()
    for critic in ("tech", "cost", "risk"):
        found = Critique(critic=critic, claim="Something.", evidence=[], severity="low", confidence=0.5)
        assert answer(found, proposal.plan, ())
