"""The approval panel on a laptop's screen."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

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
    expect(page.get_by_text("It would run in 2 zones instead of 3.").first).to_be_visible()
    expect(page.locator("#approval button[type=submit]")).to_be_in_viewport(ratio=1)
    page.locator("#gate-comment").scroll_into_view_if_needed()
    expect(page.locator("#gate-comment")).to_be_in_viewport()
