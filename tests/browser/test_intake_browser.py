"""The chat box while the stream brings what follows: never stale when untouched, never taken while typed in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, StorageState, expect

from tests.browser.test_the_path import begin
from tests.running import SENTENCE, Json, Product

AT_ONCE = 5_000  # ms until the next question has to stand in the box
TRIES = 8  # the answer of the form and the stream race each other anew each time
TYPED = "half an answ"


@pytest.fixture
def page(signed_in: BrowserContext) -> Page:
    return signed_in.new_page()


def asked(product: Product, decision_set: str, *, after: str = "") -> Json:
    """The open question, once it is another than `after`."""
    now = product.until(decision_set, lambda now: now["question"] is not None and now["question"]["id"] != after)
    return now["question"]


def shows(page: Page, question: Json) -> None:
    """The box asks this question, why and with its options, and says nothing of a change."""
    expect(page.locator("#leaf-ask input[name=question_id]")).to_have_value(question["id"], timeout=AT_ONCE)
    expect(page.locator("#leaf-ask")).to_contain_text(question["text"])
    expect(page.locator("#leaf-ask")).to_contain_text(question["why"])
    offered = [item["label"] for item in question["options"]] if question["field"] else []
    expect(page.locator("#leaf-ask .option")).to_have_text(offered)
    expect(page.locator("#leaf-choices .link")).to_have_text(["Skip", "Don’t know"] if question["field"] else [])
    page.wait_for_timeout(50)  # past the moment in which htmx settles what it put in
    expect(page.locator("#composer .held")).to_be_hidden()


def send(page: Page) -> None:
    page.locator("#composer button", has_text="Send").click()


def slow_answers(page: Page, form: str, milliseconds: int) -> None:
    """Answers to this form come later than what the stream tells of them. Whoever sends one waits with
    `page.expect_response`: nothing is routed while a test does not ask the browser anything."""

    def late(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(milliseconds)
        route.fulfill(response=answer)

    page.route(f"**/{form}", late)


def test_the_next_question_follows_an_answer_given_at_once(page: Page, product: Product) -> None:
    for attempt in range(TRIES):
        decision_set = begin(page)
        first = asked(product, decision_set)
        shows(page, first)
        if attempt % 2:
            page.fill("#composer-text", "AWS")
        else:
            page.locator("#leaf-ask .option", has_text="AWS").click()
        send(page)
        shows(page, asked(product, decision_set, after=first["id"]))
        expect(page.locator("#composer-text")).to_have_value("")


@pytest.mark.parametrize("milliseconds", [0, 60, 400])
def test_the_next_question_follows_however_late_the_form_is_answered(
    page: Page, product: Product, milliseconds: int
) -> None:
    decision_set = begin(page)
    slow_answers(page, "messages", milliseconds)
    before = asked(product, decision_set)
    shows(page, before)
    page.locator("#leaf-ask .option", has_text="AWS").click()
    with page.expect_response("**/messages"):
        send(page)
    following = asked(product, decision_set, after=before["id"])
    shows(page, following)
    with page.expect_response("**/messages"):
        page.locator("#leaf-choices button", has_text="Skip").click()
    shows(page, asked(product, decision_set, after=following["id"]))


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("milliseconds", [0, 400])
def test_an_edited_value_is_shown_however_late_its_form_is_answered(
    page: Page, product: Product, milliseconds: int, beside: bool
) -> None:
    """With nothing else open, and beside another value that is half typed."""
    shows(page, asked(product, begin(page)))
    fields = page.locator("#facts > li").count()
    slow_answers(page, "constraints", milliseconds)
    if beside:
        page.locator("#open-throughput_rps").click()
        page.fill("#value-throughput_rps", "1234")
    page.locator("#open-latency_p95_ms").click()
    page.fill("#value-latency_p95_ms", "120")
    with page.expect_response("**/constraints"):
        page.locator("#fact-latency_p95_ms button", has_text="Save").click()
    expect(page.locator("#fact-latency_p95_ms .fact-value")).to_contain_text("120 ms")
    if beside:
        expect(page.locator("#value-throughput_rps")).to_have_value("1234")
    expect(page.locator("#facts > li")).to_have_count(fields)


def test_a_half_typed_answer_survives_the_stream_and_gives_way_when_erased(page: Page, product: Product) -> None:
    decision_set = begin(page)
    first = asked(product, decision_set)
    shows(page, first)
    page.fill("#composer-text", TYPED)
    product.post(f"/api/decision-sets/{decision_set}/messages", {"text": "AWS", "question_id": first["id"]})
    second = asked(product, decision_set, after=first["id"])
    expect(page.locator("#composer .held")).to_be_visible(timeout=AT_ONCE)
    product.post(f"/api/decision-sets/{decision_set}/messages", {"question_id": second["id"], "choice": "assume"})
    third = asked(product, decision_set, after=second["id"])
    expect(page.locator("[data-card=question]")).to_have_count(3, timeout=AT_ONCE)
    expect(page.locator("#composer-text")).to_have_value(TYPED)
    expect(page.locator("#leaf-ask input[name=question_id]")).to_have_value(first["id"])
    page.fill("#composer-text", "")
    shows(page, third)


def test_an_untouched_panel_follows_the_plan_and_a_half_typed_one_when_erased(page: Page, product: Product) -> None:
    decision_set = begin(page)
    first = product.to_gate(decision_set)
    form = page.locator("form[data-gate]")
    comment = page.locator("form[data-gate] textarea[name=comment]")
    expect(form).to_have_attribute("data-gate", first["gate"]["id"], timeout=AT_ONCE)

    comment.fill(TYPED)
    product.answer(first, "request_changes", "cap replicas at 7")
    second = product.until(decision_set, lambda now: now["gate"] and now["gate"]["id"] != first["gate"]["id"])
    expect(page.locator("#approval .held")).to_be_visible(timeout=AT_ONCE)
    expect(comment).to_have_value(TYPED)
    expect(form).to_have_attribute("data-gate", first["gate"]["id"])

    comment.fill("")
    page.locator("#feed-title").click()
    expect(form).to_have_attribute("data-gate", second["gate"]["id"], timeout=AT_ONCE)
    product.answer(second, "request_changes", "cap replicas at 6")
    third = product.until(decision_set, lambda now: now["gate"] and now["gate"]["id"] != second["gate"]["id"])
    expect(form).to_have_attribute("data-gate", third["gate"]["id"], timeout=AT_ONCE)
    expect(page.locator("#approval .held")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_the_start_is_in_view_and_the_question_stands_once(
    browser: Browser, product: Product, session: StorageState, size: tuple[int, int], scripts: bool
) -> None:
    made = product.create(SENTENCE, project="in view")["id"]
    question = asked(product, made)
    context = browser.new_context(
        base_url=product.base,
        viewport={"width": size[0], "height": size[1]},
        storage_state=session,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(f"/decision-sets/{made}")
    expect(page.get_by_role("button", name="Start planning")).to_be_in_viewport(ratio=1)
    for words in (question["text"], question["why"], question["worth"]):
        expect(page.get_by_text(words, exact=True)).to_have_count(1)
        expect(page.locator("#composer").get_by_text(words, exact=True)).to_be_visible()
    expect(page.locator("[data-card=question]")).to_contain_text("asked below")
    page.locator("#leaf-choices button", has_text="Skip").click()
    asked(product, made, after=question["id"])
    page.goto(f"/decision-sets/{made}")
    expect(page.locator("[data-card=question]").first).to_contain_text(question["text"])
    page.get_by_role("button", name="Start planning").click()
    if scripts:
        expect(page.locator("h1")).to_be_focused()
    context.close()
