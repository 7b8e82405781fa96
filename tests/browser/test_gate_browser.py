"""At the gate, in a browser: changes asked for and their delta, a soft policy overridden, an operator refused; and the
budget dragged."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from infra.embedded import running_dsn
from storage.access import Role
from tests.accesses import create_key
from tests.running import Product

TRANSFERRED = (
    "Serve our XGBoost churn model in us-east-1, 50 req/s, p95 200 ms, GDPR, internal data, at most $900 a month"
)
"""Data under the GDPR outside the EEA, and nobody calls it personal: two soft policies say so."""
SERVED = "Serve our PyTorch fraud model on AWS, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"


def at_gate(product: Product, sentence: str) -> str:
    made = product.create(sentence, project="gates")["id"]
    product.to_gate(made)
    return made


def signed_in_as(browser: Browser, product: Product, role: Role) -> BrowserContext:
    dsn = product.database_url or running_dsn(product.data_dir)
    assert dsn is not None
    key = create_key(dsn, f"{role} of the gate", role)
    context = browser.new_context(base_url=product.base, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=key]", key)
    page.press("input[name=key]", "Enter")
    page.wait_for_url(re.compile(r"/$"))
    page.close()
    return context


@pytest.fixture(scope="module")
def approver(browser: Browser, product: Product) -> Iterator[BrowserContext]:
    context = signed_in_as(browser, product, "approver")
    yield context
    context.close()


@pytest.fixture(scope="module")
def transferred(product: Product) -> str:
    return at_gate(product, TRANSFERRED)


def submit(page: Page, action: str, comment: str = "") -> None:
    page.check(f"form[data-gate] input[name=action][value={action}]")
    page.fill("form[data-gate] textarea[name=comment]", comment)
    page.click("form[data-gate] button[type=submit]")


def test_changes_are_asked_for_and_the_next_plan_shows_its_delta(approver: BrowserContext, product: Product) -> None:
    made = at_gate(product, SERVED)
    page = approver.new_page()
    page.goto(f"/decision-sets/{made}")
    first = page.locator("form[data-gate]").get_attribute("data-gate")
    submit(page, "request_changes")
    expect(page.locator("#comment-problem")).to_contain_text("Say why")
    submit(page, "request_changes", "make it 5,000 req/s")
    again = page.locator(f"form[data-gate]:not([data-gate='{first}'])")
    expect(again).to_be_visible(timeout=30_000)
    expect(page.locator("#approval .glance")).to_contain_text(re.compile(r"\+\$[\d,.]+ /mo"))
    expect(page.locator("#approval .counts")).to_contain_text(re.compile(r"~[1-9]"))
    expect(page.locator("#approval").get_by_text("Earlier decisions (1)")).to_be_visible()
    expect(page.locator("[data-card=reason]").filter(has_text="Changes requested").first).to_be_visible()
    expect(page.locator("#live-alarm")).to_have_text(re.compile(r"^Approval needed for #\d+$"))
    submit(page, "reject", "too dear")
    expect(page.locator("#live-alarm")).to_be_empty()
    page.close()


def test_an_operator_sees_the_policies_and_may_not_decide(browser: Browser, product: Product, transferred: str) -> None:
    context = signed_in_as(browser, product, "operator")
    page = context.new_page()
    page.goto(f"/decision-sets/{transferred}")
    panel = page.locator("#approval")
    expect(panel).to_contain_text("Soft policies not met (2)")
    expect(panel).to_contain_text("Your role is operator. An approver or an admin decides here.")
    expect(panel.locator("form")).to_have_count(0)
    gate = product.get(f"/api/decision-sets/{transferred}")["gate"]
    forced = page.request.post(
        f"/decision-sets/{transferred}/gates/{gate['id']}",
        form={"action": "approve", "capsule": gate["capsule"], "override-gdpr-transfer": "let me"},
        headers={"Origin": product.base},
    )
    assert forced.status == 403
    assert product.get(f"/api/decision-sets/{transferred}")["gate"] == gate
    context.close()


def test_a_soft_policy_is_overridden_with_a_reason(
    approver: BrowserContext, product: Product, transferred: str
) -> None:
    page = approver.new_page()
    page.goto(f"/decision-sets/{transferred}")
    page.fill("input[name=override-gdpr-transfer]", "Standard contractual clauses are signed")
    submit(page, "approve", "cap replicas at 6")
    expect(page.locator("#overrides-problem")).to_contain_text("compliance-data-class")
    expect(page.locator("input[name=override-compliance-data-class]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=override-compliance-data-class]")).to_be_focused()
    expect(page.locator("input[name=override-gdpr-transfer]")).to_have_value("Standard contractual clauses are signed")
    expect(page.locator("form[data-gate] textarea[name=comment]")).to_have_value("cap replicas at 6")
    page.fill("input[name=override-compliance-data-class]", "Pseudonymous accounts only")
    page.click("form[data-gate] button[type=submit]")
    expect(page.locator("[data-card=policy]").first).to_contain_text(
        "Overridden by key:approver of the gate: Pseudonymous accounts only", timeout=20_000
    )
    page.goto("/policies")
    expect(page.locator("#decisions")).to_contain_text("compliance-data-class overridden by key:approver of the gate")
    page.close()


def test_the_budget_is_dragged_and_the_figures_answer(signed_in: BrowserContext, product: Product) -> None:
    made = at_gate(product, SERVED)
    page = signed_in.new_page()
    complaints: list[str] = []
    # What htmx itself says there is of requests that a newer one took the place of.
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and not message.text.startswith("htmx:")
            else None
        ),
    )
    page.goto(f"/decision-sets/{made}")
    before = len(product.get(f"/api/decision-sets/{made}/events?limit=500")["items"])
    page.locator("details.what-if > summary").click()
    slider = page.get_by_label("Budget, slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    answer = page.locator("#what-if-answer")
    # The first recomputation starts the process that plans, where that has not warmed up yet.
    expect(answer).to_contain_text("No plan meets this", timeout=30_000)
    expect(answer).to_contain_text("What would help")
    expect(page.locator("#what-if-said")).to_contain_text("No plan meets this")

    page.get_by_role("textbox", name="Budget").fill("5k")
    page.get_by_role("textbox", name="Throughput").fill("900")
    expect(answer).to_contain_text(re.compile(r"\+\$[\d,.]+ /mo"))
    expect(answer).to_contain_text("Throughput: 300 req/s → 900 req/s")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^[45]\d00 USD /mo$"))
    assert len(product.get(f"/api/decision-sets/{made}/events?limit=500")["items"]) == before

    answer.get_by_role("button", name="Make this a new decision set").click()
    page.wait_for_url(lambda url: made not in url)
    child = page.url.split("/")[-1]
    expect(page.locator("#cards")).to_contain_text("Throughput: 300 req/s → 900 req/s")
    assert product.get(f"/api/decision-sets/{child}")["constraints"]["throughput_rps"]["status"] == "confirmed"
    product.to_gate(child)
    assert complaints == []


def test_what_if_without_javascript(
    browser: Browser, product: Product, session: StorageState, transferred: str
) -> None:
    context = browser.new_context(base_url=product.base, java_script_enabled=False, storage_state=session)
    page = context.new_page()
    page.goto(f"/decision-sets/{transferred}")
    page.locator("details.what-if > summary").click()
    page.fill("#what-if-throughput_rps", "500")
    page.click(".what-if-form button[type=submit]")
    expect(page).to_have_url(re.compile(r"/what-if\?.*throughput_rps=500"))
    expect(page.locator("#what-if-answer")).to_contain_text("Throughput: 50 req/s → 500 req/s")
    expect(page.locator("#what-if-answer")).to_contain_text("would be")
    context.close()


def test_on_a_phone_the_decision_fills_the_screen_and_closes(
    browser: Browser, product: Product, session: StorageState
) -> None:
    made = product.create(SERVED, project="gates")["id"]
    context = browser.new_context(
        base_url=product.base, viewport={"width": 390, "height": 844}, storage_state=session, has_touch=True
    )
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    product.to_gate(made)
    sheet, bar = page.locator("#approval > section"), page.get_by_role("link", name="Review & decide")
    for _ in range(2):
        bar.click()
        fills(sheet, "390px", "844px")
        submit(page, "reject")
        expect(sheet.locator("#comment-problem")).to_contain_text("Say why")
        fills(sheet, "390px", "844px")
        sheet.get_by_role("link", name="Close").click()
        expect(sheet.get_by_role("link", name="Close")).to_be_hidden()
        expect(bar).to_be_focused()
    context.close()


def test_the_badge_follows_a_gate_that_opens_and_is_answered_on_the_page(
    approver: BrowserContext, product: Product
) -> None:
    others = at_gate(product, SERVED)
    made = product.create(SERVED, project="badge")["id"]
    page = approver.new_page()
    page.goto(f"/decision-sets/{made}")
    badge = page.get_by_role("navigation", name="Main").locator(".badge")
    product.to_gate(made)
    expect(page.locator("form[data-gate]")).to_be_visible(timeout=30_000)
    waiting = needs(page)
    expect(badge).to_have_text(str(waiting))
    submit(page, "reject", "Not now.")
    expect(badge).to_have_text(str(waiting - 1))
    assert product.get(f"/api/decision-sets/{others}")["gate"]


def needs(page: Page) -> int:
    """What the badge would say now."""
    told = re.search(r">(\d+)<", page.request.get("/pulse", headers={"HX-Request": "true"}).text())
    assert told is not None
    return int(told[1])


def test_the_sheet_and_the_menu_take_the_focus_and_escape_gives_it_back(
    browser: Browser, product: Product, session: StorageState
) -> None:
    made = at_gate(product, SERVED)
    context = browser.new_context(
        base_url=product.base, viewport={"width": 390, "height": 844}, storage_state=session, has_touch=True
    )
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    bar, close = page.get_by_role("link", name="Review & decide"), page.get_by_role("link", name="Close")
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#approval-title")).to_be_focused()
    page.fill("#gate-comment", "half a thought")
    page.keyboard.press("Escape")
    expect(close).to_be_hidden()
    expect(bar).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#gate-comment")).to_have_value("half a thought")
    page.keyboard.press("Escape")
    menu = page.get_by_text("Cancel…")
    menu.click()
    expect(page.get_by_role("button", name="Cancel #")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Cancel #")).to_be_hidden()
    expect(menu).to_be_focused()
    context.close()


def fills(sheet: Locator, wide: str, high: str) -> None:
    """Over all of the screen, with a way to close it."""
    for name, value in {"position": "fixed", "top": "0px", "left": "0px", "width": wide, "height": high}.items():
        expect(sheet).to_have_css(name, value)
    expect(sheet.get_by_role("link", name="Close")).to_be_visible()
