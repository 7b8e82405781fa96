"""A whole decision set through `countersign up`, by a model: one that does well, and one whose answers never fit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from providers.packs import load_packs
from tests.running import ROOT, Product
from tests.wire.desk import TOOL, calls
from tests.wire.frames import Answer, Vendor
from tests.wire.server import Act, Heard, VendorServer

SENTENCE = (
    "Score fraud with XGBoost on AWS: 300 req/s, p95 under 80 ms, available 120 %, EU only, PII, at most $4k a month"
)
STATED: dict[str, Any] = {
    "workload_type": {"value": "realtime_inference", "quote": "Score fraud"},
    "model_framework": {"value": "xgboost", "quote": "XGBoost"},
    "cloud": {"value": ["aws"], "quote": "on AWS"},
    "throughput_rps": {"value": 300, "quote": "300 req/s"},
    "data_residency": {"value": "EU", "quote": "EU only"},
    "data_sensitivity": {"value": "pii", "quote": "PII"},
    "monthly_budget_usd": {"value": 4000, "quote": "$4k a month"},
    "gpu_count": {"value": 8, "quote": "eight GPUs"},
    "latency_p95_ms": {"value": 80, "quote": "p95 under 80 ms"},
    "impossible": [
        {"field": "availability_slo", "quote": "available 120 %", "reason": "no more than 100 % is possible"}
    ],
}
WORDS = "300 req/s for fraud scoring.\n\nWhich share of the time, in percent, must it answer?"


TECH, COST, RISK = (
    "What is proposed first is not what I would be called for at night.",
    "What a high month costs is more than a likely one.",
    "Somebody has to answer for the data.",
)
NAMES = ("tech", "cost", "risk")
PERSONAS = {"technical critic": TECH, "cost critic": COST, "risk critic": RISK}


def called(heard: Heard) -> str:
    return heard["tools"][0]["function"]["name"] if heard.get("tools") else ""


def told_of(heard: Heard) -> dict[str, Any]:
    return json.loads(heard["messages"][-1]["content"])


def persona(heard: Heard) -> str:
    return next(name for name in PERSONAS if name in heard["messages"][0]["content"])


class Obliging:
    """Reads, words, and proposes an option that its technical critic rules out in the first round."""

    def __init__(self) -> None:
        self.first = ""

    def __call__(self, vendor: Vendor, heard: Heard) -> Act:
        match called(heard):
            case "record_constraints":
                return calls(STATED if SENTENCE in heard["messages"][-1]["content"] else {})
            case "propose_plan":
                return calls(self._proposed(told_of(heard)), "propose_plan")
            case "criticise":
                return calls(self._criticised(told_of(heard), persona(heard)), "criticise")
            case _:
                return Answer(text=WORDS)

    def _proposed(self, told: dict[str, Any]) -> dict[str, Any]:
        options = told["options"]
        taken = options[0] if told["ruled_out_by_critics"] else options[-1]
        self.first = self.first or taken["label"]
        return {"option": taken["option"], "reason": f"It costs ${taken['usd_a_month']} a month."}

    def _criticised(self, told: dict[str, Any], by: str) -> dict[str, Any]:
        said = {"severity": "low", "claim": PERSONAS[by], "evidence": [1], "confidence": 0.5}
        planned = told["options"][told["planned"] - 1]
        if by == "technical critic" and planned["label"] == self.first:
            return {**said, "severity": "high", "avoid": [planned["option"]]}
        return said


def stubborn(vendor: Vendor, heard: Heard) -> Act:
    return calls({"latency_p95_ms": {"value": "very fast", "quote": "80 ms"}})


@contextmanager
def product(tmp_path: Path, database_url: str, server: VendorServer, **settings: str) -> Iterator[Product]:
    with Product(tmp_path, database_url, environ=server.environ | settings) as running:
        yield running


def told(running: Product, decision_set: str) -> list[dict[str, Any]]:
    return running.get(f"/api/decision-sets/{decision_set}/events?limit=500")["items"]


@pytest.mark.timeout(300)
def test_a_model_reads_proposes_and_criticises_a_whole_decision_set(tmp_path: Path, database_url: str) -> None:
    setting = {"COUNTERSIGN_MODEL": "openai:gpt-test"}
    obliging = Obliging()
    with VendorServer(obliging) as server, product(tmp_path, database_url, server, **setting) as running:
        made = running.create(SENTENCE)["id"]
        now = running.until(made, lambda now: now["question"] is not None)
        assert now["constraints"]["throughput_rps"]["value"] == 300
        evidence = now["constraints"]["throughput_rps"]["evidence"]
        assert SENTENCE[evidence["start"] : evidence["end"]] == "300 req/s"
        assert "gpu_count" not in now["constraints"]
        assert now["question"]["field"] == "availability_slo"
        assert now["question"]["text"] == "Which share of the time, in percent, must it answer?"
        assert now["question"]["options"]

        events = told(running, made)
        captured = [event["payload"] for event in events if event["type"] == "constraint-captured"]
        assert {item["source"] for item in captured} == {"model:openai:gpt-test"}
        reading, wording = (event["payload"] for event in events if event["type"] == "reason-card")
        packs = load_packs()
        assert (reading["provider"], reading["model"], reading["tokens"]) == ("openai", "gpt-test", 150)
        assert (reading["pack"], wording["pack"]) == (packs["intake-reading"].sha256, packs["intake-wording"].sha256)
        assert "eight GPUs" in reading["rejected"][0]["reason"]
        said = [event["payload"]["text"] for event in events if event["type"] == "message-sent"]
        assert any("was dropped: its evidence “eight GPUs” is not in the text" in text for text in said)
        assert "300 req/s for fraud scoring." in said

        running.to_gate(made)
        waiting = running.create(SENTENCE)["id"]
        running.to_gate(waiting)
        running.complete(made)
        argued(running, made, obliging.first)
        used = {item["id"]: item for item in running.get("/api/packs")["items"]}
        assert {item.id for item in packs} <= used.keys()
        assert used["planning"]["body"]["critic-risk"] == packs["critic-risk"].sha256
        assert {called(heard) for heard in server.heard["openai"]} == {TOOL, "propose_plan", "criticise", ""}
        hears_only_its_own(server)

    with VendorServer(obliging) as server:
        moved = {"COUNTERSIGN_MODEL": "openai:gpt-other"}
        with product(tmp_path, database_url, server, **moved) as running:
            running.answer(running.get(f"/api/decision-sets/{waiting}"))
            running.until(waiting, lambda now: now["status"] == "failed")
            failed = [event["payload"] for event in told(running, waiting) if event["type"] == "run-failed"]
            assert failed[-1]["cause"] == (
                "What was approved is not what would run: model moved since the gate opened."
            )


def argued(running: Product, made: str, first: str) -> None:
    """Two rounds, of which the second does without what the technical critic ruled out; each card names the model."""
    packs = load_packs()
    events = told(running, made)
    cards = {"planner": [], "critic_tech": [], "critic_cost": [], "critic_risk": [], "reconcile": []}
    for event in events:
        if event["type"] == "reason-card" and event["node"] in cards:
            cards[event["node"]].append(event["payload"])
    assert {node: len(found) for node, found in cards.items()} == dict.fromkeys(cards, 2)
    for node, pack in [("planner", "plan-proposing"), *((f"critic_{name}", f"critic-{name}") for name in NAMES)]:
        for card in cards[node]:
            assert (card["provider"], card["model"], card["tokens"]) == ("openai", "gpt-test", 150)
            assert card["pack"] == packs[pack].sha256
    assert [card["provider"] for card in cards["reconcile"]] == ["rulebook", "rulebook"]
    one, two = cards["planner"]
    assert (one["chosen"], two["chosen"] == first) == (first, False)
    assert (cards["critic_tech"][0]["decision"], cards["critic_tech"][0]["chosen"]) == (TECH, "Objects, severity high")
    assert cards["reconcile"][0]["decision"].startswith("Plan again: ")
    assert f"Avoid {first}." in cards["reconcile"][0]["evidence"]
    assert two["evidence"][0].startswith("openai:gpt-test proposes it: It costs $")
    gates = [event["payload"] for event in events if event["type"] == "gate-opened"]
    dissent = {item["critic"]: item for item in gates[-1]["dissent"]}
    assert {name: item["claim"] for name, item in dissent.items()} == {"tech": TECH, "cost": COST, "risk": RISK}
    assert all(item["answer"] for item in dissent.values())


def hears_only_its_own(server: VendorServer) -> None:
    """No critic is given what another one said, nor who it is."""
    asked = [heard for heard in server.heard["openai"] if called(heard) == "criticise"]
    assert {persona(heard) for heard in asked} == set(PERSONAS)
    for heard in asked:
        own, said = persona(heard), json.dumps(heard["messages"])
        assert [claim for claim in PERSONAS.values() if claim in said] == []
        assert [name for name in PERSONAS if name in said] == [own]


@pytest.mark.timeout(300)
def test_three_answers_that_do_not_fit_end_in_quarantine_and_a_card(tmp_path: Path, database_url: str) -> None:
    setting = {"COUNTERSIGN_MODEL": "ollama:llama-test"}
    with VendorServer(stubborn) as server, product(tmp_path, database_url, server, **setting) as running:
        made = running.create(SENTENCE)["id"]
        now = running.until(made, lambda now: now["status"] == "failed")
        assert now["gate"] is None
        *_, failed, stage, complete = told(running, made)
        assert (failed["type"], complete["payload"]) == ("run-failed", {"outcome": "failed"})
        assert stage["payload"]["status"] == "failed"
        assert "three answers in a row did not fit" in failed["payload"]["cause"]
        assert "COUNTERSIGN_FALLBACK_MODELS" in failed["payload"]["next_action"]
        (kept,) = [path for path in (tmp_path / "quarantine").rglob("*") if path.is_file()]
        assert kept.name[:12] in failed["payload"]["cause"]
        assert json.loads(kept.read_bytes())["tool_calls"][0]["args"]["latency_p95_ms"]["value"] == "very fast"
        assert len(server.heard["ollama"]) == 3

        server.script("ollama", calls(STATED))
        running.post(f"/api/decision-sets/{made}/retry", {})
        again = running.until(made, lambda now: now["status"] == "intake" and now["question"] is not None)
        assert again["constraints"]["throughput_rps"]["value"] == 300
        assert "could not be" not in json.dumps(again["question"])


@pytest.mark.parametrize("command", ["up", "worker"])
def test_a_missing_key_stops_the_start_in_one_line(tmp_path: Path, command: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "ANTHROPIC_"))}
    environ |= {"COUNTERSIGN_MODEL": "anthropic:claude-test", "COUNTERSIGN_DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "countersign: ANTHROPIC_API_KEY is not set: anthropic:claude-test needs it. Set it to a key of yours, or choose"
        " another model with COUNTERSIGN_MODEL and COUNTERSIGN_FALLBACK_MODELS.\n"
    )
    assert list(tmp_path.iterdir()) == []
