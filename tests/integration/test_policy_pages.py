"""/policies and /costs with their JSON twins: the rules and how they fared, the prices and how old they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx
import pytest

from providers.policies import BASELINE, PolicyBundle
from providers.pricing import PriceBook
from storage import inputs, policy_decisions
from storage.policy_decisions import Evaluated
from storage.postgres import Pool, unit_of_work
from storage.records.ids import DecisionSetId, RunId, Sha256, ThreadId
from storage.records.plans import PolicyReport, PolicyResult
from storage.records.steps import RunContext
from tests.decisions import change, new_decision_set, open_gate

pytestmark = pytest.mark.anyio

HARD, SOFT = "budget", "gpu-quota"


def report(failed: Sequence[str] = (), warned: Sequence[str] = ()) -> PolicyReport:
    results = [
        PolicyResult(
            id=rule.id,
            title=rule.title,
            level=rule.level,
            outcome="fail" if rule.id in failed else "warn" if rule.id in warned else "pass",
            actual="a",
            required="r",
            message="",
        )
        for rule in PolicyBundle.load().rules
    ]
    outcome = "fail" if failed else "warn" if warned else "pass"
    return PolicyReport(outcome=outcome, bundle=PolicyBundle.load().sha256, results=results)


async def log(pool: Pool, decision_set: DecisionSetId, found: PolicyReport, *, offset: int = 1) -> None:
    context = RunContext(decision_set, ThreadId(decision_set), RunId("run"), 0, pool, "")
    async with unit_of_work(pool) as work:
        await policy_decisions.log(work, context, Evaluated("policy_eval", found, Sha256("1" * 64), offset))


async def three(pool: Pool) -> tuple[DecisionSetId, DecisionSetId]:
    first, second = await new_decision_set(pool), await new_decision_set(pool, project="churn")
    await log(pool, first, report(failed=[HARD], warned=[SOFT]))
    await log(pool, first, report(warned=[SOFT]), offset=2)
    await log(pool, second, report())
    return first, second


async def test_the_twin_counts_what_was_not_met_and_lists_the_decisions(api: httpx.AsyncClient, pool: Pool) -> None:
    first, second = await three(pool)
    body = (await api.get("/api/policies")).json()
    assert (body["evaluations"], body["denied"], body["next"]) == (3, 1, None)
    assert body["bundle"] == {
        "name": "baseline",
        "sha256": PolicyBundle.load().sha256,
        "in_force": {"by": None, "at": None},
    }
    counts = {rule["id"]: (rule["failed"], rule["warned"]) for rule in body["rules"]}
    assert (counts[HARD], counts[SOFT]) == ((1, 0), (0, 2))
    assert sum(map(sum, counts.values())) == 3
    figure = next(rule for rule in body["rules"] if rule["id"] == "zones-for-slo")["figures"][0]
    assert (figure["name"], figure["value"], figure["as_of"]) == ("one_zone_slo", 99.5, "2022-05-25")
    assert [(item["decision_set_id"], item["outcome"]) for item in body["items"]] == [
        (second, "pass"),
        (first, "warn"),
        (first, "fail"),
    ]
    assert len(body["items"][0]["results"]) == len(body["rules"])


async def test_filters_stand_in_the_address_of_page_and_twin(api: httpx.AsyncClient, pool: Pool) -> None:
    first, second = await three(pool)
    for query, expected in (
        ("outcome=fail", [first]),
        (f"rule={SOFT}", [first, first]),
        (f"rule={SOFT}&outcome=warn", [first]),
        ("project=churn", [second]),
        ("project=nowhere", []),
        ("outcome=&rule=&project=", [second, first, first]),
    ):
        body = (await api.get(f"/api/policies?{query}")).json()
        assert [item["decision_set_id"] for item in body["items"]] == expected, query
        page = await api.get(f"/policies?{query}")
        assert page.status_code == 200
        assert page.text.count('class="item-title"') == len(expected), query
    filtered = (await api.get(f"/policies?rule={SOFT}")).text
    assert f'href="/api/policies?rule={SOFT}"' in filtered
    assert f'<option value="{SOFT}" selected>' in filtered
    assert "No decision fits these filters." in (await api.get("/policies?project=nowhere")).text
    assert (await api.get("/api/policies?outcome=maybe")).status_code == 422


async def test_the_list_goes_on_where_it_ended(api: httpx.AsyncClient, pool: Pool) -> None:
    first, second = await three(pool)
    one = (await api.get("/api/policies?limit=2")).json()
    two = (await api.get(f"/api/policies?limit=2&cursor={one['next']}")).json()
    assert [item["decision_set_id"] for item in one["items"] + two["items"]] == [second, first, first]
    assert two["next"] is None


async def test_the_page_shows_each_rule_with_level_remedy_and_figures(api: httpx.AsyncClient, pool: Pool) -> None:
    first, _ = await three(pool)
    page = (await api.get("/policies")).text
    bundle = PolicyBundle.load()
    assert page.count('<li id="rule-') == len(bundle.rules)
    assert "AWS Compute Service Level Agreement" in page
    assert "3 evaluations so far, 1 of them denied." in page
    assert f'href="/policies?rule={HARD}#decisions"' in page
    assert f"/decision-sets/{first}?card=" in page
    assert ", as this release ships it" in page


async def test_before_anything_was_evaluated_the_rules_stand_alone(api: httpx.AsyncClient) -> None:
    page = (await api.get("/policies")).text
    assert "No plan was held against the rules yet." in page
    assert page.count('<li id="rule-') == len(PolicyBundle.load().rules)


async def test_another_bundle_is_shown_without_a_restart(api: httpx.AsyncClient, pool: Pool) -> None:
    await three(pool)
    assert (await api.get("/policies")).status_code == 200
    data = BASELINE.read_bytes().replace(b"bundle: baseline", b"bundle: ours <b>")
    async with unit_of_work(pool) as work:
        await inputs.keep(
            work.conn,
            "policy_bundle",
            sha := PolicyBundle.of("o.yaml", data).sha256,
            {"o.yaml": data},
            name="ours",
            by="ana",
        )
        await inputs.use(work.conn, "policy_bundle", sha, by="ana")
    page = (await api.get("/policies")).text
    assert "ours &lt;b&gt;" in page
    assert "by ana." in page
    assert "under another bundle" in page
    assert (await api.get("/api/policies")).json()["bundle"]["in_force"]["by"] == "ana"


async def test_a_price_of_what_cannot_be_approved_is_left_out_of_the_shares(api: httpx.AsyncClient, pool: Pool) -> None:
    for likely, allowed in (("500", ""), ("1000", ""), ("160775", "request_changes reject")):
        made = await new_decision_set(pool)
        await open_gate(pool, made, allowed=allowed)
        await change(pool, made, cost_likely=likely)
    items = (await api.get("/api/costs")).json()["items"]
    assert [(item["likely"], item["blocked"]) for item in items] == [("160775", True), ("1000", False), ("500", False)]
    page = (await api.get("/costs")).text
    assert re.findall(r'aria-label="([\d.]+) percent of the largest', page) == ["100.0", "50.0"]
    assert page.count("left out: cannot be approved") == page.count("<span>Blocked</span>") == 1
    await change(pool, items[0]["id"], status="planning")
    assert "left out: cannot be approved" in (await api.get("/costs")).text


async def test_costs_show_the_age_of_every_source(api: httpx.AsyncClient) -> None:
    body = (await api.get("/api/costs")).json()
    book, facts = PriceBook.load(), body["price_book"]
    assert (facts["sha256"], facts["as_of"], facts["oldest"]) == (book.sha256, "2026-07-30", "2024-07-01")
    assert facts["figures"] == sum(source["figures"] for source in facts["sources"]) == book.figures.total()
    assert facts["stale"] == sum(
        source["figures"] for source in facts["sources"] if source["days"] > facts["stale_days"]
    )
    assert (body["items"], body["total"], body["projects"]) == ([], "0", 0)
    page = (await api.get("/costs")).text
    for source in facts["sources"]:
        assert f">{source['id']}</code>" in page
    assert f"{facts['figures']:,} figures from {len(facts['sources'])} sources" in page
    assert f"are older than {facts['stale_days']} days" in page


async def test_a_bundle_that_this_release_cannot_read_is_said_and_holds_nothing_back_silently(
    api: httpx.AsyncClient, pool: Pool
) -> None:
    data = b"bundle: ours\nrules: []\n"
    async with unit_of_work(pool) as work:
        await inputs.keep(work.conn, "policy_bundle", Sha256("e" * 64), {"o.yaml": data}, name="ours", by="ana")
        await inputs.use(work.conn, "policy_bundle", Sha256("e" * 64), by="ana")
    answer = await api.get("/api/policies")
    assert (answer.status_code, answer.json()["code"]) == (422, "policy-bundle-refused")
    assert answer.json()["detail"].startswith("o.yaml:2: ")


async def test_content_under_another_hash_than_its_own_is_refused(api: httpx.AsyncClient, pool: Pool) -> None:
    async with unit_of_work(pool) as work:
        await inputs.keep(work.conn, "price_book", Sha256("e" * 64), PriceBook.load().files, name="ours", by="ana")
        await inputs.use(work.conn, "price_book", Sha256("e" * 64), by="ana")
    answer = await api.get("/api/costs")
    assert (answer.status_code, answer.json()["code"]) == (500, "content-moved")
    assert PriceBook.load().sha256 in answer.json()["detail"]
