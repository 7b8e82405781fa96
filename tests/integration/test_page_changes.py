"""The changes page and the way through the past, as a browser without scripts asks for them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import httpx
import pytest

from storage import decision_sets
from storage.postgres import Pool
from storage.records.ids import DecisionSetId, ProjectId, new_id
from tests.integration.decided import Written, constraints, cost, opened, plan
from tests.integration.test_changes import Pair, pair, project
from tests.web_server import WebServer

__all__ = ["pair", "project"]

pytestmark = pytest.mark.anyio

FRAGMENT = {"HX-Request": "true"}


def address(found: Pair, rest: str = "") -> str:
    return f"/decision-sets/{found.child}/changes{rest}"


async def test_what_moved_is_listed_at_the_side_and_said_in_a_few_lines(api: httpx.AsyncClient, pair: Pair) -> None:
    page = html.unescape((await api.get(address(pair))).text)
    summary = page[page.index('<section id="summary"') : page.index("<section id=", page.index('id="summary"') + 1)]
    assert "Budget: $4,000 /mo → $900 /mo" in summary
    assert f'href="/decision-sets/{pair.child}?card={pair.captured}#card-{pair.captured}"' in summary
    assert "Likely cost: $1,240 → $811 /mo" in summary
    assert "compute changed" in summary
    side = page[page.index('id="file-list"') : page.index("</nav>", page.index('id="file-list"'))]
    parts = dict(re.findall(r'href="#state-(\w+)".*?<span class="number[^>]*>(\d+)<', side, re.DOTALL))
    summary_of = (await api.get(f"/api/decision-sets/{pair.child}/changes")).json()
    paths = [item["path"] for item in summary_of["state"]]
    of_their_own = [path for path in paths if path.startswith(("constraints.", "policy_results.", "cost_estimate."))]
    assert sum(map(int, parts.values())) == len(paths) - len(of_their_own) > 0
    assert page.count("constraints.monthly_budget_usd") == page.count("policy_results.results") == 0
    assert "lines[compute].unit_usd" in page
    assert re.findall(r'file-name" title="([\w.]+)">', side) == ["main.tf", "new.py", "old.py"]
    for anchor in re.findall(r'href="#([\w-]+)"', side):
        assert f'id="{anchor}"' in page


async def test_both_layouts_hold_the_same_lines(api: httpx.AsyncClient, pair: Pair) -> None:
    unified = (await api.get(address(pair))).text
    split = (await api.get(address(pair, "?view=split"))).text
    for text, marks in (
        (unified, ['<tr class="diff-remove">', '<tr class="diff-add">']),
        (split, ['<td class="diff-text diff-remove">', '<td class="diff-text diff-add">']),
    ):
        assert all(mark in text for mark in marks)
        assert "count = 4" in text
        assert "count = 2" in text
    row = next(row for row in re.findall(r"<tr>.*?</tr>", split, re.DOTALL) if "count = 4" in row)
    assert "count = 2" in row
    assert 'aria-current="true">Split<' in split
    assert f'href="{address(pair)}#git"' in split


async def test_hide_unchanged_leaves_only_what_moved(api: httpx.AsyncClient, pair: Pair) -> None:
    everything = (await api.get(address(pair))).text
    assert re.search(r"<summary>\d+ unchanged</summary>", everything)
    assert "Latency p95" in everything
    moved = (await api.get(address(pair, "?view=split&hide=1"))).text
    assert "unchanged</summary>" not in moved
    assert "Latency p95" not in moved
    assert "unchanged, hidden." in moved
    assert re.search(r'name="hide" value="1" checked', moved)
    assert f'href="{address(pair)}?hide=1#git"' in html.unescape(moved)


async def test_the_base_may_be_any_and_the_filters_stay(api: httpx.AsyncClient, pair: Pair) -> None:
    own = (await api.get(f"/decision-sets/{pair.parent}/changes?against={pair.child}&view=split")).text
    assert f'<option value="{pair.child}" selected>' in own
    assert f"/api/decision-sets/{pair.parent}/changes?against={pair.child}" in own
    assert 'type="hidden" name="view" value="split"' in own
    first = (await api.get(f"/decision-sets/{pair.parent}/changes")).text
    assert "nothing →" in first
    assert "nothing: everything is new" in first
    for wrong in ("?view=sideways", "?hide=2", "?against=x"):
        assert (await api.get(address(pair, wrong))).status_code == 422
    assert (await api.get(address(pair, f"?against={new_id()}"))).status_code == 404


async def test_viewed_counts_with_and_without_scripts(api: httpx.AsyncClient, pair: Pair) -> None:
    page = (await api.get(address(pair, "?view=split&hide=1"))).text
    form = re.search(r'<form id="viewed-0".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    assert (fields["path"], fields["view"], fields["hide"]) == ("main.tf", "split", "1")
    plain = await api.post(f"/decision-sets/{pair.child}/viewed", data={**fields, "viewed": "1"})
    assert (plain.status_code, plain.headers["Location"]) == (303, address(pair, "?view=split&hide=1#viewed-0"))
    assert "Viewed 1/3" in (await api.get(address(pair))).text
    part = await api.post(f"/decision-sets/{pair.child}/viewed", data=fields, headers=FRAGMENT)
    assert part.text.count("<article") == 1
    assert "Viewed 0/3" in part.text
    assert re.search(r'id="file-list"[^>]*hx-swap-oob="true"', part.text)
    assert "diff-split" in part.text
    foreign = {**fields, "anchor": "x\r\nSet-Cookie: a=b"}
    assert (await api.post(f"/decision-sets/{pair.child}/viewed", data=foreign)).headers["Location"].endswith("#git")
    for name in ("path", "sha256", "against"):
        refused = await api.post(f"/decision-sets/{pair.child}/viewed", data={**fields, name: " " * (name != "path")})
        assert (name, refused.status_code) == (name, 422)
    gone = await api.post(f"/decision-sets/{pair.child}/viewed", data={**fields, "path": "no.py"}, headers=FRAGMENT)
    assert gone.status_code == 422


async def stepped(pool: Pool, decided: Written, node: str, base: str | None, update: Mapping[str, object]) -> str:
    """One step with the checkpoint after it, as the saver writes it."""
    after = new_id()
    await decided.step(node, update, base=base or after[::-1])
    async with pool.connection() as conn:
        await conn.execute(
            "insert into checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint,"
            " metadata) values (%s, '', %s, %s, 'json', '{}', '{}')",
            (decided.id, after, base or after[::-1]),
        )
    return after


@pytest.fixture
async def history(pool: Pool, project: ProjectId) -> tuple[DecisionSetId, list[str]]:
    """A decision set of three steps, and its checkpoints."""
    known = constraints(monthly_budget_usd=4000, latency_p95_ms=80, gpu_required=False, regions=["eu-west-1"])
    decided = await opened(pool, project, known)
    found = [await stepped(pool, decided, "extract_constraints", None, {"constraints": known.model_dump(mode="json")})]
    planned = {"plan": plan(4).model_dump(mode="json"), "cost_estimate": cost("1240.00").model_dump(mode="json")}
    for node, update in (("planner", planned), ("critic_tech", {})):
        found.append(await stepped(pool, decided, node, found[-1], update))
    return decided.id, found


async def test_the_timeline_walks_from_checkpoint_to_checkpoint(
    api: httpx.AsyncClient, history: tuple[DecisionSetId, list[str]]
) -> None:
    decision_set, checkpoints = history
    base = f"/decision-sets/{decision_set}"
    last = html.unescape((await api.get(f"{base}/timeline?time=utc")).text)
    assert "3/3" in last
    assert re.search(r'<input type="range" id="step" name="step" min="1" max="3" value="3"', last)
    assert "data-next" not in last
    previous = re.search(r'href="([^"]+)" data-previous', last)
    assert previous is not None
    assert previous[1] == f"{base}/timeline?view=compact&time=utc&after=0&step=2"
    middle = html.unescape((await api.get(previous[1])).text)
    assert "2/3" in middle
    assert f'href="{base}/at/{checkpoints[1]}#fork"' in middle
    assert re.search(r'href="[^"]+step=1" data-previous', middle)
    assert re.search(r'href="[^"]+step=3" data-next', middle)
    assert "3/3" in (await api.get(f"{base}/timeline?step=99")).text
    assert (await api.get(f"{base}/timeline?step=0")).status_code == 422


async def test_the_slider_of_the_past_leads_to_the_checkpoint(
    api: httpx.AsyncClient, history: tuple[DecisionSetId, list[str]]
) -> None:
    decision_set, checkpoints = history
    base = f"/decision-sets/{decision_set}"
    there = await api.get(f"{base}/at?step=1")
    assert (there.status_code, there.headers["Location"]) == (303, f"{base}/at/{checkpoints[0]}")
    page = (await api.get(there.headers["Location"])).text
    assert "VIEWING THE PAST" in page
    assert f'action="{base}/at"' in page
    assert f'href="{base}/at/{checkpoints[1]}" data-next' in page
    part = await api.get(there.headers["Location"], headers=FRAGMENT)
    assert re.search(r"<title>#\d+ at checkpoint 1", part.text)


FIELDS = ["monthly_budget_usd", "latency_p95_ms", "gpu_required", "regions", "cloud", "max_replicas"]


def form(checkpoint: str, **typed: object) -> dict[str, object]:
    """As the page sends it: every field, those that were not touched as they stood."""
    stood = {"monthly_budget_usd": "4000", "latency_p95_ms": "80", "gpu_required": "no", "regions": "eu-west-1"}
    values = {f"value-{name}": value for name, value in {**stood, **typed}.items()}
    return {"checkpoint_id": checkpoint, "field": FIELDS, **values}


async def test_a_fork_changes_several_constraints_at_once(
    api: httpx.AsyncClient, pool: Pool, history: tuple[DecisionSetId, list[str]]
) -> None:
    decision_set, checkpoints = history
    sent = form(checkpoints[1], monthly_budget_usd="2,500", latency_p95_ms="", cloud=["aws", "gcp"], max_replicas="6")
    made = await api.post(f"/decision-sets/{decision_set}/fork", data=sent)
    assert made.status_code == 303
    child = DecisionSetId(made.headers["Location"].rpartition("/")[2])
    told = (await api.get(f"/api/decision-sets/{child}/events")).json()["items"][0]["payload"]
    assert told["edits"] == {
        "monthly_budget_usd": 2500,
        "latency_p95_ms": None,
        "cloud": ["aws", "gcp"],
        "max_replicas": 6,
    }
    async with pool.connection() as conn:
        known = (await decision_sets.read(conn, child)).constraints.root
    assert {str(name): item.status for name, item in known.items()} == {
        "monthly_budget_usd": "confirmed",
        "gpu_required": "confirmed",
        "regions": "confirmed",
        "cloud": "confirmed",
        "max_replicas": "confirmed",
    }


async def test_all_that_is_wrong_with_a_fork_is_said_beside_its_fields(
    api: httpx.AsyncClient, history: tuple[DecisionSetId, list[str]]
) -> None:
    decision_set, checkpoints = history
    sent = form(checkpoints[1], monthly_budget_usd="lots", max_replicas="-3", regions="eu-central-1")
    refused = await api.post(f"/decision-sets/{decision_set}/fork", data=sent)
    assert refused.status_code == 422
    page = html.unescape(refused.text)
    assert re.search(r'id="fork-monthly_budget_usd-problem".*?type a number', page, re.DOTALL)
    assert re.search(r'id="fork-max_replicas-problem"', page)
    assert 'name="value-monthly_budget_usd" value="lots"' in page
    assert 'name="value-regions" value="eu-central-1"' in page
    listed = (await api.get("/api/decision-sets")).json()["items"]
    assert [item["id"] for item in listed] == [decision_set]


async def test_a_fork_without_changes_is_one_and_a_viewer_makes_none(
    server: WebServer, api: httpx.AsyncClient, history: tuple[DecisionSetId, list[str]]
) -> None:
    decision_set, checkpoints = history
    async with server.client("viewer") as viewer:
        assert "value-cloud" not in (await viewer.get(f"/decision-sets/{decision_set}/at/{checkpoints[0]}")).text
        forced = await viewer.post(f"/decision-sets/{decision_set}/fork", data=form(checkpoints[0]))
        assert forced.status_code == 403
    made = await api.post(f"/decision-sets/{decision_set}/fork", data=form(checkpoints[0]))
    child = made.headers["Location"].rpartition("/")[2]
    assert (await api.get(f"/api/decision-sets/{child}/events")).json()["items"][0]["payload"]["edits"] is None
    missing = await api.post(f"/decision-sets/{decision_set}/fork", data=form(new_id()))
    assert missing.status_code == 404
