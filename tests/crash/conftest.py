from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.postgres import Pool
from tests.crash.house import House


@pytest.fixture
async def house(pool: Pool, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    opened = House(pool, database_url, tmp_path)
    yield opened
    opened.stop()
