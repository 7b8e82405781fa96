"""What happens when a model fails for good: the next one, then the rulebook, or a card."""

from __future__ import annotations

import pytest

from providers.resilience import NoModelAnswered, Patience
from storage import breakers
from tests.wire.desk import GOOD, MODELS, TEXT, Desk, calls
from tests.wire.server import Status
from tests.wire.test_reading import EXPECTED, understood

WRONG = calls({"latency_p95_ms": {"value": "fast", "quote": "80 ms"}})
OPENAI, OLLAMA = MODELS["openai"], MODELS["ollama"]
IMPATIENT = Patience(attempts=1, first_wait=0.001, call=2.0)


async def test_the_second_model_answers_when_the_first_is_refused(desk: Desk) -> None:
    desk.server.script("openai", Status(403, message="no such plan"))
    desk.server.script("ollama", GOOD)
    reader = desk.reader(OPENAI, OLLAMA)
    found = await reader.read(TEXT)
    assert understood(found) == EXPECTED
    assert {item.source for item in found.findings} == {f"model:{OLLAMA}"}
    (call,) = reader.calls
    assert (call.provider, call.fallback) == ("ollama", True)
    assert call.failures == (
        "openai:gpt-test: the provider refused with 403 (no such plan). Check what its key may do.",
    )


async def test_what_was_quarantined_stays_there_when_another_model_answers(desk: Desk) -> None:
    desk.server.script("openai", WRONG, WRONG, WRONG)
    desk.server.script("ollama", GOOD)
    reader = desk.reader(OPENAI, OLLAMA)
    assert understood(await reader.read(TEXT)) == EXPECTED
    (row,) = await desk.quarantined()
    (call,) = reader.calls
    assert (row.provider, call.quarantined, call.tries) == ("openai", (row.sha256,), 4)
    assert "three answers in a row did not fit" in call.failures[0]


@pytest.mark.parametrize("model", MODELS.values())
async def test_a_model_that_is_closed_closes_no_other(desk: Desk, model: str) -> None:
    for vendor in MODELS:
        desk.server.script(vendor, GOOD, GOOD)
    first, second = desk.provider(model), desk.provider(model)
    assert understood(await desk.reader_of(first).read(TEXT)) == EXPECTED
    await first.models.close()
    assert understood(await desk.reader_of(second).read(TEXT)) == EXPECTED


async def test_each_models_turn_is_counted_with_its_own_tokens(desk: Desk) -> None:
    desk.server.script("anthropic", Status(403))
    desk.server.script("openai", WRONG, WRONG, WRONG)
    desk.server.script("ollama", GOOD)
    await desk.reader(MODELS["anthropic"], OPENAI, OLLAMA).read(TEXT)
    outcomes = [(model, outcome) for model, outcome, *_ in desk.turns]
    assert outcomes == [(MODELS["anthropic"], "failed"), (OPENAI, "quarantined"), (OLLAMA, "answered")]
    refused, misfitting, fitting = [(tokens_in, tokens_out) for *_, tokens_in, tokens_out in desk.turns]
    assert refused == (0, 0)
    assert misfitting == (3 * fitting[0], 3 * fitting[1])
    assert min(fitting) > 0


async def test_the_rulebook_reads_last_where_it_is_named(desk: Desk) -> None:
    desk.server.script("openai", Status(401))
    reader = desk.reader(OPENAI, rulebook_last=True)
    found = await reader.read(TEXT)
    assert {item.field for item in found.findings} >= {"latency_p95_ms", "cloud", "monthly_budget_usd"}
    assert {item.source[:5] for item in found.findings} == {"rule:"}
    assert (reader.calls[0].provider, reader.calls[0].fallback) == ("rulebook", True)


async def test_without_a_model_left_the_reasons_are_given(desk: Desk) -> None:
    desk.server.script("openai", Status(500))
    desk.server.script("ollama", Status(404, message="model not found"))
    with pytest.raises(NoModelAnswered) as failed:
        await desk.reader(OPENAI, OLLAMA, patience=IMPATIENT).read(TEXT)
    assert failed.value.cause == (
        "No model could read what was written. openai:gpt-test: the provider answered 500 (on purpose)."
        " ollama:llama-test: the provider refused with 404 (model not found). Check the model's name and the provider's"
        " address."
    )


async def test_an_open_breaker_sends_to_the_next_model_without_a_call(desk: Desk) -> None:
    desk.server.script("openai", *[Status(500)] * 5)
    desk.server.script("ollama", *[GOOD] * 6)
    provider = desk.provider(OPENAI, OLLAMA, patience=IMPATIENT)
    for number in range(6):
        reader = desk.reader_of(provider)
        assert understood(await reader.read(f"{TEXT}{'!' * number}")) == EXPECTED
        assert reader.calls[0].fallback
    assert len(desk.server.heard["openai"]) == 5
    async with desk.pool.connection() as conn:
        rows = {row.name: (row.state, row.failures) for row in await breakers.listed(conn)}
    assert rows == {"openai": ("open", 5), "ollama": ("closed", 0)}


async def test_a_refusal_opens_no_breaker(desk: Desk) -> None:
    desk.server.script("openai", *[Status(401)] * 6)
    provider = desk.provider(OPENAI, patience=IMPATIENT)
    for _ in range(6):
        with pytest.raises(NoModelAnswered, match="401"):
            await desk.reader_of(provider).read(TEXT)
    async with desk.pool.connection() as conn:
        (row,) = await breakers.listed(conn)
    assert (row.state, row.failures) == ("closed", 0)


async def test_a_text_is_read_once_however_often_it_is_gone_over(desk: Desk) -> None:
    desk.server.script("openai", GOOD, GOOD)
    provider = desk.provider(OPENAI)
    first = await desk.reader_of(provider).read(TEXT)
    again = desk.reader_of(provider)
    assert await again.read(TEXT) == first
    assert again.calls == []
    await again.read(TEXT, answering="cloud")
    assert len(desk.server.heard["openai"]) == 2


async def test_a_comment_at_a_gate_is_read_by_rules(desk: Desk) -> None:
    found = await desk.provider(OPENAI).read("cap replicas at 6")
    assert [(item.field, item.value) for item in found.findings] == [("max_replicas", 6)]
    assert desk.server.heard["openai"] == []
