"""What an answer is worth, priced by the built-in planner; and that only what is worth it is asked."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.assumptions import assumptions
from intake.nodes import IntakeNodes
from intake.questions import confirm_question, next_question
from intake.state import IntakeState
from intake.worth import LEAST_SHARE, LEAST_USD, Outcome, Worth, answered, outcomes, weighed
from providers.base import PlanRequest
from providers.compute import here
from providers.inputs import Inputs
from providers.policies import PolicyBundle
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from providers.rulebook.planner import plan
from storage.records.constraints import Constraint, ConstraintSchema
from storage.records.decision_sets import Question
from storage.records.events import MessageSent, QuestionAsked
from storage.records.ids import Sha256
from storage.records.intake import IntakeInput
from storage.records.steps import RunContext

pytestmark = pytest.mark.anyio
BOOK = PriceBook.load()
INPUTS = Inputs(BOOK, PolicyBundle.load())
TODAY = date(2026, 7, 1)
KNOWN = ConstraintSchema(
    {
        "workload_type": Constraint(value="realtime_inference", status="stated"),
        "throughput_rps": Constraint(value=50.0, status="stated"),
        "latency_p95_ms": Constraint(value=200.0, status="stated"),
        "model_framework": Constraint(value="xgboost", status="stated"),
    }
)


async def current(context: RunContext | None) -> Inputs:
    return INPUTS


def outcome(likely: int | None, plan: str = "p", patterns: str = "q", policy: str = "r") -> Outcome:
    return Outcome(None if likely is None else Decimal(likely), Sha256(plan), Sha256(patterns), Sha256(policy))


async def asked(*texts: str) -> tuple[list[Question], list[str]]:
    """The questions with a field that these texts lead to when each is skipped, and what the agent says besides."""
    nodes = IntakeNodes(Rulebook(BOOK), weighed(current, here))
    state, found, said = IntakeState(asked=[]), list[Question](), list[str]()
    inputs = [IntakeInput(seq=seq, text=text) for seq, text in enumerate(texts, 1)]
    while True:
        state["inputs"] = inputs
        for node in (nodes.extract_constraints, nodes.coverage_check, nodes.adaptive_questioner):
            done = await node(state, None)
            state.update(done.update)  # pyright: ignore[reportArgumentType, reportCallIssue]
            said += [card.text for card in done.cards if isinstance(card, MessageSent)]
            found += [card.question for card in done.cards if isinstance(card, QuestionAsked)]
            if state.get("ready"):
                return [item for item in found if item.field], said
        if found[-1].field is None:
            return [item for item in found if item.field], [*said, found[-1].why]
        inputs = [IntakeInput(seq=len(found) + 9, question_id=found[-1].id, choice="skip")]


async def test_it_spans_what_the_options_would_cost() -> None:
    question = next_question(KNOWN)
    assert question is not None
    assert question.field == "cloud"
    answers = answered(KNOWN, question)
    made = [plan(PlanRequest(item.values, today=TODAY), BOOK) for item in answers]
    worth = outcomes(answers, INPUTS, TODAY)

    assert [item.values.cloud for item in answers] == [["aws", "azure", "gcp"], ["aws"], ["gcp"], ["azure"], ["onprem"]]
    assert [item.likely for item in worth.all] == [item.cost.likely if item.plan.feasible else None for item in made]
    assert worth.words == f"${min(worth.costs):,.0f}–${max(worth.costs):,.0f}/mo; some answers lead to no plan"


async def test_the_last_question_is_worth_nothing_of_its_own() -> None:
    worth = await weighed(current, here)(KNOWN, confirm_question({}), None)

    assert (worth.words, worth.asks) == ("", False)


@pytest.mark.parametrize(
    ("found", "words", "asks"),
    [
        ([outcome(180), outcome(1950)], "$180–$1,950/mo", True),
        ([outcome(17), outcome(17)], "$17/mo by any answer", False),
        ([outcome(17, plan="p"), outcome(17, plan="q")], "$17/mo, with other machines", True),
        ([outcome(17), outcome(17, policy="s")], "$17/mo, with other policy results", True),
        ([outcome(17), outcome(17, patterns="alert"), outcome(17, patterns="alert")], "$17/mo by any answer", False),
        (
            [outcome(17), outcome(17, patterns="private"), outcome(17)],
            "$17/mo, with other patterns",
            True,
        ),
        ([outcome(17), outcome(None, plan="none")], "$17/mo; some answers lead to no plan", True),
        ([outcome(17), outcome(30), outcome(None)], "$17–$30/mo; some answers lead to no plan", False),
        ([outcome(None), outcome(None)], "No answer leads to a plan that can be met, as things stand.", False),
        (
            [outcome(None, plan="p"), outcome(None, policy="s")],
            "No answer leads to a plan that can be met, as things stand.",
            False,
        ),
        ([outcome(20), outcome(44)], "$20–$44/mo by any answer", False),
        ([outcome(20), outcome(44, plan="q")], "$20–$44/mo, with other machines", True),
        ([outcome(20), outcome(44, policy="s")], "$20–$44/mo, with other policy results", True),
        ([outcome(20), outcome(45)], "$20–$45/mo", True),
        ([outcome(10_000), outcome(10_499)], "$10,000–$10,499/mo by any answer", False),
        ([outcome(10_000), outcome(10_500)], "$10,000–$10,500/mo", True),
        ([], "", False),
    ],
)
def test_the_span_is_said_and_decides(found: list[Outcome], words: str, asks: bool) -> None:
    worth = Worth(found[0], tuple(found[1:])) if found else Worth()

    assert (worth.words, worth.asks) == (words, asks)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([outcome(769), outcome(None), outcome(769), outcome(769)], "$769/mo; no plan with $500"),
        ([outcome(769), outcome(None), outcome(None), outcome(769)], "$769/mo; no plan with $500 or $2,000"),
        ([outcome(None), outcome(769), outcome(900), outcome(None)], "$769–$900/mo; no plan without an answer, nor with"
         " $5,000"),
    ],
)  # fmt: skip
def test_answers_without_a_plan_are_named(found: list[Outcome], words: str) -> None:
    worth = Worth(found[0], tuple(found[1:]), ("$500", "$2,000", "$5,000"))

    assert worth.words == words


@pytest.mark.parametrize(
    ("found", "labels", "words"),
    [
        ([outcome(1034), outcome(1034), outcome(2735)], ("Yes", "No"), "$1,034/mo with Yes, $2,735/mo with No"),
        ([outcome(900), outcome(2735), outcome(400)], ("Yes", "No"), "$400/mo with No, $2,735/mo with Yes, $900/mo"
         " without an answer"),
        ([outcome(9), outcome(9), outcome(99), outcome(99)], ("A", "B", "C"), "$9/mo with A, $99/mo with B or C"),
        ([outcome(9), *map(outcome, (9, 50, 70, 99))], ("A", "B", "C", "D"), "$9–$99/mo"),
        ([outcome(9), outcome(99), outcome(99)], ("Yes", "No"), "$9–$99/mo"),
    ],
)  # fmt: skip
def test_few_answers_are_named_with_what_each_leads_to(
    found: list[Outcome], labels: tuple[str, ...], words: str
) -> None:
    assert Worth(found[0], tuple(found[1:]), labels).words == words


async def test_what_changes_nothing_is_listed_instead() -> None:
    """A small XGBoost endpoint: no usual latency and no usual budget changes its plan."""
    questions, said = await asked("Serve an XGBoost model at 50 req/s on AWS in the EU, internal data")

    assert {item.field for item in questions}.isdisjoint({"latency_p95_ms", "monthly_budget_usd"})
    assert any("Not asked: Latency p95, Budget. No usual answer would change the plan" in text for text in said)


async def test_it_is_asked_again_once_it_matters() -> None:
    """The same with a large model: now the budget decides whether there is a plan at all."""
    questions, _ = await asked("Serve a 13B PyTorch model at 50 req/s on AWS in the EU, internal data, p95 under 2 s")

    assert "monthly_budget_usd" in {item.field for item in questions}


async def test_where_no_answer_helps_nothing_is_asked_and_the_way_out_is_named() -> None:
    questions, said = await asked("Serve an XGBoost model at 50 req/s in westeurope on Azure only, at most $1 a month")

    assert questions == []
    assert any("As things stand no answer leads to a plan. No plan meets this" in text for text in said)


async def test_how_much_data_there_is_is_asked_where_only_what_is_assumed_of_it_is_too_much() -> None:
    questions, _ = await asked("Fine-tune Mistral 7B with LoRA, Azure West Europe, max 1000 USD monthly")

    first = questions[0]
    assert (first.field, first.options[0].value) == ("dataset_size_gb", 1.0)
    assert "no plan without an answer" in first.worth


async def test_a_budget_is_asked_in_amounts_that_decide() -> None:
    questions, _ = await asked("Train a 13B PyTorch LLM on 2 TB of public text on AWS in us-east-1 within 10 days")

    asked_for = next(item for item in questions if item.field == "monthly_budget_usd")
    least, *_, most = [option.value for option in asked_for.options]
    costs = [Decimal(each.replace(",", "")) for each in re.findall(r"\$([\d,]+)", asked_for.worth.partition(";")[0])]
    assert most > 20_000
    assert least < min(costs) <= most


async def test_of_two_budgets_both_are_offered_however_dear_the_plan() -> None:
    first = "Train a 13B PyTorch LLM on 2 TB of public text on AWS in us-east-1 within 10 days, $900,000 a month"
    questions, _ = await asked(first, "the budget is $950,000 a month")

    disputed = next(item for item in questions if item.field == "monthly_budget_usd")
    assert [option.value for option in disputed.options] == [900_000, 950_000]


async def test_the_workload_and_a_contradiction_are_always_asked() -> None:
    nothing, _ = await asked("Something for us, please")
    twice, _ = await asked("Serve an XGBoost model at 50 req/s on AWS, p95 under 200 ms", "p95 under 150 ms")

    assert nothing[0].field == "workload_type"
    assert twice[0].field == "latency_p95_ms"


async def test_batch_work_is_asked_for_its_data_not_for_requests() -> None:
    questions, _ = await asked("Score our customers every night with PyTorch")

    assert questions[0].field == "dataset_size_gb"
    assert "throughput_rps" not in {item.field for item in questions}


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(["realtime_inference", "batch_inference", "training", "rag", "data_pipeline", "feature_store"]),
    st.sampled_from(["xgboost", "pytorch", None]),
    st.sampled_from([1.0, 300.0, None]),
    st.sampled_from([["aws"], ["gcp"], None]),
    st.sampled_from([2000.0, None]),
)
async def test_whatever_is_asked_has_answers_that_differ(
    workload: str, framework: str | None, rps: float | None, cloud: list[str] | None, budget: float | None
) -> None:
    given = {
        "workload_type": workload,
        "model_framework": framework,
        "throughput_rps": rps,
        "cloud": cloud,
        "monthly_budget_usd": budget,
    }
    known = ConstraintSchema.model_validate(
        {name: {"value": value, "status": "stated"} for name, value in given.items() if value is not None}
    )
    state = IntakeState(asked=[], constraints=known)
    done = await IntakeNodes(Rulebook(BOOK), weighed(current, here)).coverage_check(state, None)
    question, passed_over = done.update["following"], done.update["unasked"]

    if question is not None and question.field is not None:
        assert differ(known, question)
        assert question.worth != ""
    for field in passed_over:
        silent = next_question(known, skipped=set(known.root) | set(passed_over) - {field})
        assert silent is not None
        assert silent.field == field
        assert not differ(known, silent)
        assert field in {*assumptions(known), "monthly_budget_usd", "data_residency", "gpu_required", "orchestrator"}


def differ(known: ConstraintSchema, question: Question) -> bool:
    """By the planner itself: another plan, another policy outcome, or a span of cost above the threshold. Answers that
    all lead to no plan don't."""
    made = [plan(PlanRequest(item.values, today=TODAY), BOOK) for item in answered(known, question)]
    if not any(item.plan.feasible for item in made):
        return False
    first, answers = made[0], made[1:]
    results = {item.policy for item in outcomes(answered(known, question), INPUTS, TODAY).all}
    machines = [
        (item.plan.feasible, item.plan.resources, item.plan.zones, item.plan.min_replicas, item.plan.max_replicas)
        for item in made
    ]
    patterns = [[pattern.name for pattern in item.plan.patterns] for item in answers]
    if len(results) > 1 or machines != [machines[0]] * len(made) or patterns != [patterns[0]] * len(answers):
        return True
    costs = [item.cost.likely for item in (first, *answers) if item.plan.feasible]
    return bool(costs) and max(costs) - min(costs) >= max(LEAST_USD, LEAST_SHARE * costs[0])
