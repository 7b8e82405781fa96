"""Twelve runs from a sentence to a commit. What each must be is said by name; the snapshots then hold the rest still,
and are renewed, in a commit of their own, with `pytest tests/golden --snapshot-update`."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from intake.schema import label
from providers.pricing import PriceBook
from providers.pricing.accelerators import ACCELERATORS
from storage.records.plans import Plan
from tests.golden.cases import CASES, PROJECTS, Case
from tests.golden.played import Played

pytestmark = pytest.mark.timeout(600)  # the first test waits for all twelve runs
BOOK = PriceBook.load()
DATED = {"stale-prices": "Most of the cost rests on figures of this year"}
"""The policy whose result changes with the day, and its title."""
DOCUMENTS = ("docs/cost.md", "docs/plan.md", "docs/policy.md")
FAMILY_FILES = {"service": "service/app.py", "job": "job/__main__.py", "training": "training/__main__.py"}


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def run(case: Case, played: dict[str, Played]) -> Played:
    return played[case.name]


def test_the_sentence_led_to_this_workload_and_a_commit(case: Case, run: Played) -> None:
    assert run.plan.workload_type == case.workload
    assert run.decision_set.constraints.values.workload_type == case.workload
    assert run.decision_set.commit
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    nodes = [event.node for event in run.events if event.type == "reason-card"]
    assert nodes.count("reconcile") == case.plans
    assert run.validation.outcome == "passed"


def test_the_plan_validates_and_is_made_of_what_the_price_book_has(case: Case, run: Played) -> None:
    plan = Plan.model_validate_json(run.plan.model_dump_json(by_alias=True))
    assert plan == run.plan
    assert plan.feasible
    assert [item.chosen for item in plan.candidates].count(True) == 1
    assert all((item.rejected_because is None) == item.chosen for item in plan.candidates)
    assert next(item for item in plan.candidates if item.chosen).pareto
    machines = {(item.cloud, item.region, item.type): item for item in BOOK.instances}
    [compute] = [item for item in plan.resources if item.kind == "compute"]
    machine = machines[compute.cloud, compute.region, compute.sku]
    assert (compute.vcpus, compute.accelerator) == (machine.vcpus, machine.accelerator)
    assert compute.count >= 1
    assert {(item.cloud, item.region) for item in plan.resources} == {(compute.cloud, compute.region)}
    assert {item.sku for item in plan.resources if item.kind != "compute"} <= _skus(run)
    params = run.decision_set.constraints.values.model_size_params or 0
    if case.family == "service" and compute.accelerator:
        assert params * 2 / 2**30 <= ACCELERATORS[compute.accelerator].memory_gib * compute.accelerator_count


def _skus(run: Played) -> set[str]:
    """What the cost lines name: a service is in the plan only if it is in the bill."""
    return {line.item.partition(": ")[2] or line.item for line in run.cost.lines}


def test_the_cost_adds_up_and_names_its_sources(run: Played) -> None:
    cost = run.cost
    priced = [line.usd for line in cost.lines if line.usd is not None]
    assert sum(priced) == cost.likely
    assert cost.low <= cost.likely <= cost.high
    assert [
        (line.item, line.source, line.as_of) for line in cost.lines if line.usd and not (line.source and line.as_of)
    ] == []
    assert len([line for line in cost.lines if line.usd is None]) == len(cost.unknown)
    assert cost.price_book == BOOK.sha256
    budget = run.decision_set.constraints.values.monthly_budget_usd
    assert budget is not None
    assert cost.likely <= budget
    spent = {
        event.payload["model_spend"] for event in run.events if event.type == "cost-update" and event.node == "planner"
    }
    assert spent == {"0"}


def test_policy_is_met_but_for_what_is_named(case: Case, run: Played) -> None:
    unmet = {item.id for item in run.policy.results if item.outcome != "pass"}
    assert unmet - DATED.keys() == case.unmet
    assert run.policy.outcome == ("warn" if unmet else "pass")
    assert [item.id for item in run.policy.results if item.level == "hard" and item.outcome != "pass"] == []
    assert len(run.policy.results) >= 25


def test_the_workload_has_its_capabilities(case: Case, run: Played) -> None:
    assert {pattern.name for pattern in run.plan.patterns} == case.patterns
    assert all(pattern.reason for pattern in run.plan.patterns)


def test_every_line_leads_to_the_operators_words(case: Case, run: Played) -> None:
    known = run.decision_set.constraints.root
    lines = [*run.plan.patterns, *run.plan.traces, *run.plan.fell_out]
    assert {item.kind for item in run.plan.traces} == {item.kind for item in run.plan.resources}
    texts = {
        event.seq: event.payload.get("text") or event.payload.get("comment")
        for event in run.events
        if event.type in ("message-received", "gate-answered")
    }
    words: dict[str, str] = {}
    for name in {name for line in lines for name in line.from_}:
        item = known[name]
        if item.status == "stated":
            assert item.evidence is not None, name
            text = texts[item.evidence.message]
            assert text is not None
            words[name] = text[item.evidence.start : item.evidence.end]
    said = f"{case.sentence} {case.asks} {case.comment}"
    assert words
    assert [name for name, quoted in words.items() if not quoted or quoted not in said] == []


def test_places_that_are_not_used_are_said(run: Played) -> None:
    used = {item.cloud for item in run.plan.resources}
    told = {item.cloud for item in run.plan.fell_out if item.kind == "cloud"}
    assert used | told == {cloud for cloud, _ in BOOK.regions}
    assert not used & told
    assert all(item.reason and item.places for item in run.plan.fell_out)


def test_objections_are_settled_as_the_project_says(case: Case, run: Played) -> None:
    found, settling = run.reconciliation, PROJECTS[case.project]
    if not case.comment:  # a comment that amends the plan has it argued over again, without rounds
        assert (found.strategy, found.threshold) == (settling.strategy, settling.needed)
    assert [item.critic for item in found.dissent if not (item.answer and item.confidence_basis)] == []
    rounds = [event.payload["round"] for event in run.events if event.type == "stage-changed"]
    assert max(rounds) == case.plans
    objections = {item.claim for item in found.dissent}
    gate = [event.payload for event in run.events if event.type == "gate-opened"][-1]
    assert objections == {item["claim"] for item in gate["dissent"]}


def test_every_report_and_document_is_in_the_commit(case: Case, run: Played) -> None:
    files = run.files
    wanted = {*DOCUMENTS, "README.md", "plan.json", "infra/main.tf", FAMILY_FILES[case.family]}
    assert wanted <= files.keys()
    plan = files["docs/plan.md"].decode()
    for name, item in run.decision_set.constraints.root.items():
        assert label(name) in plan, (name, item)
    for pattern in run.plan.patterns:
        assert f"| {pattern.name} |" in plan
    policy = files["docs/policy.md"].decode()
    assert [item.title for item in run.policy.results if item.title not in policy] == []
    for item in run.reconciliation.dissent:
        assert item.claim.replace("|", "\\|") in policy
    assert all(str(line.usd) in files["docs/cost.md"].decode() for line in run.cost.lines if line.usd is not None)
    made = json.loads(files["plan.json"])
    compute = next(item for item in run.plan.resources if item.kind == "compute")
    assert (made["cloud"], made["region"], made["sku"]) == (compute.cloud, compute.region, compute.sku)
    reports = [event.type for event in run.events]
    assert {"cost-update", "policy-update", "validator-report", "diff-recorded"} <= set(reports)


class Markdown(SingleFileSnapshotExtension):
    file_extension = "md"
    _write_mode = WriteMode.TEXT


def test_plan_cost_and_policies_are_as_they_were(case: Case, run: Played, snapshot: SnapshotAssertion) -> None:
    plan = run.plan.model_dump(mode="json", by_alias=True)
    seen: dict[str, Any] = {
        "plan": plan,
        "cost": run.cost.model_dump(mode="json", include={"low", "likely", "high", "lines", "unknown"}),
        "policy": {item.id: f"{item.outcome}: {item.actual}" for item in run.policy.results if item.id not in DATED},
        "dissent": [f"{item.critic}, {item.severity}: {item.claim}" for item in run.reconciliation.dissent],
    }
    assert seen == snapshot(extension_class=JSONSnapshotExtension)


def test_documents_are_as_they_were(case: Case, run: Played, snapshot: SnapshotAssertion) -> None:
    text = "\n".join(f"<!-- {path} -->\n{steady(run.files[path].decode())}" for path in DOCUMENTS)
    assert text == snapshot(extension_class=Markdown)


def steady(text: str) -> str:
    """Without hashes, and without the lines that the day moves."""
    kept = [
        line for line in text.splitlines() if "older than 90 days" not in line and DATED["stale-prices"] not in line
    ]
    return re.sub(r"\b[0-9a-f]{64}\b", "SHA-256", re.sub(r"^Outcome: \w+\. ", "", "\n".join(kept), flags=re.MULTILINE))
