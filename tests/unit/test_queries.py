"""Every named query says what it does, and is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage.postgres import queries

ROOT = Path(__file__).parents[2]
GROUPS = sorted(path.stem for path in (ROOT / "storage/sql/queries").glob("*.sql"))
CODE = "\n".join(
    path.read_text() for room in ("storage", "web", "worker", "graphs", "cli") for path in (ROOT / room).rglob("*.py")
)


@pytest.mark.parametrize("group", GROUPS)
def test_every_query_of_a_group_is_described_and_used(group: str) -> None:
    named = queries(group)
    assert named
    unused = [name for name in named if not re.search(rf"\"{name}\"", CODE)]
    assert unused == []


def test_a_query_without_a_sentence_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "odd.sql").write_text("-- name: silent\nselect 1;\n")
    monkeypatch.setattr("storage.postgres._QUERIES", tmp_path)
    with pytest.raises(KeyError, match="silent"):
        queries("odd")
