"""The approval panel without a worker: what it says of a plan that cannot be approved, and of a refused answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from storage import decision_sets, runs
from storage.postgres import Pool, unit_of_work
from storage.records.changes import PlanMove
from storage.records.events import GateOpened
from storage.records.ids import DecisionSetId, new_id
from storage.records.plans import PolicyReport, PolicyResult
from tests.decisions import change, end, log, new_decision_set, open_gate
from tests.integration.decided import HASH, Written, plan
from web.views.status import status_line

pytestmark = pytest.mark.anyio


def rule(name: str, level: Any, outcome: Any, title: str) -> PolicyResult:
    return PolicyResult(
        id=name, title=title, level=level, outcome=outcome, actual="no plan", required="feasible", message="m"
    )


REPORT = PolicyReport(
    outcome="fail",
    bundle=HASH,
    results=[
        rule("feasible", "hard", "fail", "The plan meets its own constraints"),
        rule("priced", "soft", "warn", "Every part has a price"),
    ],
)


async def with_policy(pool: Pool, decision_set: DecisionSetId, allowed: str) -> str:
    """A gate over a plan that REPORT was made of."""
    async with pool.connection() as conn:
        run = await runs.current(conn, decision_set)
    assert run is not None
    state = {"plan": plan().model_dump(mode="json"), "policy_results": REPORT.model_dump(mode="json")}
    await Written(pool, decision_set, run.id).step("policy_eval", state)
    return await open_gate(pool, decision_set, allowed=allowed)


async def test_a_plan_that_cannot_be_approved_shows_the_rule_as_unmet(api: httpx.AsyncClient, pool: Pool) -> None:
    made = await new_decision_set(pool)
    await with_policy(pool, made, "request_changes reject")
    page = (await api.get(f"/decision-sets/{made}")).text
    assert "Blocked: 1 policy forbids it" in page
    assert "It cannot be approved as it is, and nothing is built." in page
    assert "The plan meets its own constraints: no plan; required feasible." in page
    assert 'name="override-priced"' not in page
    assert 'value="approve"' not in page


RELAX = [
    "Raise the budget to $1,200 a month ($200 more) and allow a p95 of 90 ms instead of 50 ms: 2 × m7i.large, about"
    " $1,150 a month.",
    "Let data leave eu for us-east-1: 2 × m7i.large, about $900 a month.",
]


async def blocked(pool: Pool) -> tuple[DecisionSetId, str]:
    """A gate over a plan that fits nothing, with two ways out, one of which no comment can ask for."""
    made = await new_decision_set(pool)
    async with pool.connection() as conn:
        run = await runs.current(conn, made)
    assert run is not None
    nothing = plan(feasible=False, relax=RELAX).model_dump(mode="json")
    state = {"plan": nothing, "policy_results": REPORT.model_dump(mode="json")}
    await Written(pool, made, run.id).step("policy_eval", state)
    return made, await open_gate(pool, made, allowed="request_changes reject")


COMMENT = "Raise the budget to $1,200 a month and allow a p95 of 90 ms"


async def test_a_blocked_plan_shows_its_ways_out_and_each_fills_the_comment(api: httpx.AsyncClient, pool: Pool) -> None:
    made, gate = await blocked(pool)
    page = (await api.get(f"/decision-sets/{made}")).text
    assert "Blocked: no plan fits" in page
    assert "<span>Blocked</span>" in page
    assert "Waiting for approval" not in page
    assert "Let data leave eu for us-east-1" in page
    assert f'placeholder="{COMMENT}"' in page
    links = re.findall(rf'href="(/decision-sets/{made}\?way=\d+)#gate-comment"', page)
    assert links == [f"/decision-sets/{made}?way=0"]
    filled = (await api.get(links[0])).text
    assert f">{COMMENT}</textarea>" in filled
    assert re.search(r'value="request_changes" required checked', filled)
    assert (await api.get(f"/api/decision-sets/{made}")).json()["gate"]["id"] == gate


async def test_a_way_out_comes_after_what_was_typed(api: httpx.AsyncClient, pool: Pool) -> None:
    made, gate = await blocked(pool)
    asked = {"way": "0", "comment": "Use spot.", "capsule": "c" * 64}
    for _ in range(2):
        answer = await api.post(f"/decision-sets/{made}/gates/{gate}", data=asked, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert f">Use spot.\n{COMMENT}</textarea>" in answer.text
        asked["comment"] = f"Use spot.\n{COMMENT}"
    assert (await api.get(f"/api/decision-sets/{made}")).json()["status"] == "awaiting_approval"


async def test_what_a_plan_changes_stands_open_in_the_panel(api: httpx.AsyncClient, pool: Pool) -> None:
    made = await new_decision_set(pool)
    gate = await open_gate(pool, made)
    moves = [
        PlanMove(what="Region", old="aws eu-central-1", new="aws us-east-1", destructive=True),
        PlanMove(what="Machines", old="1 × c7i.large on demand", new="2 × c7i.large on demand"),
    ]
    opened = GateOpened(
        gate=gate,
        allowed=["approve", "request_changes", "reject"],
        capsule=HASH,
        opened_at=datetime.now(UTC),
        expires_at=datetime.now(UTC),
        requested_by="ana",
        changes={"added": 0, "changed": 5, "removed": 0},
        warnings=["A high month stays within the budget: it may not."],
        against="previous",
        moves=moves,
        destructive=["compute is replaced: region eu-central-1 becomes us-east-1"],
        not_generated=["Canary release", "Alerting"],
    )
    await log(pool, made, opened)
    panel = (await api.get(f"/decision-sets/{made}")).text.partition('id="leaf-panel"')[2].partition("</section>")[0]
    assert "Against the plan before" in panel
    assert "1 destructive" in panel
    assert "compute is replaced: region eu-central-1 becomes us-east-1" in panel
    assert "<strong>destructive</strong> Region <del>aws eu-central-1</del> → <ins>aws us-east-1</ins>" in panel
    assert "1 warning" in panel
    assert "Not generated, or not wholly: Canary release, Alerting." in panel
    assert panel.index("Not generated") < panel.index("<dt>Capsule</dt>")


async def test_a_gate_that_opened_before_its_changes_were_recorded_still_shows(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    made = await new_decision_set(pool)
    gate = await open_gate(pool, made)
    now = datetime.now(UTC)
    known = {"allowed": ["approve"], "capsule": HASH, "opened_at": now, "expires_at": now, "requested_by": "ana"}
    await log(pool, made, GateOpened.model_validate({"gate": gate, **known, "warnings": ["Odd."]}))
    async with pool.connection() as conn:
        await conn.execute(
            "update events set payload = payload - array['against', 'moves', 'destructive', 'not_generated']"
            " where type = 'gate-opened'"
        )
    page = (await api.get(f"/decision-sets/{made}")).text
    assert "1 warning" in page
    assert "Not generated" not in page


async def test_overrides_are_offered_with_an_approval(api: httpx.AsyncClient, pool: Pool) -> None:
    made = await new_decision_set(pool)
    await with_policy(pool, made, "")
    assert 'name="override-priced"' in (await api.get(f"/decision-sets/{made}")).text


@pytest.mark.parametrize(
    ("form", "words", "field"),
    [
        ({"action": "reject"}, "Say why: a comment is required unless you approve.", "gate-comment"),
        ({"comment": "hm"}, "Choose one of the actions.", "gate-action"),
    ],
)
async def test_a_refused_answer_is_told_at_the_top_with_the_way_to_the_field(
    api: httpx.AsyncClient, pool: Pool, form: dict[str, str], words: str, field: str
) -> None:
    made = await new_decision_set(pool)
    gate = await open_gate(pool, made)
    refused = await api.post(f"/decision-sets/{made}/gates/{gate}", data={"capsule": "c" * 64, **form})
    assert refused.status_code == 422
    top, _, rest = refused.text.partition('class="workspace"')
    assert words in top
    assert f'href="#{field}"' in top
    assert f'id="{field}"' in rest
    assert words in rest


async def test_the_moved_plan_is_told_at_the_top_of_the_panel(api: httpx.AsyncClient, pool: Pool) -> None:
    made = await new_decision_set(pool)
    await open_gate(pool, made)
    page = (await api.get(f"/decision-sets/{made}")).text
    assert page.index("The plan changed since you opened it.") < page.index("<dt>Capsule</dt>")


async def test_a_fresh_gate_expires_in_all_the_days_it_has(api: httpx.AsyncClient, pool: Pool) -> None:
    made = await new_decision_set(pool)
    await open_gate(pool, made, expires_in=7 * 86_400)
    expires = re.search(r"<dt>Expires</dt><dd><time[^>]*>([^<]*)<", (await api.get(f"/decision-sets/{made}")).text)
    assert expires is not None
    assert expires[1] == "in 7 d"


async def test_a_child_names_its_parent_by_number(api: httpx.AsyncClient, pool: Pool) -> None:
    parent = await new_decision_set(pool)
    await change(pool, parent, coverage={"score": 0.6, "missing": ["cloud"]})
    child = DecisionSetId(new_id())
    async with unit_of_work(pool) as work:
        project = await decision_sets.lock(work.conn, parent)
        await decision_sets.insert(
            work.conn,
            child,
            project=project.project_id,
            title="Less",
            parent=parent,
            by="ana",
            constraints=(await decision_sets.read(work.conn, parent)).constraints,
            inputs_seq=0,
        )
    page = (await api.get(f"/decision-sets/{child}")).text
    assert f'child of <a href="/decision-sets/{parent}">#1</a>' in page
    answered = (await api.get(f"/api/decision-sets/{child}")).json()
    assert answered["coverage"] == {"score": 0.6, "missing": ["cloud"]}
    assert "parent_number" not in answered


async def test_a_decision_set_has_ended_once_its_run_has(pool: Pool) -> None:
    made = await new_decision_set(pool)
    await change(pool, made, status="completed", stage="done")
    async with pool.connection() as conn:
        found, run = await decision_sets.read(conn, made), await runs.current(conn, made)
    assert not status_line(found, run).ended
    await end(pool, made, "completed")
    async with pool.connection() as conn:
        run = await runs.current(conn, made)
    assert status_line(found, run).ended


async def test_a_message_of_a_megabyte_keeps_its_form(api: httpx.AsyncClient, pool: Pool) -> None:
    await new_decision_set(pool)
    long = "Serve it. " * 100_000
    refused = await api.post("/decision-sets", data={"project": "fraud-model", "message": long})
    assert refused.status_code == 413
    assert long in refused.text
    assert 'aria-describedby="message-problem"' in refused.text
    beyond = await api.post("/decision-sets", data={"project": "fraud-model", "message": "x" * 5_000_000})
    assert beyond.status_code == 413
    assert "Go back, where it still stands, and shorten or split it." in beyond.text


@pytest.mark.parametrize(("name", "slug"), [("日本語", r"project-[0-9a-f]{8}"), ("Ünïcode 2", "unicode-2")])
async def test_a_project_may_be_named_in_any_script(api: httpx.AsyncClient, name: str, slug: str) -> None:
    made = await api.post("/api/projects", json={"name": name})
    assert made.status_code == 201
    assert re.fullmatch(slug, made.json()["slug"])
    assert (await api.get(f"/projects/{made.json()['slug']}")).status_code == 200
    assert (await api.post("/api/projects", json={"name": "…"})).status_code == 422
