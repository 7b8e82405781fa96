"""Data that is counted, and runs that no field holds, on the way through the intake."""

from __future__ import annotations

import pytest

from intake.repeats import other_runs
from storage.records.constraints import ConstraintSchema
from storage.records.events import MessageSent
from tests.unit.test_revision import Talk

pytestmark = pytest.mark.anyio
QUERY = "LoRA for a 7B model on 40k support tickets once a week on AWS"


async def test_the_size_is_asked_for_with_what_is_assumed_and_why() -> None:
    talk = Talk()
    await talk.say(QUERY)
    question = talk.question

    assert question is not None
    assert question.field == "dataset_size_gb"
    assert question.why.startswith("So far 0.08 GB is assumed: 40,000 support tickets, each taken as 2 KB of text")
    assert question.options[0].value == 0.08


async def test_passed_over_it_stays_and_an_answer_takes_its_place() -> None:
    for given, expected in (({"choice": "assume"}, (0.08, "assumed")), ({"text": "2 GB"}, (2.0, "stated"))):
        talk = Talk()
        await talk.say(QUERY)
        await talk.answer(**given)
        item = (talk.state.get("constraints") or ConstraintSchema()).root["dataset_size_gb"]
        assert (item.value, item.status) == expected


async def test_it_is_asked_again_after_words_on_something_else() -> None:
    talk = Talk()
    await talk.say(QUERY)
    await talk.answer("We need it in Frankfurt.")

    assert talk.question is not None
    assert talk.question.field == "dataset_size_gb"


async def test_a_service_keeps_no_data_that_it_does_not_need() -> None:
    talk = Talk()
    await talk.say("Real-time classification behind an API, trained on 2 million images, 50 req/s on AWS")

    assert "dataset_size_gb" not in (talk.state.get("constraints") or ConstraintSchema()).root


async def test_how_often_it_runs_is_said_before_planning() -> None:
    talk = Talk()
    cards = await talk.say(QUERY, start=True)

    (said,) = [item.text for item in cards if isinstance(item, MessageSent)]
    assert said == (
        "“once a week”: how often a job runs is none of the constraints. The plan is priced for 1 run a month and says"
        " what one run costs; at 4 a month it is that many times as much."
    )


def test_what_the_plan_is_priced_for_needs_no_word() -> None:
    known = ConstraintSchema.model_validate({"workload_type": {"value": "batch_inference", "status": "stated"}})

    assert other_runs(["nightly batch scoring"], known) == ""
    assert other_runs(["batch scoring"], known) == ""
    assert "priced for 30 runs a month" in other_runs(["nightly batch scoring", "score once a week"], known)
