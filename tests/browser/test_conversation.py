"""A whole conversation in the intake: answers, a correction, an edit of what was said before, a reload, a killed
worker. And what stands between a person and losing their words: drafts, refusals, markup that stays text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState, expect

from tests.browser.test_the_path import assert_every_card_once, begin
from tests.running import KEY, SENTENCE, Json, Product

SLOW = 30_000  # ms within which a worker that was killed is replaced and has read what waited
VAGUE = "Serve our PyTorch fraud model for the checkout, EU only, PII, at most $4k a month"


@pytest.fixture
def page(signed_in: BrowserContext) -> Page:
    return signed_in.new_page()


def asks(page: Page, text: str, *, timeout: int = 10_000) -> None:
    expect(page.locator("#leaf-ask legend")).to_have_text(text, timeout=timeout)


def send(page: Page, text: str) -> None:
    page.fill("#composer-text", text)
    page.locator("#composer button", has_text="Send").click()
    expect(page.locator(".said-row", has_text=text).last).to_be_visible()
    expect(page.locator("#composer-text")).to_have_value("")


def fact(page: Page, field: str, value: str) -> None:
    expect(page.locator(f"#fact-{field} .fact-value")).to_have_text(value, timeout=SLOW)


def said(product: Product, decision_set: str) -> list[Json]:
    told = product.get(f"/api/decision-sets/{decision_set}/events?limit=500")["items"]
    return [event["payload"] for event in told if event["type"] == "message-received"]


def open_edit(page: Page, seq: int) -> None:
    page.locator(f"#card-{seq} .said-edit a").click()
    expect(page.locator(f"#card-{seq} textarea")).to_be_focused()


def test_five_turns_with_a_correction_an_edit_a_reload_and_a_killed_worker(page: Page, product: Product) -> None:
    decision_set = begin(page, VAGUE)
    asks(page, "How many requests does it get at its busiest?")
    page.locator("#leaf-ask .option", has_text="100 a second").click()
    page.locator("#composer button", has_text="Send").click()

    asks(page, "Which cloud may it run on?")
    send(page, "p95 under 80 ms")
    fact(page, "latency_p95_ms", "80 ms")
    asks(page, "Which cloud may it run on?")
    send(page, "sorry, make the p95 under 120 ms")
    fact(page, "latency_p95_ms", "120 ms")
    asks(page, "Which cloud may it run on?")

    page.reload()
    asks(page, "Which cloud may it run on?")
    fact(page, "latency_p95_ms", "120 ms")
    expect(page.locator("#cards mark", has_text="PII")).to_be_visible()

    product.kill("worker")
    send(page, "AWS")
    fact(page, "cloud", "AWS")
    asks(page, "Does the model need a GPU?", timeout=SLOW)
    page.locator("#leaf-ask .option", has_text="No").click()
    page.locator("#composer button", has_text="Send").click()
    asks(page, "Start planning with these assumptions?", timeout=SLOW)

    open_edit(page, 1)
    product.kill("worker")
    page.fill("#edit-text", VAGUE.replace("$4k", "$3k").replace("PII", "no personal data"))
    page.locator("#edit-message button", has_text="Save").click()
    expect(page.locator("#edit-message")).to_have_count(0)
    expect(page.locator("#card-1")).to_contain_text("Superseded by message")
    expect(page.locator("#card-1 .said")).to_contain_text("at most $4k a month")
    changes = page.locator(".from-agent", has_text="Read again with the edit.")
    expect(changes).to_contain_text("Budget: $4,000 /mo → $3,000 /mo", timeout=SLOW)
    fact(page, "monthly_budget_usd", "$3,000 /mo")
    fact(page, "latency_p95_ms", "120 ms")
    fact(page, "cloud", "AWS")
    expect(page.locator("#card-1 mark:not(.was)")).to_have_count(0)
    assert_every_card_once(page, decision_set)

    texts = [payload["text"] for payload in said(product, decision_set)]
    assert texts[:5] == [VAGUE, "100 a second", "p95 under 80 ms", "sorry, make the p95 under 120 ms", "AWS"]
    assert said(product, decision_set)[-1]["replaces"] == 1
    page.locator("#leaf-start button", has_text="Start planning").click()
    product.until(decision_set, lambda now: now["gate"] is not None)
    expect(page.locator("form[data-gate]")).to_be_visible(timeout=SLOW)
    expect(page.locator(".said-edit:visible")).to_have_count(0)


def test_an_answer_is_edited_without_javascript(browser: Browser, product: Product, session: StorageState) -> None:
    context = browser.new_context(base_url=product.base, java_script_enabled=False, storage_state=session)
    page = context.new_page()
    decision_set = begin(page)
    first = product.until(decision_set, lambda now: now["question"] is not None)["question"]
    page.reload()
    page.locator("#leaf-ask .option", has_text="AWS").locator("input").check()
    page.locator("#composer button", has_text="Send").click()
    product.until(decision_set, lambda now: now["question"] and now["question"]["id"] != first["id"])
    page.reload()
    page.locator(".said-row", has_text="AWS").locator(".said-edit a").click()
    page.fill("#edit-text", "   ")
    page.locator("#edit-message button", has_text="Save").click()
    expect(page.locator("#edit-message .problem")).to_be_visible()
    page.locator("#edit-message button", has_text="Google Cloud").click()
    now = product.until(decision_set, lambda now: now["constraints"]["cloud"]["value"] == ["gcp"])
    page.goto(f"/decision-sets/{now['id']}")
    expect(page.locator(".said-row.is-superseded .said")).to_have_text("AWS")
    context.close()


def test_what_was_opened_stays_open_when_the_panel_is_told_anew(page: Page, product: Product) -> None:
    decision_set = begin(page)
    row = page.locator("#assume-availability_slo")
    expect(row).to_contain_text("99.5 %", timeout=10_000)
    row.locator("summary").click()
    row.locator("input[name=value]").focus()
    product.post(f"/api/decision-sets/{decision_set}/messages", {"text": "at most 7 replicas"})
    expect(page.locator("#cards")).to_contain_text("Replicas at most", timeout=SLOW)
    expect(row.locator("input[name=value]")).to_be_focused()
    page.keyboard.type("9")
    expect(row.locator("button")).to_be_visible()
    row.locator("input[name=value]").fill("99.9")
    row.locator("button").click()
    fact(page, "availability_slo", "99.9 %")
    fact(page, "max_replicas", "7")


def test_an_assumption_is_changed_where_it_is_listed(page: Page, product: Product) -> None:
    decision_set = begin(page)
    row = page.locator("#assume-availability_slo")
    expect(row).to_contain_text("99.5 %", timeout=10_000)
    expect(row).to_contain_text("one zone keeps it; more are planned where the budget allows")
    row.locator("summary").click()
    row.locator("input[name=value]").fill("fast")
    row.locator("button").click()
    expect(row.locator(".problem")).to_contain_text("type a number of %")
    row.locator("input[name=value]").fill("99.9")
    row.locator("button").click()
    fact(page, "availability_slo", "99.9 %")
    expect(row).to_have_count(0)
    assert product.get(f"/api/decision-sets/{decision_set}")["constraints"]["availability_slo"]["value"] == 99.9


def test_a_question_and_a_draft_outlive_signing_out(browser: Browser, product: Product) -> None:
    context = browser.new_context(base_url=product.base)
    page = context.new_page()

    def enter() -> None:
        page.goto("/sign-in")
        page.fill("input[name=key]", KEY)
        page.press("input[name=key]", "Enter")
        page.wait_for_url(re.compile(r"/$"))

    enter()
    page.goto("/decision-sets/new")
    page.fill("textarea[name=message]", "half a sent")
    expect(page.locator("[data-draft-saved]")).to_have_text(re.compile(r"Draft saved \d"))
    page.reload()
    expect(page.locator("textarea[name=message]")).to_have_value("half a sent")
    decision_set = begin(page)
    asks(page, "Which cloud may it run on?")
    page.fill("#composer-text", "half an answ")
    page.locator("button:visible", has_text="Sign out").click()
    page.wait_for_url(re.compile("sign-in"))
    enter()
    page.goto(f"/decision-sets/{decision_set}")
    asks(page, "Which cloud may it run on?")
    expect(page.locator("#composer-text")).to_have_value("half an answ")
    expect(page.locator("#composer [data-draft-saved]")).to_have_text(re.compile(r"Draft saved \d"))
    page.goto("/decision-sets/new")
    expect(page.locator("textarea[name=message]")).to_have_value("")
    context.close()


def test_an_edit_that_was_begun_outlives_a_reload(page: Page, product: Product) -> None:
    decision_set = begin(page)
    asks(page, "Which cloud may it run on?")
    open_edit(page, 1)
    page.fill("#edit-text", f"{SENTENCE}, and")
    product.post(f"/api/decision-sets/{decision_set}/messages", {"text": "availability 99.9 %"})
    expect(page.locator("#fact-availability_slo .fact-value")).to_have_text("99.9 %", timeout=SLOW)
    expect(page.locator("#edit-text")).to_have_value(f"{SENTENCE}, and")
    page.reload()
    expect(page.locator("#edit-text")).to_have_value(f"{SENTENCE}, and")
    page.locator("#edit-message a", has_text="Keep it as it was").click()
    expect(page.locator("#card-1 .said")).to_have_text(SENTENCE)
    open_edit(page, 1)
    expect(page.locator("#edit-text")).to_have_value(SENTENCE)


@pytest.mark.parametrize("status", [500, 503, 413])
def test_what_was_typed_stays_when_the_server_fails(page: Page, product: Product, status: int) -> None:
    failing: list[bool] = [True]

    def answer(route: Route) -> None:
        if route.request.method == "POST" and failing:
            route.fulfill(status=status, content_type="text/html", body="<p class='error-detail'>No room.</p>")
        else:
            route.continue_()

    page.route(re.compile(r"/decision-sets(/[^/]+/messages)?$"), answer)
    page.goto("/decision-sets/new")
    example = page.locator(".examples a").nth(1)
    words = example.inner_text()
    example.click()
    expect(page.locator("textarea[name=message]")).to_have_value(words)
    expect(page.locator(".examples")).to_be_hidden()
    page.fill("textarea[name=message]", "")
    expect(page.locator(".examples")).to_be_visible()
    page.fill("textarea[name=message]", SENTENCE)
    page.fill("input[name=new_project]", "drafts")
    page.click("button:has-text('Start')")
    expect(page.locator("#new-decision-set .problem")).to_have_text("No room.")
    expect(page.locator("textarea[name=message]")).to_have_value(SENTENCE)
    page.reload()
    expect(page.locator("textarea[name=message]")).to_have_value(SENTENCE)
    failing.clear()
    decision_set = product.create(project="drafts")["id"]
    page.goto(f"/decision-sets/{decision_set}")
    asks(page, "Which cloud may it run on?")
    failing.append(True)
    page.fill("#composer-text", "only on AWS")
    page.locator("#composer button", has_text="Send").click()
    expect(page.locator("#composer .problem")).to_have_text("No room.")
    expect(page.locator("#composer-text")).to_have_value("only on AWS")
    page.reload()
    expect(page.locator("#composer-text")).to_have_value("only on AWS")


def test_whatever_is_pasted_is_shown_as_text(page: Page, product: Product) -> None:
    hostile = (
        "p95 under 80 ms <img src=/nowhere onerror=alert(1)><b id=evil hx-get=/costs hx-trigger=load>b</b> "
        "![i](/nowhere) [l](javascript:alert(1)) <script>alert(1)</script> \u202eevil\u202c \u2066x\u2069 a\u0007b"
    )
    text = hostile + "\n" + "lorem ipsum " * ((20_000 - len(hostile) - 1) // 12)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    decision_set = begin(page, text)
    product.until(decision_set, lambda now: now["question"] is not None)
    expect(page.locator("#card-1 mark", has_text="p95 under 80 ms")).to_be_visible(timeout=SLOW)
    expect(page.locator("#card-1 .said")).to_contain_text("<script>alert(1)</script>")
    expect(page.locator("#card-1 .unseen")).to_have_text(["U+202E", "U+202C", "U+2066", "U+2069"])
    expect(page.locator("#card-1 .said")).to_contain_text("a\ufffdb")
    assert page.locator("#evil, #cards img, #cards script, #cards .said a").count() == 0
    assert not [url for url in asked if "nowhere" in url or url.endswith("/costs")]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    open_edit(page, 1)
    expect(page.locator("#edit-text")).to_have_value(text.replace("\u0007", "\ufffd"))
