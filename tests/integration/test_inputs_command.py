"""`countersign prices` and `countersign policy`: what is wrong is refused whole, and the last good one stays."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from providers.policies import BASELINE, PolicyBundle
from providers.pricing import FIGURES, PriceBook
from providers.whatif import what_if
from storage import gates, inputs, projects
from storage.inputs import Kind
from storage.postgres import Pool, connect, unit_of_work
from storage.records.constraints import Constraint
from storage.records.ids import CheckpointId, GateId, Sha256, new_id
from tests.integration.decided import Written, constraints, opened
from tests.web_server import as_url

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    error: str


@dataclass(frozen=True)
class Terminal:
    environment: Mapping[str, str]

    def run(self, *words: str | Path) -> Said:
        done = CliRunner().invoke(app, [str(word) for word in words], env=dict(self.environment))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal(
        {
            "COUNTERSIGN_DATABASE_URL": as_url(database_url),
            "COUNTERSIGN_DATA_DIR": str(tmp_path / "data"),
            "COUNTERSIGN_PUBLIC_URL": "https://console.example.com",
        }
    )


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIGURES, tmp_path / "our-figures"))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text(BASELINE.read_text().replace("bundle: baseline", "bundle: ours"))
    return path


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def in_force(database_url: str) -> Mapping[Kind, Sha256]:
    async def read() -> Mapping[Kind, Sha256]:
        async with await connect(database_url) as conn:
            return await inputs.in_force(conn)

    return asyncio.run(read())


def test_a_good_book_is_put_in_force_and_listed(terminal: Terminal, figures: Path, database_url: str) -> None:
    spoil(figures / "services.csv", "0.0225", "0.0226")
    sha256 = PriceBook.load(figures).sha256
    said = terminal.run("prices", "use", figures, "--by", "ana")
    assert (said.code, said.out) == (0, f"In force from now on: price book our-figures {sha256}, by ana.\n")
    assert in_force(database_url) == {"price_book": sha256}
    listed = json.loads(terminal.run("prices", "list", "--json").out)
    assert listed["shipped_in_force"] is False
    assert [(item["sha256"], item["name"], item["used_by"], item["in_force"]) for item in listed["versions"]] == [
        (sha256, "our-figures", "ana", True)
    ]
    assert terminal.run("prices", "list").out.startswith("  the price book that the release ships\n* ")
    assert terminal.run("prices", "use", "--shipped", "--by", "ben").code == 0
    assert in_force(database_url) == {}
    assert terminal.run("prices", "list").out.startswith("* the price book that the release ships\n  ")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("instances.csv", "0.587", "-0.587", r"ondemand_usd_per_hour is negative: -0.587"),
        (
            "instances.csv",
            ",0.587,",
            ",1e400,",
            "ondemand_usd_per_hour is '1e400', above $100,000 for one hour or unit",
        ),
        ("instances.csv", "cloud,region", "cloud,place", "unknown field 'place'"),
        ("services.csv", "aws,cluster_hour", 'aws,"cluster_hour', "not valid CSV"),
        ("sources.csv", "2026-07-30", "2999-01-01", "as_of is 2999-01-01, which is after today"),
    ],
)
def test_a_wrong_book_is_refused_and_the_last_good_one_stays(
    terminal: Terminal, figures: Path, database_url: str, file: str, old: str, new: str, words: str
) -> None:
    assert terminal.run("prices", "use", figures, "--by", "ana").code == 0
    spoil(figures / file, old, new)
    said = terminal.run("prices", "use", figures, "--by", "ana")
    assert (said.code, said.out) == (1, "")
    assert said.error.startswith(f"countersign: {figures / file}:")
    assert words in said.error
    assert said.error.endswith("The price book in force stays.\n")
    assert in_force(database_url) == {"price_book": PriceBook.load().sha256}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: priced", "id: budget", "duplicate id 'budget'"),
        ("    level: hard", "    grade: hard", "unknown field 'grade'"),
        ("condition: plan.feasible", "condition: plan.feasible &&", "condition: Failed to parse"),
        ("condition: plan.feasible", "condition: approved(plan.feasible)", "condition: unknown function 'approved'"),
        ("rules:\n", "rules: [\n", "not valid YAML"),
        ("{given: {plan.feasible: true}, expect: met}", "{given: {plan.feasible: false}, expect: met}", "expected met"),
    ],
)
def test_a_wrong_bundle_is_refused_and_the_last_good_one_stays(
    terminal: Terminal, ours: Path, database_url: str, old: str, new: str, words: str
) -> None:
    assert terminal.run("policy", "use", ours, "--by", "ana").code == 0
    good = PolicyBundle.load(ours).sha256
    spoil(ours, old, new)
    said = terminal.run("policy", "use", ours, "--by", "ana")
    assert (said.code, said.out) == (1, "")
    assert said.error.startswith(f"countersign: {ours}:")
    assert words in said.error
    assert said.error.endswith("The bundle in force stays.\n")
    assert in_force(database_url) == {"policy_bundle": good}


def test_what_is_to_be_used_must_be_said(terminal: Terminal, ours: Path) -> None:
    assert terminal.run("policy", "use").error == "countersign: Name a bundle, or say --shipped.\n"
    assert terminal.run("policy", "use", ours, "--shipped").code == 1
    assert terminal.run("prices", "use").error == "countersign: Name a folder of figures, or say --shipped.\n"
    assert terminal.run("policy", "use", ours, "--by", "  ").error == "countersign: --by needs a name.\n"


def test_the_shipped_bundle_passes_its_own_examples(terminal: Terminal) -> None:
    said = terminal.run("policy", "test")
    assert said.code == 0
    assert said.out.splitlines()[-1].endswith(" 0 failed")
    assert f"{len(PolicyBundle.load().rules)} rules, " in said.out


def test_a_failing_example_ends_with_exit_code_1_and_its_line(terminal: Terminal, ours: Path) -> None:
    spoil(ours, "{given: {plan.feasible: true}, expect: met}", "{given: {plan.feasible: false}, expect: met}")
    line = next(
        n for n, text in enumerate(ours.read_text().splitlines(), 1) if "{plan.feasible: false}, expect: met" in text
    )
    said = terminal.run("policy", "test", ours)
    assert said.code == 1
    assert "FAIL  feasible  2 examples" in said.out
    assert f"{ours}:{line}: feasible: expected met, found not met" in said.out
    assert said.out.endswith(", 1 failed\n")
    as_json = terminal.run("policy", "test", ours, "--json")
    assert as_json.code == 1
    faults = [fault for rule in json.loads(as_json.out)["rules"] for fault in rule["faults"]]
    assert [(fault["file"], fault["line"]) for fault in faults] == [(str(ours), line)]


async def gated(pool: Pool, project: str, **stated: object) -> Written:
    """A decision set that the rulebook planned, at its gate."""
    known = constraints(workload_type="realtime_inference", model_framework="pytorch", **stated)
    async with unit_of_work(pool) as work:
        home = await projects.create(work.conn, project, "ana")
    written = await opened(pool, home.id, known)
    made = what_if(known.values, {}, PriceBook.load(), PolicyBundle.load())
    update = {"constraints": known, "plan": made.plan, "cost_estimate": made.cost, "policy_results": made.policy}
    await written.step("policy_eval", {name: item.model_dump(mode="json") for name, item in update.items()})
    await open_gate(written)
    return written


async def open_gate(written: Written) -> None:
    async with unit_of_work(written.pool) as work:
        await gates.open_gate(
            work.conn,
            GateId(new_id()),
            replace(written.origin("gate_hitl"), checkpoint=CheckpointId(new_id())),
            capsule=Sha256("c" * 64),
            allowed=["reject"],
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )


async def test_a_replay_says_what_would_have_been_blocked(pool: Pool, terminal: Terminal, ours: Path) -> None:
    served = await gated(pool, "fraud", throughput_rps=300, latency_p95_ms=80)
    dear = await gated(pool, "llm", monthly_budget_usd=1)
    ungated = await opened(pool, (await first_project(pool)), constraints(monthly_budget_usd=1))
    spoil(
        ours,
        "id: gpu-quota\n    title: GPUs within the account's quota\n    level: advisory",
        "id: gpu-quota\n    title: Q\n    level: hard",
    )
    spoil(
        ours,
        "    level: hard\n    applies: constraints.monthly_budget_usd != null",
        "    level: soft\n    applies: constraints.monthly_budget_usd != null",
    )
    said = await asyncio.to_thread(terminal.run, "policy", "replay", ours)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].endswith(": would have blocked 2 of 2; as recorded, 1 were")
    assert f"✕ https://console.example.com/decision-sets/{served.id}  fraud #1  Serve the fraud model" in lines
    quota = "a quota that aws has granted; a new account has none"
    assert f"    newly denies: gpu-quota (8 vCPUs on GPU machines; required {quota})" in lines
    assert ungated.id not in said.out
    found = json.loads((await asyncio.to_thread(terminal.run, "policy", "replay", ours, "--json")).out)
    assert (found["blocked"], found["of"], found["recorded_blocked"]) == (2, 2, 1)
    by_id = {item["id"]: item for item in found["decision_sets"]}
    assert [item["id"] for item in by_id[served.id]["newly_denies"]] == ["gpu-quota"]
    assert by_id[dear.id]["recorded"] == "fail"
    assert found["not_run"] == []


async def test_a_replay_knows_what_was_only_assumed(pool: Pool, terminal: Terminal) -> None:
    stated = constraints(workload_type="realtime_inference", throughput_rps=300, scale_to_zero=True)
    assumed = Constraint(value=80.0, status="assumed")
    known = stated.with_changes({"latency_p95_ms": assumed})
    async with unit_of_work(pool) as work:
        home = await projects.create(work.conn, "fraud", "ana")
    written = await opened(pool, home.id, known)
    made = what_if(known.values, {}, PriceBook.load(), PolicyBundle.load(), assumed=known.assumed)
    assert next(item.outcome for item in made.policy.results if item.id == "scale-to-zero") == "pass"
    update = {"constraints": known, "plan": made.plan, "cost_estimate": made.cost, "policy_results": made.policy}
    await written.step("policy_eval", {name: item.model_dump(mode="json") for name, item in update.items()})
    await open_gate(written)
    found = json.loads((await asyncio.to_thread(terminal.run, "policy", "replay", BASELINE, "--json")).out)
    assert (found["of"], found["decision_sets"], found["not_run"]) == (1, [], [])


async def first_project(pool: Pool):
    async with pool.connection() as conn:
        return (await projects.every_project(conn))[0].id


async def test_a_replay_takes_what_stood_at_the_last_gate(pool: Pool, terminal: Terminal) -> None:
    """Not what an approval's comment made of it afterwards, and not what stood at an earlier gate."""
    written = await gated(pool, "fraud", throughput_rps=300, monthly_budget_usd=4000)
    known = constraints(workload_type="realtime_inference", throughput_rps=300, monthly_budget_usd=10)
    made = what_if(known.values, {}, PriceBook.load(), PolicyBundle.load())
    second = {"constraints": known, "plan": made.plan, "cost_estimate": made.cost, "policy_results": made.policy}
    await written.step("policy_eval", {name: item.model_dump(mode="json") for name, item in second.items()})
    await open_gate(written)
    freed = {"constraints": constraints(throughput_rps=300).model_dump(mode="json")}
    await written.step("process_approval_feedback", freed)
    found = json.loads((await asyncio.to_thread(terminal.run, "policy", "replay", BASELINE, "--json")).out)
    assert (found["blocked"], found["of"]) == (1, 1)
    (only,) = found["decision_sets"]
    assert (only["newly_denies"], only["newly_passes"], only["recorded"]) == ([], [], "fail")


async def test_a_state_that_cannot_be_read_is_not_run_and_never_passed(pool: Pool, terminal: Terminal) -> None:
    async with unit_of_work(pool) as work:
        home = await projects.create(work.conn, "old", "ana")
    written = await opened(pool, home.id, constraints())
    await written.step("policy_eval", {"plan": {"summary": "of another age"}, "constraints": {}})
    await open_gate(written)
    said = await asyncio.to_thread(terminal.run, "policy", "replay", BASELINE)
    assert said.code == 0
    assert "would have blocked 0 of 0" in said.out
    assert "not run: " in said.out
    assert written.id in said.out
