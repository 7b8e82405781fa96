"""A browser and a running product, one of each for all browser tests.

Not for the session: Playwright's event loop must be gone before the asynchronous tests of other folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from infra.setup.browser import NOTE
from tests.running import Product

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
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("browser")) as running:
        yield running
