"""The approval panel on a laptop's screen."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, StorageState, expect

from tests.running import Product

CPUS = "Serve our PyTorch fraud model on AWS, no GPU, 300 req/s, p95 under 80 ms, EU only, PII, at most $4k a month"


def test_an_answer_can_be_sent_without_scrolling_within_the_panel(signed_in: BrowserContext, product: Product) -> None:
    """The longest panel: asked again, with reasons, warnings and dissent."""
    made = product.create(CPUS)
    first = product.to_gate(made["id"])
    product.answer(first, comment="cap replicas at 6 and lower the budget to $3,500 a month")
    product.until(made["id"], lambda now: now["gate"] is not None and now["gate"]["id"] != first["gate"]["id"])
    page = signed_in.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/decision-sets/{made['id']}#approval")
    expect(page.locator("#approval").get_by_text("It would run in 2 zones instead of 3.")).to_be_visible()
    expect(page.locator("#approval button[type=submit]")).to_be_in_viewport(ratio=1)
    page.locator("#gate-comment").scroll_into_view_if_needed()
    expect(page.locator("#gate-comment")).to_be_in_viewport()


def test_ones_own_answer_raises_no_false_alarm(signed_in: BrowserContext, product: Product) -> None:
    """Nothing is read from the comment, so that the next gate keeps it in its box, and more events follow."""
    made = product.create(CPUS, project="panels")["id"]
    first = product.to_gate(made)["gate"]["id"]
    page = signed_in.new_page()
    page.goto(f"/decision-sets/{made}#approval")
    page.check("form[data-gate] input[value=request_changes]")
    page.fill("#gate-comment", "I do not like this one.")
    page.click("form[data-gate] button[type=submit]")
    product.until(made, lambda now: now["gate"] is not None and now["gate"]["id"] != first)
    events = product.get(f"/api/decision-sets/{made}/events?limit=500")["items"]
    waits = max(event["seq"] for event in events if event["type"] in ("run-complete", "gate-opened"))
    expect(page.locator(f"#cards li[data-seq='{waits}']")).to_be_attached()
    expect(page.locator("#gate-comment")).to_have_value("I do not like this one.")
    expect(page.locator("#approval").get_by_text("Asked again because")).to_be_visible()
    expect(page.locator(".held")).to_be_hidden()
    page.close()


BEYOND = "Serve our PyTorch fraud model on AWS, no GPU, 300 req/s, p95 under 80 ms, EU only, at most $100 a month"


def test_a_way_out_fills_the_comment_and_leads_to_a_plan_that_fits(
    browser: Browser, signed_in: BrowserContext, product: Product, session: StorageState
) -> None:
    made = product.create(BEYOND, project="panels")["id"]
    product.to_gate(made)
    plain = browser.new_context(base_url=product.base, java_script_enabled=False, storage_state=session).new_page()
    plain.goto(f"/decision-sets/{made}")
    plain.locator(".ways a").first.click()
    filled = plain.locator("#gate-comment").input_value()
    expect(plain.locator("form[data-gate] input[value=request_changes]")).to_be_checked()
    plain.context.close()

    page = signed_in.new_page()
    page.goto(f"/decision-sets/{made}#approval")
    expect(page.locator("#approval")).to_contain_text("Blocked: no plan fits")
    page.fill("#gate-comment", "As discussed.")
    page.locator(".ways a").first.click()
    expect(page.locator("#gate-comment")).to_have_value(f"As discussed.\n{filled}")
    expect(page.locator("#gate-comment")).to_be_focused()
    expect(page.locator("form[data-gate] input[value=request_changes]")).to_be_checked()
    page.click("form[data-gate] button[type=submit]")
    expect(page.locator("form[data-gate] input[value=approve]")).to_be_visible(timeout=30_000)
    expect(page.locator("#approval")).not_to_contain_text("Blocked")
    page.close()


def test_a_completed_run_hands_over_its_result(signed_in: BrowserContext, product: Product) -> None:
    made = product.create(CPUS, project="panels")["id"]
    product.answer(product.to_gate(made), comment="thank you")
    page = signed_in.new_page()
    page.goto(f"/decision-sets/{made}")
    panel = page.locator("#approval")
    expect(panel).to_contain_text("Countersigned and committed", timeout=60_000)
    done = product.get(f"/api/decision-sets/{made}")
    expect(panel.locator("code.id")).to_have_attribute("title", done["commit"])
    expect(panel.locator(".clone")).to_contain_text(f"{product.base}/git/panels.git")
    expect(panel).to_contain_text("comment “thank you” changed nothing")
    panel.get_by_role("link", name="See changes").click()
    expect(page).to_have_url(f"{product.base}/decision-sets/{made}/changes")
    page.close()
