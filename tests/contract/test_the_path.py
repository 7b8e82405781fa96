"""The one path that must always work, as a script against the API of a running product."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.running import KEY, Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, product_database: str | None) -> Iterator[Product]:
    environ = {"COUNTERSIGN_APPROVAL_HOURS": "48"}
    with Product(tmp_path_factory.mktemp("up"), product_database, environ=environ) as running:
        yield running


def test_from_a_sentence_to_a_countersigned_commit(product: Product, tmp_path: Path) -> None:
    made = product.create()
    asked = product.until(made["id"], lambda now: now["question"] or now["status"] != "intake")
    while asked["question"] and asked["question"]["field"]:
        question = asked["question"]
        choice = {"question_id": question["id"], "choice": "assume"}
        product.post(f"/api/decision-sets/{made['id']}/messages", choice)
        asked = product.until(
            made["id"], lambda now, last=question: now["status"] != "intake" or (now["question"] or last) != last
        )
    at_gate = product.to_gate(made["id"])
    assert at_gate["status"] == "awaiting_approval"
    assert len(at_gate["plan"]["candidates"]) >= 3
    assert sum(item["chosen"] for item in at_gate["plan"]["candidates"]) == 1
    opened, expires = (datetime.fromisoformat(at_gate["gate"][name]) for name in ("opened_at", "expires_at"))
    assert round((expires - opened) / timedelta(hours=1)) == 48
    assert all(item["rejected_because"] for item in at_gate["plan"]["candidates"] if not item["chosen"])

    product.answer(at_gate, comment="cap replicas at 6 and lower the budget to $3,500 a month")
    done = product.complete(made["id"])
    assert done["constraints"]["max_replicas"]["value"] == 6
    assert done["constraints"]["monthly_budget_usd"]["value"] == 3500
    assert done["plan"]["resources"]
    assert float(done["cost"]["likely"]) <= 3500

    told = product.get(f"/api/decision-sets/{made['id']}/events?limit=500")["items"]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    past = product.get(f"/api/decision-sets/{made['id']}/checkpoints")["items"]
    assert {event["checkpoint_id"] for event in told} <= {item["checkpoint_id"] for item in past}
    assert told[-1]["payload"] == {"outcome": "completed"}

    clone = tmp_path / "clone"
    address = f"http://any:{KEY}@127.0.0.1:{product.port}/git/{done['project']}.git"
    subprocess.run(["git", "clone", "--quiet", address, str(clone)], check=True, capture_output=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True)
    assert head.stdout.strip() == done["commit"]
    checked = subprocess.run(
        ["git", "fsck", "--full", "--strict"], cwd=clone, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")

    [artifact] = done["artifacts"]
    data = product.api.get(f"/api/artifacts/{artifact['sha256']}").content
    assert hashlib.sha256(data).hexdigest() == artifact["sha256"]
    bundle = tmp_path / "bundle"
    zipfile.ZipFile(io.BytesIO(data)).extractall(bundle)
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout

    child = product.create("Same again, but at most $2,500 a month", parent=made["id"])
    assert child["constraints"]["latency_p95_ms"]["status"] == "confirmed"
    second = product.complete(product.to_gate(child["id"])["id"])
    changes = product.get(f"/api/decision-sets/{second['id']}/changes")
    moved = {item["field"]: (item["old"], item["new"]) for item in changes["constraints"]}
    assert moved["monthly_budget_usd"] == (3500, 2500)
    assert changes["cost"]["base"] == done["cost"]["likely"]
    assert changes["git"]["base_commit"] == done["commit"]
    assert changes["git"]["head_commit"] == second["commit"]
