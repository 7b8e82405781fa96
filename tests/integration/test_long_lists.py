"""Lists beyond one page: what waits is never crowded out, totals are of everything, and every part can be gone through
to its end."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.integration.many import fill
from tests.web_server import WebServer

pytestmark = pytest.mark.anyio

DECIDED, RUNNING, FAILED, QUESTIONS, PROJECTS = 230, 65, 30, 70, 205
GATE = 2
"""The number of the one decision set at its gate, older than all the others but one."""


@pytest.fixture(scope="module")
def filled(shared_server: WebServer) -> WebServer:
    fill(
        shared_server.dsn,
        projects=PROJECTS,
        decided=DECIDED,
        running=RUNNING,
        failed=FAILED,
        questions=QUESTIONS,
    )
    return shared_server


@pytest.fixture
def server(filled: WebServer) -> WebServer:
    return filled


def listed(page: str) -> dict[str, list[int]]:
    """The numbers of the decision sets under each heading."""
    found = {}
    for title, body in re.findall(r'<h2 id="group-\d+">(.*?) <span.*?</h2>(.*?)</section>', page, re.DOTALL):
        found[html.unescape(title)] = [int(number) for number in re.findall(r"#(\d+)</span>", body)]
    return found


def headed(page: str) -> dict[str, int]:
    """How many the headings say there are."""
    rows = re.findall(r'<h2 id="group-\d+">(.*?) <span class="number">([\d,]+)</span>', page)
    return {html.unescape(title): int(count.replace(",", "")) for title, count in rows}


def onward(page: str) -> dict[str, str]:
    """The links that lead on, by what they say."""
    rows = re.findall(r'class="group-rest"><a class="[^"]*" href="([^"]+)">([^<]+)<', page)
    return {label: html.unescape(address) for address, label in rows}


async def gone_through(api: httpx.AsyncClient, address: str, title: str) -> list[int]:
    """The numbers on this page and on all that it leads to."""
    seen: list[int] = []
    for _ in range(20):
        page = (await api.get(address)).text
        seen += listed(page)[title]
        further = [link for label, link in onward(page).items() if label in ("Older", "Newer")]
        if not further:
            return seen
        address = further[0]
    raise AssertionError(f"{address} leads on without an end")


async def test_a_gate_older_than_everything_leads_the_inbox(api: httpx.AsyncClient) -> None:
    page = (await api.get("/")).text
    assert listed(page)["Needs you"][0] == GATE
    assert headed(page) == {"Needs you": 1 + QUESTIONS, "Running": RUNNING, "Failed": FAILED, "Decided": DECIDED + 1}
    assert f'<span class="badge">{1 + QUESTIONS} need you</span>' in page
    assert f">{1 + QUESTIONS}</span>" in (await api.get("/pulse", headers={"HX-Request": "true"})).text


async def test_each_part_leads_to_all_of_it(api: httpx.AsyncClient) -> None:
    front = (await api.get("/")).text
    shown, links = listed(front), onward(front)
    for title, part, held in (
        ("Needs you", "questions", QUESTIONS),
        ("Running", "running", RUNNING),
        ("Failed", "failed", FAILED),
        ("Decided", "decided", DECIDED + 1),
    ):
        first = [number for number in shown[title] if number != GATE]
        address = links[f"{held - len(first)} more"]
        assert address.startswith(f"/?part={part}&cursor=")
        rest = await gone_through(api, address, title)
        every = first + rest
        assert len(every) == len(set(every)) == held
        assert every == sorted(every, reverse=part != "questions")


async def test_the_filter_looks_through_everything(api: httpx.AsyncClient) -> None:
    for words, expected in (
        (f"#{GATE}", GATE),
        ("WAITS old", GATE),
        ("first ana", 1),
        ("decided #3", 3),
        ("decided nobody", None),
        ("%", None),
    ):
        page = (await api.get("/", params={"q": words})).text
        numbers = [number for group in listed(page).values() for number in group]
        assert (expected in numbers) if expected else (numbers == []), words
        twin = (await api.get("/api/decision-sets", params={"q": words, "limit": 500})).json()["items"]
        assert set(numbers) <= {item["number"] for item in twin}, words
        assert bool(numbers) == bool(twin), words
    one = (await api.get("/?q=%232&project=old")).text
    assert listed(one) == {"Needs you": [GATE]}
    assert 'href="/api/decision-sets?q=%232&amp;project=old"' in one


async def test_a_filter_stays_on_the_way_through_a_part(api: httpx.AsyncClient) -> None:
    page = (await api.get("/?q=decided&status=completed")).text
    assert listed(page).keys() == {"Decided"}
    (link,) = onward(page).values()
    assert link.startswith("/?q=decided&status=completed&part=decided&cursor=")
    seen = listed(page)["Decided"] + await gone_through(api, link, "Decided")
    assert len(seen) == len(set(seen)) == DECIDED


async def test_a_projects_page_keeps_its_gate_and_leads_on(api: httpx.AsyncClient) -> None:
    assert listed((await api.get("/projects/old")).text) == {"Needs you": [GATE], "Decided": [1]}
    page = (await api.get("/projects/busy")).text
    assert headed(page) == {"Needs you": QUESTIONS, "Running": RUNNING, "Failed": FAILED, "Decided": DECIDED}
    link = onward(page)[f"{DECIDED - 20} more"]
    assert link.startswith("/projects/busy?part=decided&cursor=")
    assert len(await gone_through(api, link, "Decided")) == DECIDED - 20


async def test_every_project_is_listed_with_what_it_holds(api: httpx.AsyncClient) -> None:
    rows, address = {}, "/projects"
    while address:
        page = (await api.get(address)).text
        for slug, cells in re.findall(r'href="/projects/([\w-]+)">.*?</a></td>(.*?)</tr>', page):
            rows[slug] = re.findall(r'<td class="end">(.*?)</td>', cells)
        following = re.search(r'href="(/projects\?after=[\w-]+)"', page)
        address = following[1] if following else ""
    assert len(rows) == PROJECTS
    assert rows["old"] == ["1", "–", "$1,000 /mo"]
    assert rows["busy"] == [str(QUESTIONS), str(RUNNING), "$10 /mo"]
    assert rows["p0205"] == ["–", "–", "–"]
    assert (await api.get("/")).text.count("<option value=") >= PROJECTS


async def test_costs_add_up_every_project_however_old_its_decision_is(api: httpx.AsyncClient) -> None:
    body = (await api.get("/api/costs")).json()
    assert (body["total"], body["projects"], len(body["items"])) == ("1010", 2, 200)
    second = (await api.get("/api/costs", params={"cursor": body["next"]})).json()
    assert (second["total"], second["projects"], second["next"]) == ("1010", 2, None)
    items = body["items"] + second["items"]
    assert [item["number"] for item in items] == list(range(DECIDED + 2, 0, -1))
    assert items[0].keys() >= {"id", "number", "title", "project", "status", "likely", "delta", "stands"}
    standing = [item["number"] for item in items if item["stands"]]
    assert standing == [DECIDED + 2, 1]
    alone = (await api.get("/api/costs?stands=true")).json()
    assert ([item["number"] for item in alone["items"]], alone["next"]) == (standing, None)


async def test_the_page_of_costs_goes_on_and_measures_by_the_same_largest(api: httpx.AsyncClient) -> None:
    numbers, shares, address = [], set(), "/costs"
    for _ in range(20):
        page = (await api.get(address)).text
        assert "<strong>$1,010 /mo</strong>" in page
        numbers += [int(number) for number in re.findall(r"#(\d+)</span>", page)]
        shares = set(re.findall(r"([\d.]+) percent of the largest", page))
        following = re.search(r'href="(/costs\?before=[\w-]+)">Older', page)
        if not following:
            break
        assert shares == {"1.0"}
        address = following[1]
    assert numbers == list(range(DECIDED + 2, 0, -1))
    assert shares == {"1.0", "4.0", "100.0"}
    standing = (await api.get("/costs?stands=1")).text
    assert re.findall(r"#(\d+)</span>", standing) == [str(DECIDED + 2), "1"]


@pytest.mark.parametrize(
    "address",
    [
        "/?part=sideways",
        "/?cursor=x",
        "/?status=nearly",
        "/?q=%00",
        "/projects/busy?part=1",
        "/projects?after=A%20b",
        "/costs?stands=2",
        "/costs?before=x",
        "/api/costs?cursor=%00",
        "/api/decision-sets?q=%00",
    ],
)
async def test_an_address_that_asks_for_what_is_not_there_is_refused(api: httpx.AsyncClient, address: str) -> None:
    assert (await api.get(address)).status_code == 422
