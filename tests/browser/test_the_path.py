"""The one path that must always work, in a browser: live, interrupted, and without JavaScript."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState, expect

from tests.running import SENTENCE, Product

COMMENT = "cap replicas at 6 and lower the budget to $3,500 a month"


def begin(page: Page, message: str = SENTENCE) -> str:
    """Types the sentence; answers the decision set's id."""
    page.goto("/decision-sets/new")
    page.fill("textarea[name=message]", message)
    chooser = page.locator("select[name=project]")
    if chooser.count() and chooser.locator("option[value=fraud-model]").count():
        chooser.select_option("fraud-model")
    else:
        page.fill("input[name=new_project]", "fraud model")
    page.click("button:has-text('Start')")
    page.wait_for_url(re.compile(r"/decision-sets/[0-9a-f-]{36}"))
    return page.url.split("/")[-1].split("?")[0].split("#")[0]


def start_planning(page: Page) -> None:
    button = page.locator("#leaf-start button:has-text('Start planning')")
    expect(button).to_be_visible(timeout=20_000)
    button.click()


def decide(page: Page, action: str = "approve", comment: str = "") -> None:
    expect(page.locator("form[data-gate]")).to_be_visible(timeout=30_000)
    page.check(f"form[data-gate] input[name=action][value={action}]")
    page.fill("form[data-gate] textarea[name=comment]", comment)
    form = page.locator("form[data-gate]")
    answered = page.locator(f"form[data-gate='{form.get_attribute('data-gate')}']")
    form.locator("button[type=submit]").click()
    expect(answered).to_have_count(0, timeout=20_000)


def card_numbers(page: Page) -> list[int]:
    found = page.locator("article[id^=card-]").evaluate_all("cards => cards.map(card => card.id)")
    return [int(name.removeprefix("card-")) for name in found]


def assert_every_card_once(page: Page, decision_set: str) -> None:
    """What streamed in is what a page opened now shows: each card once, in order. The stream may be a moment behind."""
    fresh = page.context.new_page()
    deadline = time.monotonic() + 15
    while True:
        fresh.goto(f"/decision-sets/{decision_set}")
        wanted, shown = card_numbers(fresh), card_numbers(page)
        if shown == wanted or time.monotonic() > deadline:
            break
        page.wait_for_timeout(200)
    fresh.close()
    assert shown == wanted
    assert shown == sorted(set(shown))


def until_completed(page: Page, product: Product, decision_set: str) -> None:
    deadline = time.monotonic() + 60
    while product.get(f"/api/decision-sets/{decision_set}")["status"] != "completed":
        assert time.monotonic() < deadline, product.get(f"/api/decision-sets/{decision_set}")["status"]
        gate = page.locator("form[data-gate]")
        if gate.count() and product.get(f"/api/decision-sets/{decision_set}")["gate"]:
            decide(page)
        page.wait_for_timeout(200)


def test_from_the_sentence_to_the_change_summary(signed_in: BrowserContext, product: Product) -> None:
    page = signed_in.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    loads: list[str] = []
    decision_set = begin(page)
    expect(page.locator("h1")).to_be_focused()
    page.on("load", lambda loaded: loads.append(loaded.url))
    question = page.locator("[data-card=question]").first
    expect(question).to_be_visible(timeout=20_000)
    expect(page.locator("mark").first).to_be_visible()
    start_planning(page)
    expect(page.locator("[data-card=cost]").first).to_be_visible(timeout=20_000)
    expect(page.locator("[data-card=policy]").first).to_be_visible()
    after_start = len(loads)
    decide(page, "approve", COMMENT)
    until_completed(page, product, decision_set)
    expect(page.locator("[data-card=validator]")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-card=diff]")).to_be_visible()
    assert len(loads) == after_start
    done = product.get(f"/api/decision-sets/{decision_set}")
    assert done["constraints"]["max_replicas"]["value"] == 6
    assert done["constraints"]["monthly_budget_usd"]["value"] == 3500
    assert_every_card_once(page, decision_set)

    page.goto(f"/decision-sets/new?parent={decision_set}")
    page.fill("textarea[name=message]", "at most $2,500 a month")
    page.click("button:has-text('Start')")
    page.wait_for_url(re.compile(r"/decision-sets/[0-9a-f-]{36}"))
    child = page.url.split("/")[-1]
    product.to_gate(child)
    decide(page)
    until_completed(page, product, child)
    page.goto(f"/decision-sets/{child}/changes")
    expect(page.get_by_text("$2,500").first).to_be_visible()
    assert complaints == []


def test_closing_the_tab_stops_nothing_and_reopening_shows_the_same_cards(
    signed_in: BrowserContext, product: Product
) -> None:
    page = signed_in.new_page()
    decision_set = begin(page)
    start_planning(page)
    page.goto("about:blank")  # a tab that is closed in the middle of a navigation may never answer
    page.close()
    again = signed_in.new_page()
    again.goto(f"/decision-sets/{decision_set}")
    expect(again.locator("form[data-gate]")).to_be_visible(timeout=30_000)
    assert_every_card_once(again, decision_set)


def test_restarting_web_in_the_middle_loses_and_doubles_no_card(signed_in: BrowserContext, product: Product) -> None:
    page = signed_in.new_page()
    decision_set = begin(page)
    expect(page.locator("[data-card=question]").first).to_be_visible(timeout=20_000)
    product.kill("web")
    product.until_ready()
    product.post(f"/api/decision-sets/{decision_set}/start", {})
    expect(page.locator("form[data-gate]")).to_be_visible(timeout=40_000)
    assert_every_card_once(page, decision_set)


def test_a_503_on_the_stream_loses_and_doubles_no_card(signed_in: BrowserContext, product: Product) -> None:
    page = signed_in.new_page()
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503, body="busy")

    page.route(re.compile(r"/stream\?after="), refuse_once)
    decision_set = begin(page)
    expect(page.locator("[data-card=question]").first).to_be_visible(timeout=20_000)
    assert len(refused) == 1
    product.post(f"/api/decision-sets/{decision_set}/start", {})
    expect(page.locator("form[data-gate]")).to_be_visible(timeout=40_000)
    assert_every_card_once(page, decision_set)


def test_a_half_typed_comment_survives_the_stream(signed_in: BrowserContext, product: Product) -> None:
    page = signed_in.new_page()
    decision_set = begin(page)
    product.to_gate(decision_set)
    page.goto(f"/decision-sets/{decision_set}")
    page.fill("form[data-gate] textarea[name=comment]", "half a thou")
    now = product.get(f"/api/decision-sets/{decision_set}")
    product.answer(now, "request_changes", "cap replicas at 7")
    product.until(decision_set, lambda later: later["gate"] is not None and later["gate"]["id"] != now["gate"]["id"])
    page.wait_for_timeout(1500)
    expect(page.locator("form[data-gate] textarea[name=comment]")).to_have_value("half a thou")


def test_without_javascript_intake_and_decision_still_work(
    browser: Browser, product: Product, session: StorageState
) -> None:
    context = browser.new_context(base_url=product.base, java_script_enabled=False, storage_state=session)
    page = context.new_page()
    decision_set = begin(page)
    product.until(decision_set, lambda now: now["question"] is not None)
    page.reload()
    page.click("#leaf-start button:has-text('Start planning')")
    product.until(decision_set, lambda now: now["gate"] is not None)
    page.goto(f"/decision-sets/{decision_set}")
    page.check("form[data-gate] input[name=action][value=approve]")
    page.click("form[data-gate] button[type=submit]")
    done = product.until(decision_set, lambda now: now["status"] == "completed")
    page.goto(f"/decision-sets/{decision_set}")
    expect(page.locator("[data-card=diff]")).to_be_visible()
    assert done["commit"]
    context.close()
