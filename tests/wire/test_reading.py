"""Each vendor's own client against its own wire format: what is asked, what is understood, and each way to fail."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from infra.models import model_accesses
from providers.chat.model import ChatModel
from providers.resilience import NoModelAnswered, Patience, Prompt, Transient, Turn
from storage.records.canonical import sha256_of_bytes
from storage.records.errors import DeterminismBudgetExceeded
from tests.wire.desk import FACTS, GOOD, MODELS, QUICK, TEXT, TOOL, Desk, calls
from tests.wire.frames import TOKENS_IN, TOKENS_OUT, VENDORS, Answer, Vendor
from tests.wire.server import Act, Cut, Garbage, Hang, Status

pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")


def understood(found: object) -> dict[str, tuple[object, str]]:
    return {item.field: (item.value, TEXT[item.start : item.end]) for item in found.findings}  # pyright: ignore


EXPECTED = {"latency_p95_ms": (80.0, "p95 under 80 ms"), "cloud": (["aws"], "on AWS")}


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_model_reads_and_every_value_has_its_place_in_the_text(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, GOOD)
    reader = desk.reader(MODELS[vendor])
    found = await reader.read(TEXT)
    assert understood(found) == EXPECTED
    assert {item.source for item in found.findings} == {f"model:{MODELS[vendor]}"}
    (call,) = reader.calls
    assert (f"{call.provider}:{call.model}", call.tries, call.fallback) == (MODELS[vendor], 1, False)
    assert (call.tokens_in, call.tokens_out) == (TOKENS_IN, TOKENS_OUT)
    (heard,) = desk.server.heard[vendor]
    assert (heard["options"] if vendor == "ollama" else heard)["temperature"] == 0
    tools = [tool.get("name") or tool["function"]["name"] for tool in heard["tools"]]
    forced = {
        "anthropic": {"type": "tool", "name": TOOL},
        "openai": {"type": "function", "function": {"name": TOOL}},
        "ollama": None,
    }
    assert (tools, heard.get("tool_choice")) == ([TOOL], forced[vendor])
    assert TEXT in json.dumps(heard["messages"], ensure_ascii=False)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "fault",
    [Status(429, (("Retry-After", "0"),)), Status(500), Status(503), Status(529), Hang(), Cut(GOOD)],
    ids=["429", "500", "503", "529", "timeout", "cut"],
)
async def test_what_passes_is_tried_again(desk: Desk, vendor: Vendor, fault: Act) -> None:
    desk.server.script(vendor, fault, GOOD)
    patience = Patience(call=0.7, first_wait=0.001)
    reader = desk.reader(MODELS[vendor], patience=patience)
    assert understood(await reader.read(TEXT)) == EXPECTED
    assert len(desk.server.heard[vendor]) == 2
    assert reader.calls[0].tries == 1


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("misfit", "complaint"),
    [
        (Garbage(), "not what the vendor's format says"),
        (calls('{"latency_p95_ms": {"value": 80, '), ""),
        (calls(FACTS, name="approve_everything"), f"there is no tool approve_everything; call {TOOL}"),
        (Answer(text="It should be fast."), f"the tool {TOOL} was not called"),
        (Answer(), f"the tool {TOOL} was not called"),
        (Answer(calls=((TOOL, FACTS), (TOOL, {}))), f"{TOOL} was called 2 times"),
        (calls({"latency_p95_ms": {"value": -5, "quote": "80 ms"}}), "latency_p95_ms.value: Input should be greater"),
        (calls({"approval": "granted"}), "approval: Extra inputs are not permitted"),
        (calls({"cloud": {"value": ["mars"], "quote": "AWS"}}), "cloud.value.0: Input should be"),
    ],
    ids=["garbage", "broken-json", "wrong-tool", "no-tool", "empty", "twice", "below-zero", "unknown", "not-offered"],
)
async def test_what_does_not_fit_is_said_to_the_model(desk: Desk, vendor: Vendor, misfit: Act, complaint: str) -> None:
    desk.server.script(vendor, misfit, GOOD)
    reader = desk.reader(MODELS[vendor])
    assert understood(await reader.read(TEXT)) == EXPECTED
    assert reader.calls[0].tries == 2
    first, second = (heard["messages"] for heard in desk.server.heard[vendor])
    told = json.dumps(second[len(first) :], ensure_ascii=False)
    assert "That answer does not fit" in told
    assert complaint in told
    assert await desk.quarantined() == []


@pytest.mark.parametrize("vendor", VENDORS)
async def test_the_third_misfit_is_quarantined_and_fails_with_words(desk: Desk, vendor: Vendor) -> None:
    wrong = calls({"latency_p95_ms": {"value": "fast", "quote": "80 ms"}})
    desk.server.script(vendor, wrong, wrong, wrong, GOOD)
    reader = desk.reader(MODELS[vendor])
    with pytest.raises(NoModelAnswered) as failed:
        await reader.read(TEXT)
    assert isinstance(failed.value.__cause__, DeterminismBudgetExceeded)
    assert len(desk.server.heard[vendor]) == 3
    (row,) = await desk.quarantined()
    assert f"{row.provider}:{row.model}" == MODELS[vendor]
    assert (row.decision_set_id, row.run_id, row.node) == (desk.decision_set, desk.run, "extract_constraints")
    assert "latency_p95_ms.value" in row.error
    data = await desk.store.get(row.sha256)
    assert (row.size, row.sha256) == (len(data), sha256_of_bytes(data))
    assert json.loads(data)["tool_calls"][0]["args"]["latency_p95_ms"]["value"] == "fast"
    assert row.sha256[:12] in failed.value.cause
    assert "COUNTERSIGN_FALLBACK_MODELS" in failed.value.next_action


@pytest.mark.parametrize("vendor", VENDORS)
async def test_evidence_that_is_not_in_the_text_drops_the_value(desk: Desk, vendor: Vendor) -> None:
    invented = {"value": 300, "quote": "300 requests per second"}
    desk.server.script(vendor, calls({**FACTS, "throughput_rps": invented}))
    reader = desk.reader(MODELS[vendor])
    assert understood(await reader.read(TEXT)) == EXPECTED
    (dropped,) = reader.dropped
    assert (dropped.field, dropped.value, dropped.reason) == ("throughput_rps", 300.0, "not in the text")


async def test_not_knowing_is_an_answer_to_a_model_too(desk: Desk) -> None:
    desk.server.script("openai", calls({}), calls({}))
    reader = desk.reader(MODELS["openai"])
    assert (await reader.read("I don't know", answering="throughput_rps")).unsure
    assert not (await reader.read("about the usual", answering="throughput_rps")).unsure


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_refusal_is_not_tried_again(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Status(401, message="invalid key"), GOOD)
    with pytest.raises(NoModelAnswered, match=r"refused with 401 \(invalid key\)\. Check its key\."):
        await desk.reader(MODELS[vendor]).read(TEXT)
    assert len(desk.server.heard[vendor]) == 1


@pytest.mark.parametrize("vendor", VENDORS)
async def test_the_provider_says_how_long_to_wait(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Status(429, (("Retry-After", "0.125"),)), GOOD)
    with capture_logs() as logs:
        await desk.reader(MODELS[vendor]).read(TEXT)
    assert [entry["seconds"] for entry in logs if entry["event"] == "asking again"] == [0.12]


@pytest.mark.parametrize("vendor", VENDORS)
async def test_nobody_waits_for_an_hour(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Status(429, (("Retry-After", "3600"),)), GOOD)
    with pytest.raises(NoModelAnswered, match="429"):
        await desk.reader(MODELS[vendor]).read(TEXT)
    assert len(desk.server.heard[vendor]) == 1


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_stream_that_is_cut_is_a_passing_fault(desk: Desk, vendor: Vendor) -> None:
    desk.server.script(vendor, Cut())
    (access,) = model_accesses([MODELS[vendor]], desk.server.environ)
    heard: list[str] = []

    class Listener:
        def __call__(self, text: str) -> None:
            heard.append(text)

        def restart(self) -> None:
            heard.clear()

    model = ChatModel(access, QUICK)
    with pytest.raises(Transient):
        await model.answer(Prompt("Speak.", (Turn("operator", "Hi"),)), Listener())
    await model.close()
    assert "".join(heard) in "one two three four five six"
