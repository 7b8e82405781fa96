"""How objections are settled: by each strategy, within the rounds, and with both cases where they are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from graphs.decision.gate import escalated
from graphs.decision.reconcile import Reconcile
from graphs.decision.strategies import weigh
from graphs.services import Services
from providers.base import CriticName, PlanRequest
from providers.pricing import PriceBook
from providers.rulebook.critics import critique
from providers.rulebook.options import SPOT
from providers.rulebook.planner import plan
from storage.records.constraints import ConstraintValues
from storage.records.decision_sets import Settling, Strategy
from storage.records.events import ReasonCard, StageChanged
from storage.records.plans import Critique, Plan, Reconciliation

from .plans import FRAUD

pytestmark = pytest.mark.anyio
NAMES: tuple[CriticName, ...] = ("tech", "cost", "risk")
Severity = Literal["none", "low", "medium", "high"]


def said(*severities: tuple[Severity, float]) -> list[Critique]:
    return [
        Critique(critic=name, claim=f"{name} claims", evidence=["a figure"], severity=severity, confidence=sure)
        for name, (severity, sure) in zip(NAMES, severities, strict=True)
    ]


CALM: tuple[Severity, float] = ("none", 0.95)


@pytest.mark.parametrize(
    ("critiques", "reached", "again"),
    [
        (said(CALM, CALM, CALM), 0.0, False),
        (said(("low", 0.95), ("low", 0.95), ("low", 0.95)), 0.0, False),
        (said(("high", 0.95), CALM, CALM), 0.33, True),
        (said(("high", 0.4), CALM, CALM), 0.17, False),
        (said(("medium", 0.95), CALM, CALM), 0.17, False),
        (said(("medium", 0.95), ("medium", 0.95), CALM), 0.33, True),
    ],
)
def test_a_vote_counts_by_confidence_and_severity(critiques: list[Critique], reached: float, again: bool) -> None:
    verdict = weigh(critiques, Settling())
    assert (verdict.reached, verdict.needed, verdict.again) == (reached, 0.25, again)


@pytest.mark.parametrize(
    ("sure", "threshold", "shown", "again"),
    [
        (0.62, 0.25, 0.24, False),  # 24.6 %
        (0.6332, 0.25, 0.24, False),  # 24.996 %
        (0.6334, 0.25, 0.25, True),
        (0.95, 0.3333, 0.34, True),  # a third
        (0.95, 0.3334, 0.33, False),
    ],
)
def test_a_vote_is_compared_before_it_is_rounded(sure: float, threshold: float, shown: float, again: bool) -> None:
    verdict = weigh(said(("high", sure), CALM, CALM), Settling(threshold=threshold))
    assert (verdict.again, verdict.reached) == (again, shown)
    assert verdict.reached is not None
    assert (verdict.reached >= threshold) == again


def test_a_share_that_equals_the_threshold_in_decimal_reaches_it() -> None:
    """In binary 0.3 of 1.5 is a hair less than 0.2."""
    tenths = weigh(said(("medium", 0.6), ("none", 0.2), ("none", 0.7)), Settling(threshold=0.2))
    assert (tenths.again, tenths.reached) == (True, 0.2)


@pytest.mark.parametrize(
    ("threshold", "again"),
    [(0.66, False), (0.67, False), (0.667, False), (0.6667, False), (0.668, True), (0.68, True), (0.7, True)],
)
def test_two_of_three_are_two_thirds_however_many_digits_are_typed(threshold: float, again: bool) -> None:
    verdict = weigh(said(("high", 0.9), CALM, CALM), Settling(strategy="consensus", threshold=threshold))
    assert verdict.again == again


@pytest.mark.parametrize(
    ("critiques", "threshold", "accepted", "again"),
    [
        (said(("high", 0.3), CALM, CALM), None, 0.67, False),
        (said(("high", 0.95), CALM, CALM), 1.0, 0.67, True),
        (said(("medium", 0.95), ("medium", 0.3), CALM), None, 0.33, True),
        (said(("low", 0.95), CALM, CALM), 1.0, 1.0, False),
    ],
)
def test_consensus_counts_heads(
    critiques: list[Critique], threshold: float | None, accepted: float, again: bool
) -> None:
    verdict = weigh(critiques, Settling(strategy="consensus", threshold=threshold))
    assert (verdict.reached, verdict.again) == (accepted, again)


def test_escalation_counts_nothing_and_asks_for_no_other_plan() -> None:
    verdict = weigh(said(("high", 0.95), ("high", 0.95), ("high", 0.95)), Settling(strategy="escalate"))
    assert (verdict.again, verdict.reached, verdict.needed) == (False, None, None)


SPOTTED: dict[str, Any] = {**FRAUD, "monthly_budget_usd": 1000, "spot_ok": True, "availability_slo": 99}
"""A budget that leads to spot machines behind a service, which the risk critic holds against it."""


class Settled:
    """A project's settings without a database behind them."""

    orchestration = SimpleNamespace(name="rulebook", model="rulebook-1", pack="a" * 64)

    def __init__(self, settling: Settling) -> None:
        self._settling = settling

    async def settling(self, context: object) -> Settling:
        return self._settling


Round = tuple[Plan, Reconciliation, ReasonCard, StageChanged]


async def argued(stated: dict[str, Any], settling: Settling, book: PriceBook) -> list[Round]:
    """Planner, critics and reconciliation as the graph runs them, until reconciliation goes on."""
    values, avoid, rounds = ConstraintValues.model_validate(stated), list[str](), list[Round]()
    reconcile = Reconcile(cast(Services, Settled(settling)))
    while len(rounds) < 10:
        number = len(rounds) + 1
        proposal = plan(PlanRequest(values, frozenset(avoid), number), book)
        tech, cost, risk = (critique(name, values, proposal.plan, proposal.cost) for name in NAMES)
        result = await reconcile(
            {
                "plan": proposal.plan, "critique_tech": tech, "critique_cost": cost, "critique_risk": risk,
                "avoid": avoid, "round": number,
            },
            None,
        )  # fmt: skip
        found = result.update["reconciliation"]
        card, stage = result.cards
        assert isinstance(card, ReasonCard)
        assert isinstance(stage, StageChanged)
        rounds.append((proposal.plan, found, card, stage))
        if not found.again:
            return rounds
        avoid = found.avoid
    raise AssertionError("the rounds have no end")


def purchases(rounds: list[Round]) -> list[str]:
    return [made.resources[0].purchase for made, *_ in rounds]


@pytest.mark.parametrize(
    ("strategy", "threshold", "bought"),
    [
        ("weighted_vote", None, ["spot", "on_demand"]),
        ("weighted_vote", 0.9, ["spot"]),
        ("consensus", None, ["spot", "on_demand"]),
        ("consensus", 0.3, ["spot"]),
        ("escalate", None, ["spot"]),
    ],
)
async def test_each_strategy_settles_spot_behind_a_service_its_own_way(
    book: PriceBook, strategy: Strategy, threshold: float | None, bought: list[str]
) -> None:
    rounds = await argued(SPOTTED, Settling(strategy=strategy, threshold=threshold), book)
    assert purchases(rounds) == bought
    last = rounds[-1][1]
    assert (last.strategy, last.rounds) == (strategy, 2)
    claims = [item.claim for item in last.dissent]
    spot_claim = "People wait for machines that can be taken back."
    assert (spot_claim in claims) == (bought == ["spot"])


async def test_the_next_round_is_announced_and_says_what_to_avoid(book: PriceBook) -> None:
    first, second = await argued(SPOTTED, Settling(), book)
    assert first[1].settled == ["risk: People wait for machines that can be taken back."]
    assert first[1].avoid == [SPOT]
    assert (first[3].stage, first[3].round) == ("planner", 2)
    assert (second[3].stage, second[3].round) == ("policy", 2)
    assert [card.chosen for _, _, card, _ in (first, second)] == ["round 1 of 2", "round 2 of 2"]


async def test_one_round_asks_a_person_at_once(book: PriceBook) -> None:
    [(_, found, card, _)] = await argued(SPOTTED, Settling(rounds=1), book)
    assert (found.again, card.decision) == (False, "Go on to policy: the only round is used.")
    assert "risk" in [item.critic for item in found.dissent]


async def test_a_planner_with_no_other_plan_is_not_asked_a_third_time(book: PriceBook) -> None:
    rounds = await argued({**SPOTTED, "monthly_budget_usd": 500}, Settling(rounds=5), book)
    labels = [next(item.label for item in made.candidates if item.chosen) for made, *_ in rounds]
    assert len(rounds) == 2
    assert labels[0] == labels[1]
    assert "came back to what was ruled out" in rounds[1][2].decision
    risk = next(item for item in rounds[1][1].dissent if item.critic == "risk")
    assert risk.answer.startswith("It was ruled out and stands all the same")


async def test_an_objection_that_names_no_other_option_does_not_repeat_the_plan(book: PriceBook) -> None:
    stated = {**FRAUD, "monthly_budget_usd": 1000}
    [(_, found, card, _)] = await argued(stated, Settling(threshold=0.01), book)
    assert found.reached is not None
    assert found.reached >= 0.01
    assert "the same plan would come again" in card.decision


async def test_an_objection_to_options_that_were_not_planned_does_not_repeat_the_plan(book: PriceBook) -> None:
    made = plan(PlanRequest(ConstraintValues.model_validate(FRAUD)), book).plan
    other = next(item.label for item in made.candidates if not item.chosen)
    calm, cost, risk = said(CALM, CALM, ("high", 0.95))
    risk = risk.model_copy(update={"avoid": [other]})
    result = await Reconcile(cast(Services, Settled(Settling())))(
        {"plan": made, "critique_tech": calm, "critique_cost": cost, "critique_risk": risk, "round": 1}, None
    )
    found = result.update["reconciliation"]
    assert (found.again, [item.critic for item in found.dissent]) == (False, ["risk"])


async def test_dissent_carries_both_cases(book: PriceBook) -> None:
    rounds = await argued(SPOTTED, Settling(), book)
    made, found, *_ = rounds[-1]
    assert found.dissent
    for item in found.dissent:
        assert item.claim
        assert item.evidence
        assert 0 < item.confidence <= 1
        assert item.confidence_basis
        assert item.answer
    cost = next(item for item in found.dissent if item.critic == "cost")
    cheaper = [item for item in made.candidates if item.pareto and not item.chosen and item.label in cost.answer]
    assert [item.saves_usd_month is not None for item in cheaper] == [True]


async def test_what_is_escalated_waits_at_the_gate(book: PriceBook) -> None:
    [(_, found, *_)] = await argued(SPOTTED, Settling(strategy="escalate"), book)
    assert "Yours to settle, risk: People wait for machines that can be taken back." in escalated(found)
    [*_, (_, voted, *_)] = await argued(SPOTTED, Settling(), book)
    assert escalated(voted) == []
