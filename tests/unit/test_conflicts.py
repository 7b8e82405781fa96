"""Facts that cannot hold together become a question, and coverage falls until it is answered."""

from __future__ import annotations

import pytest

from intake.conflicts import conflicts
from intake.extract import Understanding, take_in
from intake.nodes import IntakeNodes
from intake.questions import next_question
from intake.state import IntakeState
from providers.pricing import PriceBook
from providers.rulebook import Rulebook
from storage.records.constraints import Constraint, ConstraintSchema, ConstraintValue, FieldName
from storage.records.intake import IntakeInput

pytestmark = pytest.mark.anyio
RULEBOOK = Rulebook(PriceBook.load())


def known(**values: ConstraintValue) -> ConstraintSchema:
    return ConstraintSchema.model_validate(
        {name: {"value": value, "status": "stated"} for name, value in values.items()}
    )


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        (
            {"regions": ["us-east-1"], "data_residency": "EU"},
            "regions",
            "us-east-1 is outside of EU, where the data has to stay.",
        ),
        (
            {"regions": ["us-east-1", "us-west-2"], "data_residency": "Germany"},
            "regions",
            "us-east-1, us-west-2 are outside of Germany, where the data has to stay.",
        ),
        (
            {"regions": ["eu-west-1"], "cloud": ["gcp"]},
            "regions",
            "eu-west-1 is of AWS, and only Google Cloud may be used.",
        ),
        ({"gpu_required": False, "gpu_type": "H100"}, "gpu_required", "No GPU is wanted, and an H100 is asked for."),
        ({"gpu_required": False, "gpu_count": 4}, "gpu_required", "No GPU is wanted, and 4 GPUs are asked for."),
        (
            {"gpu_required": False, "gpu_count": 8, "gpu_type": "A100"},
            "gpu_required",
            "No GPU is wanted, and 8 A100s are asked for.",
        ),
        ({"gpu_required": False, "gpu_count": 1}, "gpu_required", "No GPU is wanted, and 1 GPU is asked for."),
    ],
)
def test_what_cannot_hold_together_is_named(said: dict[str, ConstraintValue], field: FieldName, words: str) -> None:
    assert conflicts(known(**said)) == {field: words}


@pytest.mark.parametrize(
    "said",
    [
        {"regions": ["us-east-1", "eu-west-1"], "data_residency": "EU"},
        {"regions": ["eu-west-1"], "cloud": ["aws", "gcp"]},
        {"regions": ["our-cellar"], "cloud": ["onprem"]},
        {"regions": ["us-east-1"], "data_residency": "the moon"},
        {"regions": ["europe-west10"], "data_residency": "EU", "cloud": ["gcp"]},
        {"regions": ["us-gov-west-1"], "data_residency": "US"},
        {"regions": ["Frankfurt"], "data_residency": "EU", "cloud": ["gcp"]},
        {"gpu_required": True, "gpu_type": "H100"},
        {"data_residency": "EU", "cloud": ["azure"]},
    ],
)
def test_what_can_hold_together_is_let_be(said: dict[str, ConstraintValue]) -> None:
    assert conflicts(known(**said)) == {}


def test_an_assumption_gives_way() -> None:
    assumed = Constraint(value=["gcp"], status="assumed")
    assert conflicts(known(regions=["eu-west-1"]).with_changes({"cloud": assumed})) == {}


async def test_it_is_asked_and_lowers_the_coverage_until_it_is_answered() -> None:
    nodes, state = IntakeNodes(RULEBOOK), IntakeState(asked=[])

    async def say(seq: int, text: str, question_id: str | None = None) -> float:
        state["inputs"] = [IntakeInput(seq=seq, text=text, question_id=question_id)]
        for node in (nodes.extract_constraints, nodes.coverage_check, nodes.adaptive_questioner):
            state.update((await node(state, None)).update)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return state["coverage"].score  # pyright: ignore[reportTypedDictNotRequiredAccess]

    whole = await say(1, "Serve an XGBoost model at 50 req/s on AWS, p95 under 200 ms, EU only")
    doubtful = await say(2, "It runs in us-east-1")
    question = state.get("question")
    assert question is not None
    assert question.field == "regions"
    assert question.why.startswith("us-east-1 is outside of EU, where the data has to stay. So far it is us-east-1.")
    assert [(option.label, option.value) for option in question.options] == [
        ("us-east-1", ["us-east-1"]),
        ("Anywhere in EU", ["EU"]),
    ]
    assert doubtful < whole
    assert await say(3, "eu-west-1", question.id) == whole
    answered = state.get("question")
    assert answered is None or answered.field != "regions"


async def test_the_other_side_may_give_way_too() -> None:
    understood = Understanding(ConstraintSchema(), None)
    await take_in(RULEBOOK, understood, IntakeInput(seq=1, edits={"regions": ["us-east-1"], "data_residency": "EU"}))
    assert [item.field for item in understood.misfits] == ["regions"]
    await take_in(RULEBOOK, understood, IntakeInput(seq=2, edits={"data_residency": "US"}))
    assert understood.misfits == []


async def test_what_was_waved_away_is_not_asked_again() -> None:
    understood = Understanding(ConstraintSchema(), None)
    await take_in(RULEBOOK, understood, IntakeInput(seq=1, edits={"gpu_required": False, "gpu_type": "H100"}))
    understood.settle(["gpu_required"])
    await take_in(RULEBOOK, understood, IntakeInput(seq=2, edits={"spot_ok": True}))
    assert understood.misfits == []


async def test_two_values_in_one_message_become_a_question_that_offers_both() -> None:
    nodes, state = IntakeNodes(RULEBOOK), IntakeState(asked=[])

    async def say(seq: int, text: str, question_id: str | None = None) -> float:
        state["inputs"] = [IntakeInput(seq=seq, text=text, question_id=question_id)]
        for node in (nodes.extract_constraints, nodes.coverage_check, nodes.adaptive_questioner):
            state.update((await node(state, None)).update)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return state["coverage"].score  # pyright: ignore[reportTypedDictNotRequiredAccess]

    doubtful = await say(1, "Serve an XGBoost model on AWS. We may spend $700 a month. The cap is $5,000 a month.")
    question = state.get("question")
    assert question is not None
    assert question.field == "monthly_budget_usd"
    assert [option.value for option in question.options] == [700.0, 5000.0]
    assert await say(2, "$5,000", question.id) > doubtful
    answered = state.get("question")
    assert answered is None or answered.field != "monthly_budget_usd"


async def test_a_cloud_alone_and_another_that_it_must_run_in_are_asked_about() -> None:
    known = Understanding(ConstraintSchema(), None)
    text = "Serve an XGBoost model at 50 req/s, only on premises but must be in AWS us-east-1"
    await take_in(RULEBOOK, known, IntakeInput(seq=1, text=text))
    (found,) = known.contradictions
    assert (found.field, found.earlier, found.later) == ("cloud", ["onprem"], ["aws"])

    question = next_question(known.constraints, disputed={"cloud": found.later})
    assert question is not None
    assert [option.label for option in question.options] == ["on premises", "AWS"]
    known.question = question
    await take_in(RULEBOOK, known, IntakeInput(seq=2, text="AWS", question_id=question.id))
    assert (known.constraints.values.cloud, known.contradictions, known.misfits) == (["aws"], [], [])
