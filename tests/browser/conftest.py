"""A browser, a running product and somebody signed in to it, one of each for all browser tests.

Not for the session: Playwright's event loop must be gone before the asynchronous tests of other folders."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from infra.setup.browser import NOTE
from tests.running import KEY, Product

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not NOTE.exists():
        pytest.skip("not run: no browser; `make browser` finds or installs one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=NOTE.read_text() or None, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory, product_database: str | None) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("browser"), product_database) as running:
        yield running


@pytest.fixture(scope="package")
def session(browser: Browser, product: Product) -> StorageState:
    """Signed in by the key form: the printed link works once only. Open contexts with it as their `storage_state`."""
    context = browser.new_context(base_url=product.base)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=key]", KEY)
    page.press("input[name=key]", "Enter")
    page.wait_for_url(re.compile(r"/$"))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def signed_in(browser: Browser, product: Product, session: StorageState) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=product.base, viewport={"width": 1440, "height": 900}, storage_state=session)
    yield context
    context.close()
