from __future__ import annotations

import pytest

from providers.policies import PolicyBundle
from providers.pricing import PriceBook

from .plans import Planning


@pytest.fixture(scope="session")
def book() -> PriceBook:
    return PriceBook.load()


@pytest.fixture(scope="session")
def bundle() -> PolicyBundle:
    return PolicyBundle.load()


@pytest.fixture(scope="session")
def planning(book: PriceBook) -> Planning:
    return Planning(book)
