"""A browser's own EventSource, with nothing of ours around it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from tests.running import SENTENCE, Product

FOLLOW = """address => new Promise(rests => {
  const told = [];
  const source = new EventSource(address);
  source.addEventListener("run-complete", event => told.push(Number(event.lastEventId)));
  source.addEventListener("error", () => source.readyState === EventSource.CLOSED && rests(told));
})"""


def test_an_event_source_comes_to_rest_once_a_decision_set_has_ended(
    signed_in: BrowserContext, product: Product
) -> None:
    made = product.create(SENTENCE)["id"]
    product.until(made, lambda now: now["question"] is not None)
    product.post(f"/api/decision-sets/{made}/cancel", {})
    product.until(made, lambda now: now["status"] == "cancelled")
    page = signed_in.new_page()
    asked: list[str] = []
    page.goto("/costs")
    page.on("response", lambda response: asked.append(f"{response.status}") if "/stream" in response.url else None)
    told = page.evaluate(FOLLOW, f"/api/decision-sets/{made}/stream")
    assert asked == ["200", "204"]
    assert told[-1] == product.get(f"/api/decision-sets/{made}/events?limit=500")["items"][-1]["seq"]
