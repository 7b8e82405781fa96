"""Log files: set aside when they are large, and quoted from their end."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import log_files
from infra.log_files import last_lines, rotate


def test_a_large_log_is_set_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOG_BYTES", 4)
    log, aside = tmp_path / "web.log", tmp_path / "web.1.log"
    rotate(log)
    for words, kept in (("1234", None), ("12345", "12345"), ("1", "12345"), ("abcde", "abcde")):
        log.write_text(words)
        rotate(log)
        assert (aside.read_text() if aside.exists() else None) == kept
        assert log.exists() == (len(words) < 5)


def test_the_last_lines_are_those_that_there_are(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert last_lines(log, 2) == ""
    log.write_bytes(b"one\ntwo \xff\nthree\n")
    assert (last_lines(log, 2), last_lines(log, 9)) == ("two \ufffd\nthree", "one\ntwo \ufffd\nthree")
