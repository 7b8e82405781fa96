"""What moved and what was: by mouse, by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.running import Product

SENTENCE = (
    "Serve our XGBoost churn model, 50 req/s, p95 under 300 ms, on AWS in eu-west-1, internal data, $2000 a month"
)


@pytest.fixture(scope="module")
def child(product: Product) -> str:
    """A completed decision set with another budget than its parent."""
    parent = product.create(SENTENCE, project="churn history")["id"]
    product.to_gate(parent)
    product.complete(parent)
    made = product.create("at most $1500 a month", project="churn history", parent=parent)["id"]
    product.to_gate(made)
    product.complete(made)
    return made


@pytest.fixture
def page(signed_in: BrowserContext) -> Page:
    return signed_in.new_page()


@pytest.fixture
def plain(browser: Browser, product: Product, session: StorageState) -> Iterator[Page]:
    """Without scripts."""
    context = browser.new_context(base_url=product.base, storage_state=session, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_viewed_file_folds_and_is_counted_everywhere(page: Page, child: str) -> None:
    page.goto(f"/decision-sets/{child}/changes")
    expect(page.locator("article.file").nth(1)).to_be_visible()
    total = page.locator("article.file").count()
    first = page.locator("article.file").first
    expect(first.locator(".diff")).to_be_visible()
    first.locator("input[type=checkbox]").check()
    expect(page.locator("#viewed-count")).to_contain_text(f"Viewed 1/{total}")
    expect(first.locator(".diff")).to_be_hidden()
    expect(first.locator("input[type=checkbox]")).to_be_focused()
    expect(page.locator("#file-list a[href='#file-0']")).to_contain_text("viewed")
    expect(page.locator("article.file").nth(1).locator(".diff")).to_be_visible()
    page.click("#file-list a[href='#file-0']")
    expect(first.locator(".diff")).to_be_visible()
    page.reload()
    expect(page.locator("#viewed-count")).to_contain_text(f"Viewed 1/{total}")
    first.locator("input[type=checkbox]").uncheck()
    expect(page.locator("#viewed-count")).to_contain_text(f"Viewed 0/{total}")


def test_the_filters_of_the_diff_stand_in_the_address(page: Page, child: str) -> None:
    page.goto(f"/decision-sets/{child}/changes")
    expect(page.locator(".diff-same").first).to_be_visible()
    page.check("#hide")
    expect(page.locator(".diff-same")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"[?&]hide=1"))
    expect(page.locator("#hide")).to_be_focused()
    page.click("a:has-text('Split')")
    expect(page.locator(".diff-split").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"view=split.*hide=1"))
    expect(page.locator("#hide")).to_be_checked()
    page.go_back()
    expect(page.locator("table.diff").first).to_be_visible()
    expect(page.locator(".diff-split")).to_have_count(0)
    page.uncheck("#hide")
    expect(page.locator(".diff-same").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("hide=1"))


def test_the_past_is_walked_with_keys_and_with_the_slider(page: Page, child: str) -> None:
    page.goto(f"/decision-sets/{child}/timeline")
    number = page.locator(".walk .number")
    expect(number).to_have_text(re.compile(r"^(\d+)/\1$"))
    total = int(number.inner_text().split("/")[1])
    page.keyboard.press("[")
    expect(number).to_have_text(f"{total - 1}/{total}")
    expect(page.locator(".line.is-later").first).to_be_visible()
    page.keyboard.press("]")
    expect(number).to_have_text(f"{total}/{total}")
    page.locator("#step").focus()
    page.keyboard.press("Home")
    expect(number).to_have_text(f"1/{total}")
    expect(page).to_have_url(re.compile("step=1$"))
    expect(page.locator("#step")).to_be_focused()
    page.click("a:has-text('As it stood')")
    expect(page.locator(".past-bar")).to_contain_text("VIEWING THE PAST — read-only")
    assert page.locator("form[data-gate], #composer, #stream").count() == 0
    here = page.url
    page.keyboard.press("]")
    expect(number).to_have_text(f"2/{total}")
    page.keyboard.press("[")
    expect(page).to_have_url(here)
    page.locator("#step").focus()
    page.keyboard.press("End")
    expect(number).to_have_text(f"{total}/{total}")
    expect(page).to_have_title(re.compile(f"at checkpoint {total} "))
    expect(page).to_have_url(re.compile("/at/(?!.*step)"))


def test_a_fork_takes_several_changes_and_says_what_is_wrong_with_each(
    page: Page, product: Product, child: str
) -> None:
    page.goto(f"/decision-sets/{child}/timeline")
    page.click("a:has-text('Fork…')")
    page.fill("#fork-monthly_budget_usd", "lots")
    page.fill("#fork-latency_p95_ms", "quick")
    page.click("button:has-text('Fork from')")
    expect(page.locator("#fork-monthly_budget_usd-problem")).to_contain_text("type a number")
    expect(page.locator("#fork-latency_p95_ms-problem")).to_contain_text("type a number")
    expect(page.locator("#fork-latency_p95_ms")).to_have_value("quick")
    page.fill("#fork-monthly_budget_usd", "1,200")
    page.fill("#fork-latency_p95_ms", "250")
    page.click("summary:has-text('more constraints')")
    page.fill("#fork-max_replicas", "5")
    page.click("button:has-text('Fork from')")
    page.wait_for_url(re.compile(r"/decision-sets/[0-9a-f-]{36}$"))
    made = product.get(f"/api/decision-sets/{page.url.split('/')[-1]}")
    known = {name: item["value"] for name, item in made["constraints"].items()}
    assert made["parent_id"] == child
    assert (known["monthly_budget_usd"], known["latency_p95_ms"], known["max_replicas"]) == (1200, 250, 5)
    assert known["throughput_rps"] == 50


def test_all_of_it_works_without_scripts(plain: Page, product: Product, child: str) -> None:
    plain.goto(f"/decision-sets/{child}/changes")
    plain.check("#hide")
    plain.click("button:has-text('Apply')")
    expect(plain.locator(".diff-same")).to_have_count(0)
    plain.click("a:has-text('Split')")
    expect(plain.locator(".diff-split").first).to_be_visible()
    plain.locator("article.file input[type=checkbox]").nth(1).check()
    plain.locator("article.file button:has-text('Save')").nth(1).click()
    expect(plain.locator("#viewed-count")).to_contain_text("Viewed 1/")
    expect(plain).to_have_url(re.compile(r"view=split&hide=1#viewed-1"))
    plain.goto(f"/decision-sets/{child}/timeline")
    plain.locator("#step").focus()
    plain.keyboard.press("Home")
    plain.click("button:has-text('Go')")
    expect(plain.locator(".walk .number")).to_have_text(re.compile("^1/"))
    plain.click("a:has-text('Fork…')")
    plain.fill("#fork-monthly_budget_usd", "1,100")
    plain.fill("#fork-throughput_rps", "60")
    plain.click("button:has-text('Fork from')")
    made = product.get(f"/api/decision-sets/{plain.url.split('/')[-1]}")
    known = {name: item["value"] for name, item in made["constraints"].items()}
    assert (known["monthly_budget_usd"], known["throughput_rps"]) == (1100, 60)
