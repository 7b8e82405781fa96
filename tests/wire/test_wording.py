"""A model words the question, its words come as they are said, and the choice of the question is not its own."""

from __future__ import annotations

import json

import pytest

from providers.base import WordingRequest
from storage import deltas
from storage.deltas import Delta
from storage.postgres import connect, unit_of_work
from storage.records.decision_sets import Option, Question
from tests.wire.desk import MODELS, Desk
from tests.wire.frames import VENDORS, Answer, Vendor
from tests.wire.server import Cut, Status

QUESTION = Question(
    id="latency_p95_ms.1",
    field="latency_p95_ms",
    text="How fast must 95 of 100 answers be?",
    why="It decides which machines are candidates.",
    options=[Option(label="100 ms", value=100.0)],
)
REQUEST = WordingRequest(QUESTION, "300 req/s in the EU", {"Throughput": "300 req/s"}, "Latency p95 (ms)")
WORDS = "You serve 300 requests a second.\n\nHow many milliseconds may 95 of 100 answers take?"


async def preview(desk: Desk) -> list[Delta]:
    async with desk.pool.connection() as conn:
        return await deltas.read(conn, desk.decision_set)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_the_words_stream_and_become_the_question(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Answer(text=WORDS))
    reader = desk.reader(MODELS[vendor])
    worded = await reader.word(REQUEST)
    assert worded is not None
    assert worded.reply == "You serve 300 requests a second."
    assert worded.question == "How many milliseconds may 95 of 100 answers take?"
    shown = await preview(desk)
    assert "".join(delta.text for delta in shown) == WORDS
    assert len({delta.reply for delta in shown}) == 1
    (heard,) = desk.server.heard[vendor]
    assert heard["stream"] is True
    told = json.loads(heard["messages"][-1]["content"])
    assert (told["asks_for"], told["wrote"]) == ("Latency p95 (ms)", "300 req/s in the EU")
    async with unit_of_work(desk.pool) as work:
        for effect in reader.effects:
            await effect(work)
    assert await preview(desk) == []


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_cut_stream_begins_again(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Cut(Answer(text="These words never end in a question")), Answer(text=WORDS))
    worded = await desk.reader(MODELS[vendor]).word(REQUEST)
    assert worded is not None
    assert worded.question.endswith("answers take?")
    shown = await preview(desk)
    last = shown[-1].reply
    assert "".join(delta.text for delta in shown if delta.reply == last) == WORDS


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("Very well.", "must be the question"),
        ("One.\n\nTwo.\n\nThree?", "two paragraphs"),
        ("See https://example.org\n\nHow fast?", "plain text only"),
        ("<b>Fast</b>\n\nHow fast?", "plain text only"),
        (f"{'long ' * 90}\n\nHow fast?", "may have 400 characters"),
    ],
)
async def test_words_that_are_no_question_are_sent_back(desk: Desk, words: str, complaint: str) -> None:
    desk.server.script("openai", Answer(text=words), Answer(text=WORDS))
    worded = await desk.reader(MODELS["openai"]).word(REQUEST)
    assert worded is not None
    assert complaint in desk.server.heard["openai"][1]["messages"][-1]["content"]


async def test_without_a_model_the_question_keeps_its_words(desk: Desk) -> None:
    desk.server.script("openai", Status(401, message="bad key"))
    reader = desk.reader(MODELS["openai"])
    assert await reader.word(REQUEST) is None
    assert reader.calls[0].provider == ""
    assert "bad key" in reader.calls[0].failures[0]


async def test_listeners_are_told_where_to_look(desk: Desk) -> None:
    async with await connect(desk.database_url) as listening:
        await deltas.listen(listening)
        async with deltas.writing(desk.pool, desk.decision_set, desk.run) as writer:
            writer("How ")
            writer("fast?")
        (delta,) = await preview(desk)
        async for note in listening.notifies(timeout=10, stop_after=1):
            assert (note.channel, note.payload) == (deltas.CHANNEL, f"{desk.decision_set}:{delta.id}")
            break
        else:
            raise AssertionError("nobody was told")
    assert delta.text == "How fast?"
