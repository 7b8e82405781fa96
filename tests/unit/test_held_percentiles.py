"""A bound at another percentile than the 95th is asked about, and is what p95 is assumed to be when that is passed
over."""

from __future__ import annotations

from typing import Any

import pytest

from storage.records.constraints import ConstraintSchema
from storage.records.events import MessageSent
from tests.unit.test_revision import Talk

pytestmark = pytest.mark.anyio
QUERY = "Serve our PyTorch ranking model on AWS, 600 req/s, p99 under 50 ms"


async def asked(query: str) -> Talk:
    talk = Talk()
    await talk.say(query)
    assert talk.question is not None
    assert talk.question.field == "latency_p95_ms"
    return talk


def known(talk: Talk) -> ConstraintSchema:
    return talk.state.get("constraints") or ConstraintSchema()


@pytest.mark.parametrize(
    "passed_over", [{"choice": "skip"}, {"choice": "dont_know"}, {"choice": "assume"}, {"start": True}]
)
@pytest.mark.parametrize(
    ("words", "value", "reason"),
    [
        ("p99 under 50 ms", 50.0, "p99 50 ms, held as p95"),
        ("99.9 % of all requests within 1.2 seconds", 1200.0, "p99.9 1,200 ms, held as p95"),
        ("p90 under 40 ms", 40.0, "p90 40 ms, held as p95"),
        ("p99.9 < 900 ms and p99 < 300 ms", 300.0, "p99 300 ms, held as p95"),
    ],
)
async def test_it_is_held_with_its_words_and_reason(
    words: str, value: float, reason: str, passed_over: dict[str, Any]
) -> None:
    query = f"Serve our PyTorch ranking model on AWS, 600 req/s, {words}"
    talk = await asked(query)
    await talk.answer(**passed_over)

    item = known(talk).root["latency_p95_ms"]
    assert (item.value, item.status, item.source) == (value, "assumed", f"default:{reason}")
    assert item.evidence is not None
    assert query[item.evidence.start : item.evidence.end].endswith(words.rpartition(" and ")[2])
    assert talk.state.get("ready") or (talk.question and talk.question.field != "latency_p95_ms")


async def test_an_answer_takes_its_place() -> None:
    talk = await asked(QUERY)
    await talk.answer("40 ms")

    item = known(talk).root["latency_p95_ms"]
    assert (item.value, item.status) == (40.0, "stated")


async def test_it_does_not_move_what_was_stated() -> None:
    talk = Talk()
    await talk.say("Serve our PyTorch ranking model on AWS, 600 req/s, p95 under 80 ms")
    await talk.say("p99 under 50 ms", start=True)

    assert known(talk).root["latency_p95_ms"].value == 80.0


async def test_what_starts_with_it_says_so() -> None:
    talk = Talk()
    cards = await talk.say(QUERY, start=True)

    said = [item.text for item in cards if isinstance(item, MessageSent)]
    assert any("50 ms is said of p99" in text for text in said)
