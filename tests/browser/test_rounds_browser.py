"""A plan made again while somebody looks on: the round before it folds into one line, and opens again."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from tests.running import Json, Product


def next_gate(product: Product, now: Json, comment: str) -> Json:
    product.answer(now, "request_changes", comment)
    return product.until(now["id"], lambda later: later["gate"] and later["gate"]["id"] != now["gate"]["id"])


def test_a_superseded_round_folds_while_one_looks_on(signed_in: BrowserContext, product: Product) -> None:
    first = product.to_gate(product.create(project="rounds")["id"])
    page = signed_in.new_page()
    page.goto(f"/decision-sets/{first['id']}")
    plans = page.locator("[data-card=reason]", has=page.locator(".card-title", has_text=re.compile("^Plan$")))
    expect(plans).to_have_count(1)
    expect(page.locator("[data-card=gate] .card-body")).to_be_hidden()
    old = plans.get_attribute("id")

    second = next_gate(product, first, "cap replicas at 7")
    line = page.locator(".rounds")
    expect(line).to_contain_text(re.compile(r"Superseded 1 plan.*1 cost \(\$[\d,.]+ /mo\).*1 approval"), timeout=20_000)
    expect(plans).to_have_count(2)
    expect(page.locator(f"#{old}")).to_be_hidden()
    line.locator("summary").click()
    expect(page.locator(f"#{old}")).to_be_visible()

    next_gate(product, second, "cap replicas at 6")
    expect(line).to_contain_text("Superseded 2 plans", timeout=20_000)
    expect(line).to_have_count(1)
    expect(page.locator(f"#{old}")).to_be_visible()
    page.reload()
    expect(page.locator(f"#{old}")).to_be_hidden()
    page.goto(f"/decision-sets/{first['id']}?card={old.removeprefix('card-')}#{old}" if old else "/")
    expect(page.locator(f"#{old} .card-body")).to_be_visible()
