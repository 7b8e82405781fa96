"""A model's words in the chat: as they come, once, and gone with the message they become."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from infra.embedded import running_dsn
from storage import deltas
from storage.deltas import DeltaWriter
from storage.events import Origin, log_event
from storage.postgres import Pool, make_pool, unit_of_work
from storage.records.events import MessageSent, Payload, RunFailed
from storage.records.ids import DecisionSetId, RunId, ThreadId, new_id
from tests.running import Product

FIRST = "Kept in the EU, then. "
SECOND = "How fast must 95 of 100 answers be?"


@pytest.fixture
def asked(product: Product) -> DecisionSetId:
    made = product.create("Serve our model", project="words")["id"]
    product.until(made, lambda now: now["question"] is not None)
    return DecisionSetId(made)


@pytest.fixture
def page(signed_in: BrowserContext, asked: DecisionSetId) -> Page:
    opened = signed_in.new_page()
    opened.goto(f"/decision-sets/{asked}")
    expect(opened.locator("[data-stream=live]")).to_be_visible()
    return opened


def apart(work: Coroutine[Any, Any, None]) -> None:
    """In a loop of its own: Playwright's is busy with this thread."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    for failure in failures:
        raise failure


def speak(product: Product, decision_set: DecisionSetId, *texts: str, reply: str = "r1") -> None:
    """As a worker does while a model answers."""

    async def flush(pool: Pool) -> None:
        writer = DeltaWriter(pool, decision_set, RunId(new_id()), reply)
        for text in texts:
            writer(text)
            await writer.flush()

    apart(_connected(product, flush))


def tell(product: Product, decision_set: DecisionSetId, *payloads: Payload) -> None:
    """The words become events, in one transaction with their end."""

    async def log(pool: Pool) -> None:
        async with unit_of_work(pool) as work:
            await deltas.clear(work.conn, decision_set)
            await log_event(work, Origin(decision_set, ThreadId(decision_set), None), *payloads)

    apart(_connected(product, log))


async def _connected(product: Product, use: Any) -> None:
    dsn = product.database_url or running_dsn(product.data_dir)
    assert dsn is not None
    async with make_pool(dsn) as pool:
        await use(pool)


def test_words_come_into_the_chat_and_the_message_takes_their_place(
    page: Page, product: Product, asked: DecisionSetId
) -> None:
    page.fill("#composer-text", "half an answer")
    speak(product, asked, FIRST)
    chat = page.locator("#chat[role=log]")
    expect(chat.locator("#speaking .said")).to_have_text(FIRST.strip())
    speak(product, asked, SECOND)
    expect(chat.locator("#speaking .said")).to_have_text(FIRST + SECOND)
    expect(chat.locator("#speaking .said-row")).to_have_count(1)
    expect(chat.locator("#speaking .said-row")).to_have_attribute("aria-busy", "true")
    tell(product, asked, MessageSent(text=FIRST + SECOND))
    expect(chat.locator(".from-agent[data-row=message]").filter(has_text=FIRST + SECOND)).to_have_count(1)
    expect(page.locator("#speaking")).to_be_empty()
    expect(page.locator("#composer-text")).to_have_value("half an answer")
    page.reload()
    expect(page.locator("#cards").get_by_text(FIRST + SECOND)).to_have_count(1)
    expect(page.locator("#speaking")).to_be_empty()


def test_words_survive_a_reconnect_once(page: Page, product: Product, asked: DecisionSetId) -> None:
    speak(product, asked, FIRST)
    expect(page.locator("#speaking .said")).to_have_text(FIRST.strip())
    product.kill("web")
    product.until_ready()
    speak(product, asked, SECOND)
    expect(page.locator("#speaking .said")).to_have_text(FIRST + SECOND, timeout=20_000)
    page.reload()
    expect(page.locator("#speaking .said")).to_have_text(FIRST + SECOND)
    tell(product, asked, MessageSent(text="Done."))
    expect(page.locator("#speaking")).to_be_empty()


def test_a_call_that_is_made_again_begins_anew_and_a_failure_leaves_nothing(
    page: Page, product: Product, asked: DecisionSetId
) -> None:
    speak(product, asked, FIRST)
    expect(page.locator("#speaking .said")).to_have_text(FIRST.strip())
    speak(product, asked, "<b>Which</b> cloud?", reply="r2")
    expect(page.locator("#speaking .said")).to_have_text("<b>Which</b> cloud?")
    tell(product, asked, RunFailed(stage="intake", cause="No model answers.", effect="None.", next_action="Retry."))
    expect(page.locator("#cards .slim-failure")).to_contain_text("No model answers.")
    expect(page.locator("#speaking")).to_be_empty()
