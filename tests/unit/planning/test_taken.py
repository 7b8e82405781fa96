"""A plan with an option that was asked for: the rules' arithmetic, and true words about what they would have taken."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from providers.base import PlanRequest, Proposal
from providers.policies import PolicyBundle
from providers.rulebook.answers import answer
from providers.rulebook.catalogue import Catalogue
from providers.rulebook.costing import cost_of
from providers.rulebook.critics import critique
from providers.rulebook.options import risk_weight
from providers.rulebook.planner import plan
from providers.whatif import what_if
from storage.records.constraints import ConstraintValues
from storage.records.plans import Candidate, Critique, Plan

from .plans import FRAUD
from .test_plausibility import BOOK, few, jobs, serving

FASTER = "2 × g6.xlarge on demand, aws eu-central-1, 2 zones"


def taking(stated: dict[str, Any], take: str | None, avoid: frozenset[str] = frozenset()) -> Proposal:
    return plan(PlanRequest(ConstraintValues.model_validate(stated), avoid, take=take), BOOK)


def chosen(made: Plan) -> Candidate:
    return next(item for item in made.candidates if item.chosen)


@few
@given(st.one_of(serving, jobs), st.data())
def test_whatever_is_taken_costs_what_the_rules_say(stated: dict[str, Any], data: st.DataObject) -> None:
    front = [item for item in taking(stated, None).plan.candidates if item.pareto]
    if not front:
        return
    take = data.draw(st.sampled_from(front))
    made = taking(stated, take.label)
    catalogue = Catalogue(ConstraintValues.model_validate(stated), BOOK)
    option = next(item for item in catalogue.feasible if item.label == take.label)
    assert made.plan.feasible
    assert (chosen(made.plan).label, chosen(made.plan).cost_usd_month) == (take.label, take.cost_usd_month)
    assert made.cost == cost_of(option, catalogue)
    assert {item.label for item in made.plan.candidates if item.pareto} == {item.label for item in front}
    for item in made.plan.candidates:
        words = item.rejected_because or ""
        assert item.chosen or len(words) > 10
        assert not re.search(r"\$-|-\d+%", words), words
        less = re.match(r"Saves \$([\d,]+)", words)
        if less and item.saves_usd_month is not None:
            assert abs(float(less[1].replace(",", "")) - float(item.saves_usd_month)) <= 0.51


def test_a_what_if_keeps_what_was_taken_while_it_can() -> None:
    values, bundle = ConstraintValues.model_validate(FRAUD), PolicyBundle.load()
    stands = what_if(values, {}, BOOK, bundle, take=FASTER)
    assert (stands.plan, stands.cost) == (taking(FRAUD, FASTER).plan, taking(FRAUD, FASTER).cost)
    poorer = what_if(values, {"regions": ["eu-west-1"]}, BOOK, bundle, take=FASTER)
    assert poorer.plan.feasible
    assert chosen(poorer.plan).label != FASTER


def test_what_is_not_left_is_not_taken() -> None:
    by_rank = taking(FRAUD, None)
    for take in ("9 × t9.huge on demand, aws eu-west-1", by_rank.plan.candidates[-1].label):
        assert taking(FRAUD, take) == by_rank
    avoid = frozenset({FASTER})
    assert taking(FRAUD, FASTER, avoid) == taking(FRAUD, None, avoid)


def test_what_the_rules_would_have_taken_says_that_it_was_not_proposed() -> None:
    made = taking(FRAUD, FASTER).plan
    first = next(item for item in made.candidates if item.label == chosen(taking(FRAUD, None).plan).label)
    assert first.rejected_because == "Saves $143 a month and risks no more, but it is slower; not proposed."
    assert first.pareto
    assert "Proposed among what the constraints leave" in made.traces[0].reason
    assert any(item.reason.endswith("saves $143 a month, and was not proposed.") for item in made.fell_out)


def test_what_is_saved_stands_for_every_cheaper_option_that_was_left() -> None:
    made = taking(FRAUD, FASTER, frozenset({"1 × g6.xlarge on demand, aws eu-central-1"})).plan
    own = chosen(made)
    for item in made.candidates:
        words = item.rejected_because or ""
        assert (item.saves_usd_month is not None) == words.startswith("Saves "), words
        if item.saves_usd_month is not None and not item.risks:
            assert item.cost_usd_month is not None
            assert own.cost_usd_month is not None
            assert item.saves_usd_month == own.cost_usd_month - item.cost_usd_month


def objection(critic: Any) -> Critique:
    return Critique(critic=critic, claim="No.", evidence=[], severity="medium", confidence=0.5)


def test_the_planners_answer_is_true_of_an_option_that_rules_would_not_take() -> None:
    plain = taking(FRAUD, FASTER).plan
    made = plain.model_copy(update={"reason": "It answers sooner."})
    said = answer(objection("cost"), made, ())
    assert "What costs less risks more" not in said
    assert said.startswith("It answers sooner. 3 × g4dn.xlarge on demand, aws eu-west-1, 3 zones: Saves $143 a month")
    values = ConstraintValues.model_validate(FRAUD)
    assert critique("cost", values, made, taking(FRAUD, FASTER).cost).severity == "medium"
    risky = next(item for item in plain.candidates if item.risks and item.pareto)
    spread = answer(objection("risk"), taking(FRAUD, risky.label).plan, ())
    assert "no option" not in spread.lower()
    assert "risks less" in spread
    assert risk_weight(risky.risks) > 0
