"""A whole decision set through `countersign up`, whose intake is by a model: a good one, and one that never fits."""

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


def obliging(vendor: Vendor, heard: Heard) -> Act:
    if not heard.get("tools"):
        return Answer(text=WORDS)
    said = heard["messages"][-1]["content"]
    return calls(STATED if SENTENCE in said else {})


def stubborn(vendor: Vendor, heard: Heard) -> Act:
    return calls({"latency_p95_ms": {"value": "very fast", "quote": "80 ms"}})


@contextmanager
def product(tmp_path: Path, database_url: str, server: VendorServer, **settings: str) -> Iterator[Product]:
    with Product(tmp_path, database_url, environ=server.environ | settings) as running:
        yield running


def told(running: Product, decision_set: str) -> list[dict[str, Any]]:
    return running.get(f"/api/decision-sets/{decision_set}/events?limit=500")["items"]


@pytest.mark.timeout(300)
def test_a_model_does_the_intake_of_a_whole_decision_set(tmp_path: Path, database_url: str) -> None:
    setting = {"COUNTERSIGN_MODEL": "openai:gpt-test"}
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
        running.complete(made)
        planned = [event["payload"] for event in told(running, made) if event["type"] == "reason-card"][2:]
        assert planned
        assert {card["provider"] for card in planned} == {"rulebook"}
        tools = {
            json.dumps(heard.get("tools", [{}])[0].get("function", {}).get("name")) for heard in server.heard["openai"]
        }
        assert tools == {json.dumps(TOOL), "null"}


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
