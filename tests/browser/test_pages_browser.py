"""What a reviewer checks with a browser: typing survives, one decision, keyboard, accessibility, offline, hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect

from tests.running import Product

SENTENCE = (
    "Serve our XGBoost churn model, 50 req/s, p95 under 300 ms, on AWS in eu-west-1, internal data, $2000 a month"
)


@pytest.fixture
def context(signed_in: BrowserContext) -> Iterator[BrowserContext]:
    """Whatever a page complains of in its console fails the test."""
    complaints: list[str] = []
    signed_in.on("weberror", lambda error: complaints.append(str(error.error)))
    signed_in.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield signed_in
    signed_in.close()
    expected = re.compile(
        r"status of 4(09|22)|ERR_INTERNET_DISCONNECTED|^\[object Event\]$|Response Status Error Code 4(09|22)"
    )
    assert [words for words in complaints if not expected.search(words)] == []


@pytest.fixture(scope="module")
def finished(product: Product) -> str:
    """A decision set that went all the way."""
    made = product.create(SENTENCE, project="churn model")["id"]
    product.to_gate(made)
    product.complete(made)
    return made


def waiting(product: Product) -> dict[str, object]:
    """A decision set that waits at its gate."""
    return product.to_gate(product.create(SENTENCE, project="churn model")["id"])


def answers(product: Product, decision_set: object) -> list[dict[str, object]]:
    told = product.get(f"/api/decision-sets/{decision_set}/events?limit=200")["items"]
    return [event for event in told if event["type"] == "gate-answered"]


def test_markup_in_a_message_is_inert(context: BrowserContext, product: Product) -> None:
    text = (
        "Serve it at 80 ms <img src=x onerror=alert(1)> "
        "<b id=evil hx-get='/costs' hx-trigger=load>b</b> ![i](/x) \u202eevil"
    )
    made = product.create(text, project="churn model")["id"]
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"/decision-sets/{made}")
    expect(page.locator("#card-1")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#card-1 .unseen")).to_have_text("U+202E")
    assert page.locator("#evil, #cards img").count() == 0
    assert not [url for url in requested if url.endswith(("/costs", "/x"))]


def test_a_moved_capsule_keeps_the_comment_and_says_so(context: BrowserContext, product: Product) -> None:
    now = waiting(product)
    page = context.new_page()
    page.goto(f"/decision-sets/{now['id']}")
    page.check("input[name=action][value=reject]")
    page.fill("form[data-gate] textarea", "too dear")
    page.locator("input[name=capsule]").evaluate("field => field.value = 'f'.repeat(64)")
    page.click("form[data-gate] button[type=submit]")
    expect(page.locator("#approval")).to_contain_text("The plan changed since you opened it.")
    expect(page.locator("form[data-gate] textarea")).to_have_value("too dear")
    expect(page.locator("input[name=capsule]")).to_have_value(str(now["gate"]["capsule"]))  # pyright: ignore[reportIndexIssue]
    assert answers(product, now["id"]) == []


def test_a_double_click_makes_one_decision(context: BrowserContext, product: Product) -> None:
    now = waiting(product)
    page = context.new_page()
    page.goto(f"/decision-sets/{now['id']}")
    page.check("input[name=action][value=approve]")
    page.dblclick("form[data-gate] button[type=submit]")
    product.until(str(now["id"]), lambda later: later["status"] == "completed")
    assert len(answers(product, now["id"])) == 1


def test_the_whole_approval_by_keyboard(context: BrowserContext, product: Product) -> None:
    now = waiting(product)
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("j")
    expect(page.locator("[data-item] a[data-open]").first).to_be_focused()
    page.goto(f"/decision-sets/{now['id']}")
    page.keyboard.press("a")
    expect(page.locator("input[name=action]").first).to_be_focused()
    assert answers(product, now["id"]) == []
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("cap replicas at 5")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#approval-title")).to_be_focused()
    done = product.until(str(now["id"]), lambda later: later["status"] == "completed")
    assert done["constraints"]["max_replicas"]["value"] == 5
    page.keyboard.press("?")
    expect(page.locator("#keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(re.compile(r"/$"))


def test_a_draft_survives_a_reload_and_goes_with_its_message(context: BrowserContext, product: Product) -> None:
    made = product.create("Serve our model", project="churn model")["id"]
    product.until(made, lambda now: now["question"] is not None)
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    page.fill("#composer-text", "half a thought")
    page.reload()
    expect(page.locator("#composer-text")).to_have_value("half a thought")
    page.fill("#composer-text", "p95 under 90 ms")
    page.click("#composer button:has-text('Send')")
    expect(page.locator("mark").filter(has_text="p95 under 90 ms")).to_be_visible()
    page.reload()
    expect(page.locator("#composer-text")).to_have_value("")


def test_coverage_rises_only_when_a_fact_resolves(context: BrowserContext, product: Product) -> None:
    made = product.create("Serve our model", project="churn model")["id"]
    product.until(made, lambda now: now["question"] is not None)
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    before = page.locator("#leaf-coverage strong").inner_text()
    page.fill("#composer-text", "hello there")
    page.click("#composer button:has-text('Send')")
    expect(page.locator(".said-row.from-person").nth(1)).to_contain_text("hello there")
    product.until(made, lambda now: now["question"] is not None)
    expect(page.locator("#leaf-coverage strong")).to_have_text(before)
    page.fill("#composer-text", "300 requests a second, p95 under 80 ms, on AWS")
    page.click("#composer button:has-text('Send')")
    expect(page.locator("#fact-throughput_rps")).to_contain_text("300 req/s")
    expect(page.locator("#leaf-coverage strong")).not_to_have_text(before)


def test_an_understood_value_can_be_edited(context: BrowserContext, product: Product) -> None:
    made = product.create(SENTENCE, project="churn model")["id"]
    product.until(made, lambda now: now["question"] is not None)
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    page.click("#fact-latency_p95_ms summary")
    page.fill("#value-latency_p95_ms", "fast")
    page.click("#fact-latency_p95_ms button:has-text('Save')")
    expect(page.locator("#value-latency_p95_ms-problem")).to_contain_text("type a number of ms")
    expect(page.locator("#value-latency_p95_ms")).to_be_focused()
    page.fill("#value-latency_p95_ms", "120")
    page.click("#fact-latency_p95_ms button:has-text('Save')")
    expect(page.locator("#fact-latency_p95_ms .fact-value")).to_contain_text("120 ms")


def test_offline_is_said_after_five_seconds_and_clears_by_itself(context: BrowserContext, product: Product) -> None:
    made = product.create("Serve our model", project="churn model")["id"]
    product.until(made, lambda now: now["question"] is not None)
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    expect(page.locator("[data-stream=live]")).to_be_visible()
    context.set_offline(True)
    expect(page.locator("[data-stream=reconnecting]")).to_be_visible()
    assert page.locator("#offline").is_hidden()
    expect(page.locator("#offline")).to_contain_text("Not live since", timeout=8000)
    context.set_offline(False)
    expect(page.locator("[data-stream=live]")).to_be_visible(timeout=15_000)
    assert page.locator("#offline").is_hidden()


def test_a_hidden_tab_counts_and_a_reader_keeps_the_place(context: BrowserContext, product: Product) -> None:
    made = product.create(SENTENCE, project="churn model")
    product.until(made["id"], lambda now: now["question"] is not None)
    page = context.new_page()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    page.set_viewport_size({"width": 1000, "height": 420})
    page.goto(f"/decision-sets/{made['id']}")
    expect(page.locator("[data-stream=live]")).to_be_visible()
    before = page.evaluate("scrollY")
    product.post(f"/api/decision-sets/{made['id']}/start", {})
    expect(page.locator("form[data-gate]")).to_be_attached(timeout=20_000)
    assert page.evaluate("scrollY") == before
    expect(page).to_have_title(re.compile(rf"^\(\d+\) Approve #{made['number']}"))
    expect(page.locator("#latest")).to_contain_text(re.compile(r"\d+ new · Jump to latest"))
    page.click("#latest")
    expect(page.locator("#latest")).to_be_hidden()


def test_a_permalink_opens_its_card(context: BrowserContext, product: Product, finished: str) -> None:
    told = product.get(f"/api/decision-sets/{finished}/events?limit=200")["items"]
    critic = next(event["seq"] for event in told if event["node"] == "critic_tech" and event["type"] == "reason-card")
    page = context.new_page()
    page.goto(f"/decision-sets/{finished}?card={critic}#card-{critic}")
    expect(page.locator(f"#card-{critic} .card-body")).to_be_visible()


def test_a_finished_run_opens_no_stream(context: BrowserContext, product: Product, finished: str) -> None:
    page = context.new_page()
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/stream?" in request.url else None)
    page.goto(f"/decision-sets/{finished}")
    expect(page.locator("[data-stream=closed]")).to_be_visible()
    page.wait_for_timeout(500)
    assert streams == []


def addresses(product: Product, finished: str) -> list[str]:
    base = f"/decision-sets/{finished}"
    checkpoint = product.get(f"/api{base}/checkpoints")["items"][5]["checkpoint_id"]
    parts = ["", "/changes", "/changes?view=split&hide=1", f"/at/{checkpoint}"]
    parts += [f"/timeline{query}" for query in ("", "?view=timeline", "?view=json", "?step=3")]
    lists = ["/", "/projects", "/projects/churn-model", "/costs", "/policies", "/decision-sets/new"]
    lists += ["/settings", "/settings/packs", "/settings/quarantine"]
    return [*lists, *(base + part for part in parts), f"/decision-sets/new?parent={finished}", "/sign-in"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_assistive_technology(
    browser: Browser, product: Product, session: StorageState, finished: str, scheme: Literal["light", "dark"]
) -> None:
    now = waiting(product)
    asked = product.create("Serve our model", project="churn model")["id"]
    product.until(asked, lambda later: later["question"] is not None)
    opened = browser.new_context(
        base_url=product.base, viewport={"width": 1280, "height": 900}, color_scheme=scheme, storage_state=session
    )
    page = opened.new_page()
    found: dict[str, list[str]] = {}
    for address in [*addresses(product, finished), f"/decision-sets/{now['id']}", f"/decision-sets/{asked}"]:
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        serious = [item["id"] for item in violations if item["impact"] in ("serious", "critical")]
        if serious:
            found[address] = serious
    opened.close()
    assert found == {}


def test_no_page_scrolls_sideways_at_320_pixels(
    browser: Browser, product: Product, session: StorageState, finished: str
) -> None:
    now = waiting(product)
    narrow: ViewportSize = {"width": 320, "height": 700}
    opened = browser.new_context(base_url=product.base, viewport=narrow, has_touch=True, storage_state=session)
    page = opened.new_page()
    wide = {
        address: overflow(page, address) for address in [*addresses(product, finished), f"/decision-sets/{now['id']}"]
    }
    assert {address: excess for address, excess in wide.items() if excess > 0} == {}
    page.click("#leaf-decide a")
    sheet = page.locator("#approval > .approval")
    expect(sheet).to_be_in_viewport()
    expect(sheet).to_have_css("width", "320px")
    expect(sheet).to_have_css("height", "700px")
    opened.close()


def overflow(page: Page, address: str) -> int:
    page.goto(address)
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
